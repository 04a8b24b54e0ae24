"""The report `mrr`: start, movements, end; a row for every month, currency and segment."""

from datetime import UTC, date, datetime

import pytest
from support.metric_facts import facts, item, sub, utc
from support.portfolio_world import AS_OF, Step, amounts, numbers, one_each, portfolio, rows

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.portfolio.periods import closing, month_number, periods, year_before
from syncworker.metrics.portfolio.slices import segments
from syncworker.metrics.settings import MetricSettings

# ChartMogul's Syncalytics example: +166.67 new, +60 a second subscription, -60 dropping it,
# -166.67 at the paid end, +150 back again.
SYNCALYTICS: list[Step] = [
    ("acme", "USD", "2026-01-10", "2026-02-10", 16667),
    ("acme", "USD", "2026-02-10", "2026-03-10", 22667),
    ("acme", "USD", "2026-03-10", "2026-04-10", 16667),
    ("acme", "USD", "2026-04-10", "2026-05-10", 0),
    ("acme", "USD", "2026-05-10", None, 15000),
]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026-01", {"new": 16667, "end": 16667}),
        ("2026-02", {"start": 16667, "expansion": 6000, "end": 22667}),
        ("2026-03", {"start": 22667, "contraction": 6000, "end": 16667}),
        ("2026-04", {"start": 16667, "churn": 16667}),
        ("2026-05", {"reactivation": 15000, "end": 15000}),
        ("2026-06", {"start": 15000, "end": 15000}),
    ],
)
def test_published_movements_come_out_month_by_month(period: str, expected: dict[str, int]) -> None:
    assert amounts(numbers("mrr", portfolio(SYNCALYTICS)), period) == expected


def test_a_quarter_is_the_sum_of_its_months_and_an_unfinished_one_ends_now() -> None:
    given = facts(as_of=utc("2026-05-20"))
    found = numbers("mrr", portfolio(SYNCALYTICS, kind="quarter", given=given))
    assert amounts(found, "2026-Q1") == {
        "new": 16667,
        "expansion": 6000,
        "contraction": 6000,
        "end": 16667,
    }
    assert amounts(found, "2026-Q2") == {
        "start": 16667,
        "churn": 16667,
        "reactivation": 15000,
        "end": 15000,
    }


def test_new_and_churn_inside_a_month_are_seen_from_day_to_day_only() -> None:
    steps: list[Step] = [
        ("a", "USD", "2026-02-03", "2026-02-20", 1000),
        ("b", "USD", "2026-02-03T08:00", "2026-02-03T09:00", 500),
        ("b", "USD", "2026-02-03T09:00", "2026-03-01", 700),
        ("b", "USD", "2026-03-01", None, 900),
    ]
    found = numbers("mrr", portfolio(steps))
    assert amounts(found, "2026-02") == {"new": 700, "end": 700}
    assert amounts(found, "2026-02", "daily_") == {"new": 1700, "churn": 1000}
    assert amounts(found, "2026-03", "daily_") == {"expansion": 200}
    assert found["new_accounts", "2026-02"]["value"] == 1
    assert found["accounts", "2026-03"]["value"] == 1


def test_arpa_times_accounts_is_mrr_and_without_accounts_there_is_none() -> None:
    steps: list[Step] = [
        ("a", "USD", "2026-01-03", None, 1000),
        ("b", "USD", "2026-01-03", None, 501),
    ]
    found = numbers("mrr", portfolio(steps, last="2026-01"))
    arpa = found["arpa", "2026-01"]
    assert (arpa["amount"], arpa["numerator"], arpa["denominator"]) == (751, 1501.0, 2.0)
    assert found["arr", "2026-01"]["amount"] == 12 * 1501
    early = numbers("mrr", portfolio(steps, first="2025-12", last="2026-01"))
    assert early["arpa", "2025-12"]["amount"] is None
    assert early["arpa", "2025-12"]["note"] == "no paying account"


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        # 11 pm on 31 January in New York is 1 February in UTC.
        ("2026-02-01T04:00", None, {"2026-01": {"new": 100, "end": 100}}),
        ("2026-02-01T05:00", None, {"2026-01": {}, "2026-02": {"new": 100, "end": 100}}),
        # One that ends on the 1st still counts in the month before.
        ("2026-01-05", "2026-02-01T05:00", {"2026-01": {"new": 100, "end": 100}}),
        ("2026-01-05", "2026-02-01T04:59", {"2026-01": {}}),
    ],
)
def test_a_month_ends_before_the_next_local_midnight(
    since: str, until: str | None, expected: dict[str, dict[str, int]]
) -> None:
    given = facts(as_of=AS_OF, timezone="America/New_York")
    steps: list[Step] = [("a", "USD", since, until, 100), ("z", "USD", "2026-03-20", None, 1)]
    found = numbers("mrr", portfolio(steps, given=given))
    assert {period: amounts(found, period) for period in expected} == expected


