"""Cohorts of trials and demos, and the way from a visit to a payment."""

from typing import Any

import polars as pl
import pytest
from support.growth_facts import inputs, invoice, months, people, portfolio, told, visit
from support.metric_facts import Row, utc

from syncworker.metrics.known import UTC_TIME
from syncworker.metrics.portfolio import demos
from syncworker.metrics.portfolio.demos import DEMOS
from syncworker.metrics.portfolio.funnel import FUNNEL
from syncworker.metrics.portfolio.trials import TRIALS
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_portfolio import PortfolioSettings

FEW = MetricSettings(portfolio=PortfolioSettings(least=2))
NAMES = [f"a{number}" for number in range(10)]
ACCOUNTS = [{"account_id": name} for name in NAMES]


def trial(number: int, account: str, requested: str, started: str | None = None) -> Row:
    return {
        "trial_id": f"t{number}",
        "account_id": account,
        "requested_at": utc(requested),
        "started_at": started and utc(started),
    }


def test_trials_are_judged_by_the_month_of_their_request_once_it_is_mature() -> None:
    asked = [trial(n, name, "2026-03-10", "2026-03-12") for n, name in enumerate(NAMES[:8])]
    made = inputs(
        FEW,
        as_of=utc("2026-06-14"),
        accounts=ACCOUNTS,
        trials=[
            *asked,
            trial(8, "a0", "2026-03-20"),  # asks again in the month: counts once
            trial(9, "a8", "2026-03-31T23:59:59.999999"),
            trial(10, "a9", "2026-03-01"),  # had paid before
            trial(11, "a8", "2026-04-01"),
            trial(12, "a7", "2026-04-02"),
        ],
        invoices=[
            *(invoice(n, f"2026-03-{13 + n}", account_id=NAMES[n]) for n in range(6)),
            invoice(8, "2026-05-01", account_id="a8"),
            invoice(9, "2026-02-01", account_id="a9"),
        ],
    )
    rows = told(
        TRIALS, portfolio(months("2026-03", "2026-04", "2026-05", "2026-06", "2026-07"), made)
    )
    march = {m: r for (p, _, m), r in rows.items() if p == "2026-03"}
    assert march["trials_requested"]["value"] == 9
    assert march["trials_committed"]["value"] == 8
    assert march["trials_paid"]["value"] == 7
    paid = march["trial_to_paid"]
    assert (paid["numerator"], paid["denominator"], paid["note"]) == (7, 9, "")
    assert march["committed_to_paid"]["value"] == 100 * 6 / 8
    assert march["trial_to_paid_gap"]["value"] == 100 * 7 / 9 - 17
    # 1 to 6 whole days from the start; a8 did not start: 30 days from the request.
    median = march["days_to_paid_median"]
    assert (median["value"], median["n"], median["note"]) == (4.0, 7, "2 unpaid are left out")
    assert march["days_to_paid_p75"]["value"] == 5.5

    # April ends on 1 May: 45 days later is 15 June, a day from now.
    april = rows["2026-04", "all", "trial_to_paid"]
    assert (april["value"], april["low"], april["note"]) == (
        None,
        None,
        "immature until 2026-06-15",
    )
    assert rows["2026-04", "all", "committed_to_paid"]["note"] == "immature until 2026-06-15"
    assert rows["2026-04", "all", "days_to_paid_median"]["value"] is None
    assert rows["2026-04", "all", "trials_requested"]["value"] == 2
    assert rows["2026-05", "all", "trials_requested"]["value"] == 0
    assert not [key for key in rows if key[0] == "2026-07"]  # not begun


def test_trials_by_segment_have_a_row_for_every_segment_in_every_period() -> None:
    made = inputs(
        FEW,
        accounts=ACCOUNTS,
        trials=[trial(n, name, "2026-02-10") for n, name in enumerate(NAMES[:3])],
    )
    by = portfolio(months("2026-02", "2026-03"), made, "size", {"a0": "small", "a1": "small"})
    rows = told(TRIALS, by)
    told_ = {key[:2]: row["value"] for key, row in rows.items() if key[2] == "trials_requested"}
    assert told_ == {
        ("2026-02", "small"): 2,
        ("2026-02", "unknown"): 1,
        ("2026-03", "small"): 0,
        ("2026-03", "unknown"): 0,
    }
    assert rows["2026-02", "unknown", "trial_to_paid"]["note"] == "too few: 1 of at least 2 records"
    assert rows["2026-02", "small", "trial_to_paid"]["value"] == 0.0


