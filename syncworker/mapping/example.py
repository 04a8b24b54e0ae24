"""What the reason beside a metric reads like, told for one made-up customer."""

from __future__ import annotations

import polars as pl

from syncworker.mapping.frame import currencies
from syncworker.mapping.shown import Shown
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import compute
from syncworker.metrics.example import example_facts
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings import MetricSettings


def example_of(metric: Metric) -> tuple[str, str]:
    """The value and the reason of a metric, for that customer, in a person's words."""
    facts = example_facts()
    computed = compute(facts, MetricSettings())
    frames: dict[str, pl.LazyFrame] = {
        "account": computed.accounts,
        "user": computed.users,
        "subscription": computed.subscriptions,
        "ticket": computed.tickets,
    }
    frame = frames[metric.entity].head(1).collect(engine="streaming")
    shown = Shown(frame, METRICS, facts.timezone, currencies(frame, facts.currency))
    return shown.column(metric.name)[0], shown.filled(metric.because)[0]
