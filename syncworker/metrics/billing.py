"""What MRR is computed from: items, discounts and states over time, each computed once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncworker.metrics.counting import Counting, counting
from syncworker.metrics.discounts import discounts_of
from syncworker.metrics.facts import Facts
from syncworker.metrics.item_versions import item_versions
from syncworker.metrics.prices import priced_items
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.shared import shared
from syncworker.metrics.states import state_changes


@dataclass(frozen=True, slots=True)
class Billing:
    """Lazy frames that several parts share; each is marked to be computed once.

    Attributes:
        facts: All streams present.
        rules: What counts.
        versions: Every version of every item, as `item_versions.item_versions`.
        priced: The licensed ones with what a cycle costs, as `prices.priced_items`.
        discounts: Those that count.
        statuses: When a status changed, as `states.state_changes`.
        pauses: When a pause of collecting payments began or ended, likewise.
    """

    facts: Facts
    rules: Counting
    versions: pl.LazyFrame
    priced: pl.LazyFrame
    discounts: pl.LazyFrame
    statuses: pl.LazyFrame
    pauses: pl.LazyFrame


def billing_of(facts: Facts, settings: MetricSettings) -> Billing:
    """Prepare what MRR is computed from.

    Without `cache` a plan would hold a copy of a frame for each of its uses, and the copies of
    copies take longer to plan than to compute.
    """
    rules = counting(settings.revenue)
    versions = item_versions(facts).pipe(shared)
    return Billing(
        facts=facts,
        rules=rules,
        versions=versions,
        priced=priced_items(versions, facts).pipe(shared),
        discounts=discounts_of(facts, rules),
        statuses=state_changes(facts, "status").pipe(shared),
        pauses=state_changes(facts, "pause").pipe(shared),
    )
