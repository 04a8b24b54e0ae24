"""What every part of a computation starts from: the facts, and what several parts share."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncworker.metrics.activity import activity
from syncworker.metrics.billing import Billing, billing_of
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known
from syncworker.metrics.ledger import mrr_ledger
from syncworker.metrics.memory import Memory
from syncworker.metrics.population import Population
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.steps import revenue_steps
from syncworker.metrics.terms import terms


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts cut at `as_of`, with the frames that several parts share; all of them lazy.

    Attributes:
        facts: Cut at `as_of`; every stream is there, one that nobody provides is empty.
        provided: The streams that a source provides.
        settings: The portal's `metrics:` section.
        activity: What people did, as `activity.activity`.
        billing: Items, discounts and states over time, as `billing.billing_of`.
        terms: The subscriptions at `as_of`, as `terms.terms`.
        steps: What every subscription was worth from when to when, as `steps.revenue_steps`.
        ledger: What every account was worth from when to when, as `ledger.mrr_ledger`.
        population: Values of the whole portal.
        memory: Snapshots of earlier days.
        stale: The streams whose source has expired: what they tell of now is not known.
    """

    facts: Facts
    provided: frozenset[str]
    settings: MetricSettings
    activity: pl.LazyFrame
    billing: Billing
    terms: pl.LazyFrame
    steps: pl.LazyFrame
    ledger: pl.LazyFrame
    population: Population
    memory: Memory
    stale: frozenset[str] = frozenset()

    @property
    def usage_known(self) -> bool:
        """Whether a source tells what people did: else silence means nothing."""
        return not {"events", "usage_daily"}.isdisjoint(self.provided)

    @property
    def billing_known(self) -> bool:
        """Whether a source tells of subscriptions."""
        return "subscriptions" in self.provided

    def fresh(self, streams: str) -> bool:
        """Whether a source provides a stream (`a|b`: one of them) and none of them has expired."""
        used = self.provided.intersection(streams.split("|"))
        return bool(used) and used.isdisjoint(self.stale)


def inputs_of(
    facts: Facts,
    settings: MetricSettings,
    population: Population | None = None,
    memory: Memory | None = None,
    stale: frozenset[str] = frozenset(),
) -> Inputs:
    """Prepare a computation.

    Args:
        facts: The streams as staged and resolved; rows after `as_of` are cut here.
        settings: The portal's `metrics:` section.
        population: Values of the whole portal; None: none is known.
        memory: Snapshots of earlier days; None: there are none.
        stale: The streams whose source has expired, as `availability.expired` tells.
    """
    provided = frozenset(facts.streams)
    facts = known(facts)
    billing = billing_of(facts, settings)
    subscriptions = terms(billing)
    steps = revenue_steps(billing, subscriptions)
    return Inputs(
        facts=facts,
        provided=provided,
        settings=settings,
        activity=activity(facts, settings, provided),
        billing=billing,
        terms=subscriptions,
        steps=steps,
        ledger=mrr_ledger(steps),
        population=population or Population(),
        memory=memory or Memory(),
        stale=stale,
    )
