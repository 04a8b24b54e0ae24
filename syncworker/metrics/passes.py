"""How the values of the whole portal come about that an account's metrics are compared with.

They are a first pass over all shards, frozen with the run: the shards come second and read them,
so that a value does not depend on how a portal is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from syncworker.metrics.cac import BLENDED_CAC
from syncworker.metrics.facts import Facts
from syncworker.metrics.first_minutes import EVENTS_SINCE, events_since, events_since_rows
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.population import Population
from syncworker.metrics.portfolio.blended_cac import blended_cac, new_customers
from syncworker.metrics.priority import NAME as PRIORITY
from syncworker.metrics.priority import priority_rows, priority_value
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.ticket_flag import TICKET_RATES, freeze_ticket_rates, ticket_rates


@dataclass(frozen=True, slots=True)
class Pass:
    """One population value: what it needs of each account, and how that becomes the value.

    Attributes:
        name: Its name in `Population.values`.
        rows: Of one shard, a few narrow columns per account (or per group, already summed). Rows
            by its people for other shards' accounts are among the shard's: join its accounts.
        freeze: From the rows of all shards and the whole portal's facts (for streams that belong
            to no account, as spend does), a value that JSON can hold.
    """

    name: str
    rows: Callable[[Inputs], pl.LazyFrame]
    freeze: Callable[[pl.DataFrame, Facts, MetricSettings], Any]


PASSES: tuple[Pass, ...] = (
    Pass(TICKET_RATES, ticket_rates, freeze_ticket_rates),
    Pass(EVENTS_SINCE, events_since_rows, events_since),
    Pass(BLENDED_CAC, new_customers, blended_cac),
    Pass(PRIORITY, priority_rows, priority_value),
)
"""Every population value."""


def frozen(rows: Mapping[str, pl.DataFrame], facts: Facts, settings: MetricSettings) -> Population:
    """All population values.

    Args:
        rows: By pass, the rows of all shards.
        facts: The whole portal's.
        settings: The portal's `metrics:` section.
    """
    return Population({each.name: each.freeze(rows[each.name], facts, settings) for each in PASSES})
