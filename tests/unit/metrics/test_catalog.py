"""The catalog as a mapping, a salesperson and the documentation use it."""

import re
from typing import get_args

import polars as pl
import pytest
from support.metric_facts import facts

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import compute
from syncworker.metrics.metric import Metric, Owner, streams_of
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


def columns() -> dict[str, set[str]]:
    computed = compute(facts(), MetricSettings())
    frames: dict[str, pl.LazyFrame] = {
        "account": computed.accounts,
        "user": computed.users,
        "subscription": computed.subscriptions,
        "ticket": computed.tickets,
    }
    return {entity: set(frame.collect_schema()) for entity, frame in frames.items()}


def test_names_and_properties_are_unique() -> None:
    properties = [metric.property for metric in METRICS.values()]
    assert len(set(properties)) == len(properties)
    assert all(name == metric.name for name, metric in METRICS.items())


def test_every_reason_names_columns_that_exist() -> None:
    there = columns()
    for metric in METRICS.values():
        named = set(re.findall(r"{(\w+)}", metric.because))
        assert named <= there[metric.entity], metric.name


@EVERY
def test_a_metric_is_told_in_full(metric: Metric) -> None:
    assert metric.label
    assert metric.description.endswith(".")
    assert metric.formula
    assert metric.because
    assert re.fullmatch(r"(saas|recurring_revenue)_[a-z0-9_]+", metric.property)
    assert bool(metric.options) == (metric.type in {"enum", "multi"})
    assert bool(metric.unit) == (metric.type == "number")


@EVERY
def test_a_metric_has_someone_who_acts_on_it(metric: Metric) -> None:
    assert metric.owner in get_args(Owner)


@EVERY
def test_a_metric_names_streams_that_exist(metric: Metric) -> None:
    assert metric.inputs
    assert set(streams_of(metric)) <= STREAMS.keys()
    assert len(set(streams_of(metric))) == len(streams_of(metric))


def test_only_the_time_of_computing_is_volatile() -> None:
    assert [m.name for m in METRICS.values() if m.volatile] == ["health_computed_at"]


def test_every_column_a_metric_names_beside_its_value_exists() -> None:
    there = columns()
    of_account = there["account"]
    for metric in METRICS.values():
        named = {metric.problem or metric.name}
        # Rows of users and subscriptions have their account's columns beside their own.
        assert named <= there[metric.entity], metric.name
        if metric.type == "money":
            assert metric.currency in there[metric.entity] | of_account, metric.name


def test_hubspots_own_revenue_properties_are_proposed_with_hubspots_labels() -> None:
    proposed = {
        metric.property: [option.label for option in metric.options]
        for metric in METRICS.values()
        if metric.property.startswith("recurring_revenue_")
    }
    assert proposed == {
        "recurring_revenue_amount": [],
        "recurring_revenue_deal_type": ["New business", "Renewal", "Upgrade", "Downgrade"],
        "recurring_revenue_inactive_date": [],
        "recurring_revenue_inactive_reason": ["Churned", "Renewal", "Upgrade", "Downgrade"],
    }


def test_a_subscription_has_no_name_in_common_with_its_account_but_stream_columns() -> None:
    there = columns()
    both = there["subscription"] & there["account"]
    assert both == {"account_id", "created_at"}