def test_demos_are_judged_by_kind_within_their_window(monkeypatch: pytest.MonkeyPatch) -> None:
    live, video = ("live", True), ("video", False)
    rows = [
        ("a0", "2025-12-01", live, "2025-12-21"),
        ("a0", "2025-12-20", video, "2025-12-21"),
        ("a1", "2025-12-01", live, "2026-05-29T23:59:59"),  # the last second of 180 days
        ("a2", "2025-12-01", live, "2026-05-30"),  # the first one after them
        ("a3", "2025-12-31", video, None),
        ("a4", "2025-12-05", live, "2025-12-04"),  # had paid before
        ("a5", "2026-01-01", ("unknown", True), None),
        ("stranger", "2025-12-31", video, None),
    ]
    frame = pl.LazyFrame(
        [
            (f"{who}@x.example", kind, gated, utc(at), f"d{n}", paid and utc(paid))
            for n, (who, at, (kind, gated), paid) in enumerate(rows)
        ],
        schema={
            "email": pl.String,
            "type": pl.String,
            "gated": pl.Boolean,
            "submitted_at": UTC_TIME,
            "submission_id": pl.String,
            "first_paid_at": UTC_TIME,
        },
        orient="row",
    )
    monkeypatch.setattr(demos, "all_demos", lambda _: frame)
    # 180 days after the end of December is 30 June 2026.
    asked = portfolio(months("2025-12", "2026-01"), inputs(FEW, as_of=utc("2026-06-30")))
    found = told(DEMOS, asked)
    rates = {
        segment: (row["numerator"], row["denominator"])
        for (period, segment, metric), row in found.items()
        if metric == "demo_to_paid" and period == "2025-12"
    }
    assert rates == {
        "all": (2, 5),
        "type: live": (2, 3),
        "type: video": (1, 3),
        "type: unknown": (0, 0),
        "gated": (2, 3),
        "ungated": (1, 3),
    }
    few = found["2025-12", "all", "demo_days_median"]["note"]
    assert few == "too few: 2 of at least 6 records"
    assert found["2025-12", "gated", "gated_times_ungated"]["note"] == "not separable"
    assert found["2026-01", "all", "demo_to_paid"]["note"].startswith("immature until 2026-07-3")


def test_a_request_for_a_demo_leads_to_the_first_payment_of_its_persons_account() -> None:
    made = inputs(
        MetricSettings(portfolio=PortfolioSettings(least=1)),
        as_of=utc("2026-06-30"),
        accounts=ACCOUNTS,
        users=people(*NAMES),
        demo_requests=[
            {"submission_id": "d1", "email": "a0@x.example", "submitted_at": utc("2025-12-01")},
            {"submission_id": "d2", "email": "A0@x.example", "submitted_at": utc("2025-12-03")},
        ],
        invoices=[invoice(0, "2025-12-21", account_id="a0")],
    )
    row = told(DEMOS, portfolio(months("2025-12"), made))["2025-12", "gated", "demo_to_paid"]
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 1, 100.0)


def test_the_funnel_follows_new_visitors_to_trial_and_payment() -> None:
    def came(number: int, at: str, name: str | None, **more: Any) -> Row:
        return visit(number, at, email=name and f"{name}@x.example", **more)

    made = inputs(
        FEW,
        as_of=utc("2026-06-14"),
        accounts=ACCOUNTS,
        users=people(*NAMES),
        web_visits=[
            came(1, "2026-03-01", "a0", channel="social"),
            came(2, "2026-03-02", "a0"),  # another browser of the same account
            came(3, "2026-03-03", "a1", channel="social"),
            came(4, "2026-03-04", None, channel="social"),
            came(5, "2026-03-05", "a2"),  # asked for the trial before the first visit
            came(6, "2026-05-05", "a3"),
            came(7, "2026-04-20", None, visitor_id="v4"),  # came in March first
        ],
        trials=[
            trial(1, "a0", "2026-03-10"),
            trial(2, "a1", "2026-03-03"),
            trial(3, "a2", "2026-03-04T23:59:59"),
            trial(4, "a3", "2026-05-06"),
        ],
        invoices=[invoice(1, "2026-04-01", account_id="a0")],
    )
    asked = months("2026-03", "2026-04", "2026-05")
    rows = told(FUNNEL, portfolio(asked, made))
    visited = rows["2026-03", "all", "visit_to_trial"]
    assert (visited["numerator"], visited["denominator"]) == (3, 5)
    paid = rows["2026-03", "all", "visit_trial_to_paid"]
    # March and 75 days: immature until 15 June, a day from now.
    assert (paid["numerator"], paid["value"], paid["note"]) == (
        2,
        None,
        "immature until 2026-06-15",
    )
    assert rows["2026-04", "all", "visitors"]["value"] == 0
    assert rows["2026-05", "all", "visit_to_trial"]["note"] == "immature until 2026-07-01"
    assert rows["2026-03", "all", "visit_to_trial_gap"]["note"] == "benchmark 2.5 %"

    by_channel = told(FUNNEL, portfolio(asked, made, "channel"))
    social = by_channel["2026-03", "social", "visit_to_trial"]
    assert (social["numerator"], social["denominator"]) == (2, 3)
    by_size = told(FUNNEL, portfolio(asked, made, "size", {"a0": "small"}))
    assert by_size["2026-03", "small", "visitors"]["value"] == 2
    assert by_size["2026-03", "unknown", "visitors"]["value"] == 3
