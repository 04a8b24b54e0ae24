"""Which rows count at `as_of`."""

from datetime import timedelta

from support.metric_facts import AS_OF, accounts, facts, utc

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS

LATER = AS_OF + timedelta(seconds=1)


def test_deleted_and_future_accounts_are_left_out() -> None:
    rows = accounts(
        facts(
            accounts=[
                {"account_id": "old", "created_at": None},
                {"account_id": "new", "created_at": AS_OF},
                {"account_id": "future", "created_at": LATER},
                {"account_id": "deleted", "deleted_at": AS_OF},
                {"account_id": "deleted later", "deleted_at": LATER},
            ]
        )
    )
    assert rows.keys() == {"old", "new", "deleted later"}


def test_an_absent_stream_is_an_empty_one_with_its_columns() -> None:
    cut = known(Facts(AS_OF, "UTC", "USD", {}))
    assert cut.streams.keys() == STREAMS.keys()
    for name, frame in cut.streams.items():
        rows = frame.collect()
        assert rows.is_empty()
        assert rows.schema == STREAMS[name].schema()


def test_a_portal_with_nothing_configured_computes_nothing_and_does_not_fail() -> None:
    computed = compute(Facts(AS_OF, "UTC", "USD", {}), MetricSettings())
    assert computed.accounts.collect().is_empty()
    assert computed.users.collect().is_empty()
    assert computed.subscriptions.collect().is_empty()
    assert computed.tickets.collect().is_empty()


def test_every_metric_of_the_catalog_has_its_column_with_its_type() -> None:
    computed = compute(facts(), MetricSettings())
    schemas = {
        "account": computed.accounts.collect_schema(),
        "user": computed.users.collect_schema(),
        "subscription": computed.subscriptions.collect_schema(),
        "ticket": computed.tickets.collect_schema(),
    }
    kinds = {
        "number": ("Int64", "Float64"),
        "money": ("Int64",),
        "bool": ("Boolean",),
        "enum": ("String",),
        "multi": ("List(String)",),
        "date": ("Date",),
        "datetime": ("Datetime(time_unit='us', time_zone='UTC')",),
        "string": ("String",),
    }
    for metric in METRICS.values():
        assert str(schemas[metric.entity][metric.name]) in kinds[metric.type], metric.name


def test_day_counts_after_as_of_wait_for_their_local_day() -> None:
    day = {"account_id": "acme", "name": "report", "quantity": 1, "day": utc("2026-06-16").date()}
    for timezone, seen in (("UTC", 0), ("Pacific/Kiritimati", 1)):  # there it is the 16th
        cut = known(facts(timezone=timezone, usage_daily=[day]))
        assert cut.streams["usage_daily"].collect().height == seen
