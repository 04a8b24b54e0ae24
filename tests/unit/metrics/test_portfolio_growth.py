"""Attrition, qualification, the panel and the table of channels."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from support.growth_facts import inputs, invoice, months, people, portfolio, spent, told, visit
from support.metric_facts import Row, event, item, sub, utc

from syncworker.metrics.known import UTC_TIME
from syncworker.metrics.portfolio import qualification
from syncworker.metrics.portfolio.attrition import ATTRITION
from syncworker.metrics.portfolio.channels_table import CHANNELS
from syncworker.metrics.portfolio.panel import PANEL
from syncworker.metrics.portfolio.qualification import QUALIFICATION
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_portfolio import PortfolioSettings
from syncworker.metrics.settings_pql import Milestone, PqlSettings

ONE = MetricSettings(portfolio=PortfolioSettings(least=1))
LOGO = PqlSettings(milestones={"logo": Milestone("action", "logo")}, any_of=("logo",))
JUDGING = replace(ONE, pql=LOGO)
NAMES = [f"a{number}" for number in range(6)]


def accounts(at: str = "2025-11-10") -> list[Row]:
    return [{"account_id": name, "created_at": utc(at)} for name in NAMES]


def came(number: int, at: str, name: str | None, channel: str = "seo", **more: Any) -> Row:
    return visit(number, at, channel, email=name and f"{name}@x.example", **more)


def test_attrition_counts_each_step_of_those_that_took_the_ones_before() -> None:
    subs = [
        sub(sub_id="s0", account_id="a0", started_at=utc("2025-11-20")),
        sub(
            sub_id="s1",
            account_id="a1",
            started_at=utc("2025-11-20"),
            status="canceled",
            ended_at=utc("2026-05-19"),  # 180 days after the first payment
        ),
        sub(sub_id="s2", account_id="a2", started_at=utc("2026-02-01")),
        sub(sub_id="s3", account_id="a3", started_at=utc("2025-11-20")),
    ]
    made = inputs(
        ONE,
        accounts=accounts(),
        users=people(*NAMES),
        events=[event(n, utc("2025-11-15"), account_id=f"a{n}") for n in (0, 1, 2, 4)],
        subscriptions=subs,
        subscription_items=[item(item_id=s["sub_id"], sub_id=s["sub_id"]) for s in subs],
        web_visits=[
            came(0, "2025-11-10", "a0"),
            came(1, "2025-11-09", "a0"),  # two browsers of one account
            came(2, "2025-11-10T00:00:01", "a1"),  # signed up before
            came(3, "2025-11-03", None),
            came(4, "2026-06-01", None),
        ],
    )
    asked = months("2025-11", "2025-12", "2026-06")
    rows = told(ATTRITION, portfolio(asked, made))
    steps = {
        m: (r["numerator"], r["denominator"]) for (p, _, m), r in rows.items() if p == "2025-11"
    }
    assert steps["drop_signup"] == (1, 2)
    assert steps["drop_key_action"] == (2, 6)
    assert steps["drop_conversion"] == (1, 4)  # a3 paid without a key action
    assert steps["drop_renewal"] == (1, 2)  # a2 paid less than 180 days ago
    assert rows["2025-11", "all", "drop_renewal"]["value"] == 50.0
    assert rows["2025-12", "all", "drop_renewal"]["note"] == "immature until 2026-06-30"
    assert rows["2025-12", "all", "drop_conversion"]["note"] == "too few: 0 of at least 1 records"
    assert rows["2026-06", "all", "drop_signup"]["note"] == "immature until 2026-07-31"
    by_size = told(ATTRITION, portfolio(asked, made, "size", {"a0": "small"}))
    assert by_size["2025-11", "small", "drop_key_action"]["denominator"] == 1


def test_a_step_that_nobody_tells_of_is_absent_with_the_reason() -> None:
    made = inputs(ONE, accounts=accounts(), invoices=[invoice(1, "2025-12-01", account_id="a0")])
    rows = told(ATTRITION, portfolio(months("2025-11"), made))
    notes = {metric: (row["value"], row["note"]) for (_, _, metric), row in rows.items()}
    assert notes["drop_signup"] == (None, "no source tells of visits")
    assert notes["drop_key_action"] == (None, "no source tells what people did")
    assert notes["drop_conversion"] == (
        pytest.approx(500 / 6),
        "of all sign-ups: no source tells what people did",
    )


def qualified(monkeypatch: pytest.MonkeyPatch, **first_pql_at: str) -> None:
    frame = pl.LazyFrame(
        [(name, utc(at)) for name, at in first_pql_at.items()],
        schema={"account_id": pl.String, "first_pql_at": UTC_TIME},
        orient="row",
    )
    monkeypatch.setattr(qualification, "pql_accounts", lambda _: frame)


LEADS: dict[str, Any] = {
    "accounts": accounts("2026-03-10"),
    "users": people(*NAMES),
    "web_visits": [
        came(0, "2026-03-01", "a0", "social", campaign="spring"),
        came(1, "2026-03-01", "a1", "social"),
        came(2, "2026-03-01", "a2", "social"),
        came(3, "2026-03-01", "a3"),
    ],
    "invoices": [
        invoice(0, "2026-04-01", account_id="a0"),
        invoice(3, "2026-04-01", account_id="a3"),
        invoice(4, "2026-04-01", account_id="a4"),
    ],
    "campaign_spend": [spent("2026-03-05", 900, channel="social", campaign="spring")],
}


def test_leads_are_told_by_channel_with_their_cost_and_coverage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qualified(monkeypatch, a0="2026-03-20", a1="2026-03-21", a3="2026-03-22")
    made = inputs(JUDGING, **LEADS)
    rows = told(QUALIFICATION, portfolio(months("2026-03", "2026-05"), made, "size", {}))
    cells = {(s, m): r for (p, s, m), r in rows.items() if p == "2026-03"}
    assert {s: r["value"] for (s, m), r in cells.items() if m == "leads"} == {
        "all": 6,
        "social": 3,
        "seo": 1,
        "unknown": 2,
    }

    def share(segment: str, metric: str) -> tuple[float, float]:
        return cells[segment, metric]["numerator"], cells[segment, metric]["denominator"]

    # Converted of all, beside converted of the qualified, and how many of the wins these are.
    assert share("all", "lead_to_won") == (3, 6)
    assert share("all", "pql_to_won") == (2, 3)
    assert share("all", "won_coverage") == (2, 3)
    assert share("social", "lead_to_pql") == (2, 3)
    assert cells["all", "pqls"]["value"] == 3
    assert (
        cells["social", "cost_per_pql"]["amount"],
        cells["social", "cost_per_win"]["amount"],
    ) == (
        450,
        900,
    )
    assert (cells["seo", "cost_per_win"]["amount"], cells["seo", "cost_per_win"]["note"]) == (
        None,
        "no spend is known",
    )
    assert rows["2026-05", "all", "cost_per_win"]["note"] == "immature until 2026-07-16"
    campaigns = told(QUALIFICATION, portfolio(months("2026-03"), made, "campaign"))
    assert campaigns["2026-03", "spring", "cost_per_pql"]["amount"] == 900


def test_without_rules_nobody_is_said_not_to_have_qualified() -> None:
    given = {name: rows for name, rows in LEADS.items() if name != "campaign_spend"}
    rows = told(QUALIFICATION, portfolio(months("2026-03"), inputs(ONE, **given)))
    for metric in ("lead_to_pql", "pql_to_won", "won_coverage", "cost_per_pql"):
        assert rows["2026-03", "all", metric]["note"] == "no pql rules"
        assert rows["2026-03", "all", metric]["value"] is None
    assert ("2026-03", "all", "pqls") not in rows
    assert rows["2026-03", "all", "lead_to_won"]["value"] == 50.0
    assert rows["2026-03", "all", "cost_per_win"]["note"] == "no source tells of spend"


def answer(number: int, score: float, at: str, kind: str = "nps", **more: Any) -> Row:
    given = {"response_id": f"r{number}", "user_id": f"u{number}", "kind": kind, "score": score}
    return {**given, "at": utc(at), **more}


def test_the_panel_tells_the_scores_at_each_periods_end() -> None:
    # Seven promoters, two passive and a detractor: 70 % - 10 % = 60.
    promoters = [answer(n, 9 + n % 2, "2026-03-31T23:59:59") for n in range(7)]
    others = [answer(7, 7, "2026-03-01"), answer(8, 8, "2025-10-03"), answer(9, 6, "2026-01-01")]
    away = [
        answer(10, 0, "2026-01-01", user_id="u9", kind="csat"),
        answer(11, 0, "2026-04-01"),  # of the next month
        answer(12, 0, "2025-10-02T23:59:59"),  # more than 180 days before
        answer(13, 11, "2026-03-01"),
        answer(14, 3, "2026-03-01", scale=5),
        answer(15, 10, "2025-12-01", user_id="u9"),  # answered again since
        answer(16, 1, "2026-03-01", deleted_at=utc("2026-04-01")),
    ]
    csat = [answer(n, s, "2026-03-01", "csat", scale=5) for n, s in enumerate((5, 4, 3, 1), 20)]
    esat = [answer(30, 5, "2026-01-01", "esat"), answer(31, 1, "2025-12-31T23:59:59", "esat")]
    made = inputs(ONE, survey_responses=[*promoters, *others, *away, *csat, *esat])
    rows = told(PANEL, portfolio(months("2026-03", "2026-06"), made, "size", {}))
    nps = rows["2026-03", "all", "nps"]
    assert (nps["value"], nps["n"], nps["unit"]) == (pytest.approx(60), 10, "points")
    assert (nps["low"], nps["high"]) == (pytest.approx(18.89, abs=0.01), 100.0)
    assert rows["2026-03", "all", "csat"]["value"] == 50.0
    assert (rows["2026-03", "all", "esat"]["value"], rows["2026-03", "all", "esat"]["n"]) == (
        100.0,
        1,
    )
    assert rows["2026-06", "all", "nps"]["note"] == "unfinished"
    assert rows["2026-06", "all", "esat"]["note"] == "too few: 0 of at least 1 records; unfinished"
    assert rows["2026-03", "all", "win_rate"]["note"].startswith("no source tells of deals")
    assert rows["2026-03", "all", "forecast_accuracy"]["note"] == "no source tells of deals"


def deal(number: int, closed: str, amount: int, *, won: bool | None = None, **more: Any) -> Row:
    return {
        "deal_id": f"d{number}",
        "closed_at": utc(closed),
        "amount": amount,
        "currency": "USD",
        "is_closed": won is not None,
        "is_won": won,
        **more,
    }


def test_the_forecast_is_what_was_expected_when_the_period_began() -> None:
    now = inputs(
        ONE,
        crm_deals=[
            deal(1, "2026-03-10", 100, won=True),
            deal(2, "2026-03-31T23:59:59", 100, won=True),
            deal(3, "2026-03-20", 500, won=False),
            deal(4, "2026-04-01", 100, won=True),
            deal(5, "2026-06-20", 100, won=True),  # will close
        ],
    )
    then = inputs(
        ONE,
        crm_deals=[
            deal(1, "2026-03-15", 90),
            deal(2, "2026-04-15", 100),
            deal(3, "2026-03-20", 150),
            deal(6, "2026-03-01", 700, won=True),
        ],
    )
    asked = portfolio(months("2026-03", "2026-04", "2026-05", "2026-06"), now)
    rows = told(PANEL, replace(asked, known_at=lambda _: then))
    # F = 90 + 150, A = 200: 1 - 40 / 200.
    march = rows["2026-03", "all", "forecast_accuracy"]
    assert (march["value"], march["currency"]) == (pytest.approx(80.0), "USD")
    assert rows["2026-03", "all", "win_rate"]["value"] == pytest.approx(200 / 3)
    assert rows["2026-04", "all", "forecast_accuracy"]["value"] == pytest.approx(100.0)
    assert rows["2026-05", "all", "forecast_accuracy"]["note"] == "nothing was won"
    assert rows["2026-06", "all", "win_rate"]["denominator"] == 0
    assert rows["2026-06", "all", "forecast_accuracy"]["note"] == "unfinished"
    untold = told(PANEL, asked)["2026-03", "all", "forecast_accuracy"]
    assert (untold["value"], untold["note"]) == (None, "what was forecast then is not known")
    assert untold["denominator"] == 200
    assert told(PANEL, asked)["2026-03", "all", "nps"]["note"].startswith("no source tells of surv")


def test_channels_tell_traffic_customers_and_the_revenue_they_brought() -> None:
    made = inputs(
        ONE,
        accounts=accounts(),
        users=people(*NAMES),
        web_visits=[
            came(0, "2026-02-01", None, visitor_id="v0", channel="social"),
            came(1, "2026-03-02", "a0", visitor_id="v0", channel="email"),
            came(2, "2026-03-03", "a1", "social", campaign="spring"),
            came(3, "2026-03-04", None, "social"),
            came(4, "2026-03-05", "a2"),  # is a customer already
            came(5, "2026-04-01", None),
        ],
        invoices=[
            invoice(0, "2026-03-10", 101, account_id="a0"),
            invoice(1, "2026-05-10", 100, account_id="a0"),
            invoice(2, "2026-03-10", 50, account_id="a1", currency="EUR"),
            invoice(3, "2026-03-01", 10, account_id="a2"),
        ],
    )
    rows = told_by_currency(made)
    assert rows["2026-03", "social", "", "sessions"]["value"] == 2
    assert rows["2026-03", "social", "", "sessions_change"]["value"] == 100.0
    assert (
        rows["2026-02", "social", "", "sessions_change"]["note"] == "nothing in the period before"
    )
    assert rows["2026-03", "all", "", "sessions"]["value"] == 4
    known = rows["2026-03", "social", "", "visitor_to_contact"]
    assert (known["numerator"], known["denominator"]) == (1, 2)
    assert rows["2026-03", "all", "", "visitors_paid"]["value"] == 1
    assert rows["2026-03", "social", "", "times_the_rest"]["note"] == "immature until 2026-06-15"
    assert rows["2026-02", "social", "", "times_the_rest"]["note"].startswith("too few: 0")
    # a0 came by social and e-mail before it paid 201 in all.
    assert rows["2026-03", "social", "USD", "revenue_first"]["amount"] == 201
    assert rows["2026-03", "email", "USD", "revenue_last"]["amount"] == 201
    assert rows["2026-03", "social", "USD", "revenue_linear"]["amount"] == 101
    assert rows["2026-03", "email", "USD", "revenue_linear"]["amount"] == 100
    assert rows["2026-03", "unknown", "USD", "revenue_linear"]["amount"] == 10
    assert rows["2026-03", "all", "USD", "revenue_linear"]["amount"] == 211
    assert rows["2026-03", "social", "EUR", "revenue_linear"]["amount"] == 50
    by_campaign = told_by_currency(made, "campaign")
    assert by_campaign["2026-03", "spring", "EUR", "revenue_last"]["amount"] == 50


def told_by_currency(made: Any, by: str = "") -> dict[tuple[str, str, str, str], dict[str, Any]]:
    asked = portfolio(months("2026-02", "2026-03", "2026-04"), made, by)
    asked = replace(asked, inputs=replace(made, facts=replace(made.facts, as_of=utc("2026-06-14"))))
    frame = CHANNELS.rows(asked).collect()
    assert set(frame["metric"]) == set(CHANNELS.metrics)
    return {
        (r["period"], r["segment"], r["currency"], r["metric"]): r
        for r in frame.iter_rows(named=True)
    }