def test_mrr_that_is_not_known_is_neither_churn_nor_new() -> None:
    steps: list[Step] = [
        ("a", "USD", "2026-01-03", "2026-02-10", 1000),
        ("a", "USD", "2026-02-10", "2026-04-10", None),
        ("a", "USD", "2026-04-10", None, 1500),
    ]
    found = numbers("mrr", portfolio(steps))
    assert amounts(found, "2026-02") == {"start": 1000, "untold": -1000}
    assert amounts(found, "2026-04") == {"untold": 1500, "end": 1500}
    assert amounts(found, "2026-02", "daily_") == {"untold": -1000}
    assert amounts(found, "2026-04", "daily_") == {"untold": 1500}
    assert found["untold_accounts", "2026-03"]["value"] == 1
    churn = numbers("churn", portfolio(steps))
    assert churn["accounts_untold", "2026-02"]["value"] == 1
    assert churn["accounts_start", "2026-02"]["value"] == 0


def test_the_total_has_a_line_for_what_the_rates_alone_did() -> None:
    fx = [
        {"day": day, "from_currency": "EUR", "to_currency": "USD", "rate": rate}
        for day, rate in ((date(2026, 1, 1), 1.1), (date(2026, 2, 28), 1.2))
    ]
    steps: list[Step] = [
        ("a", "EUR", "2026-01-10", "2026-02-10", 1000),
        ("a", "EUR", "2026-02-10", None, 1500),
        ("b", "USD", "2026-01-10", None, 300),
        ("c", "JPY", "2026-03-10", None, 5),
    ]
    found = numbers("mrr", portfolio(steps, given=facts(as_of=AS_OF, fx_rates=fx)), currency="USD")
    assert amounts(found, "2026-02", "total_") == {
        "start": 1400,
        "fx": 100,
        "expansion": 600,
        "end": 2100,
        "arr": 25200,
        "arpa": 1050,
    }
    unknown = found["total_end", "2026-03"]
    assert unknown["amount"] is None
    assert unknown["note"] == "no rate from JPY to USD on or before 2026-03-31"
    assert found["total_accounts", "2026-03"]["value"] == 3


def test_without_rates_or_with_one_currency_only_there_is_no_total() -> None:
    steps: list[Step] = [("a", "EUR", "2026-01-10", None, 1000)]
    fx = [
        {"day": date(2026, 1, 1), "from_currency": "EUR", "to_currency": "USD", "rate": 1.1},
    ]
    own = facts(as_of=AS_OF, currency="EUR", fx_rates=fx)
    for given in (facts(as_of=AS_OF), own):
        metrics = rows("mrr", portfolio(steps, given=given))["metric"]
        assert not metrics.str.starts_with("total_").any()


def test_every_slicing_names_a_segment_and_unknown_where_there_is_none() -> None:
    given = facts(
        as_of=AS_OF,
        accounts=[
            {"account_id": "acme", "size": "large", "segment": "s", "industry": "i"},
            {"account_id": "b"},
        ],
        subscriptions=[sub(), sub(sub_id="s2", account_id="b"), sub(sub_id="s3", account_id="b")],
        subscription_items=[
            item(interval="year", product_id="pro", price_id="p1"),
            item(item_id="i2", sub_id="s2", price_id="p2", interval_count=3),
            item(item_id="i3", sub_id="s2", price_id="p3", unit_amount=1, interval="week"),
            item(item_id="i4", sub_id="s3", price_id="p4", valid_to=utc("2026-02-01")),
        ],
        web_visits=[
            {"visit_id": "v", "visitor_id": "w", "ts": utc("2026-01-01"), "channel": "c"},
        ],
    )
    expected = {
        "segment": {"s", "unknown"},
        "size": {"large", "unknown"},
        "industry": {"i", "unknown"},
        "tier": {"pro", "p2"},
        "interval": {"annual", "quarterly"},
        "channel": {"unknown"},
        "campaign": {"unknown"},
    }
    inputs = inputs_of(given, MetricSettings())
    for by, found in expected.items():
        assert set(segments(inputs, by).collect()["segment"]) == found
    weekly = facts(as_of=AS_OF, subscriptions=[sub()], subscription_items=[item(interval="week")])
    sliced = rows("mrr", portfolio(given=weekly, by="interval"))
    assert set(sliced["segment"]) == {"every 1 weeks"}


def test_an_account_that_is_gone_keeps_its_past() -> None:
    steps = one_each("gone", 1, "2026-01-03", "2026-03-03", 100)
    found = numbers("mrr", portfolio(steps, by="size"), segment="unknown")
    assert amounts(found, "2026-03") == {"start": 100, "churn": 100}


def test_periods_are_whole_and_local() -> None:
    quarter = periods(month_number(2026, 2), month_number(2026, 4), "quarter", "Europe/Berlin")
    assert [p.label for p in quarter] == ["2026-Q1", "2026-Q2"]
    assert quarter[0].start == utc("2025-12-31T23:00")
    assert quarter[0].end == quarter[1].start == utc("2026-03-31T22:00")
    (year,) = periods(month_number(2026, 5), month_number(2026, 5), "year", "UTC")
    assert (year.label, year.end) == ("2026", utc("2027-01-01"))
    assert closing(year, AS_OF) == AS_OF
    leap = datetime(2028, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    assert year_before(leap, "UTC") == utc("2027-02-27T23:59:59.999999")
    assert year_before(utc("2026-03-31T22:00"), "Europe/Berlin") == utc("2025-03-31T22:00")
