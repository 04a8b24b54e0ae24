"""What holds of every report of the growth side."""

from typing import Any

import polars as pl
import pytest
from support.growth_facts import inputs, invoice, months, people, portfolio, spent, visit
from support.metric_facts import event, utc

from syncworker.metrics.portfolio.reports import REPORTS
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_portfolio import PortfolioSettings
from syncworker.model.streams import STREAMS

GROWTH = (
    "acquisition",
    "trials",
    "demos",
    "funnel",
    "attrition",
    "qualification",
    "panel",
    "channels",
)
NAMES = [f"a{number}" for number in range(12)]


@pytest.mark.parametrize("name", GROWTH)
def test_a_report_is_told_in_full(name: str) -> None:
    report = REPORTS[name]
    assert report.label
    assert report.inputs
    assert {s for group in report.inputs for s in group.split("|")} <= STREAMS.keys()
    assert all(definition.strip() for definition in report.metrics.values())


def world() -> dict[str, Any]:
    """Twelve accounts with ties in everything that can tie."""
    return {
        "accounts": [{"account_id": n, "created_at": utc("2026-02-10")} for n in NAMES],
        "users": people(*NAMES),
        "web_visits": [
            visit(
                n,
                f"2026-02-0{1 + n % 3}",
                ("seo", "email", "display")[n % 3],
                visitor_id=f"v{n % 9}",
                campaign=("k", None)[n % 2],
                email=f"a{n % 5}@x.example" if n % 4 else None,
            )
            for n in range(30)
        ],
        "trials": [
            {"trial_id": f"t{n}", "account_id": name, "requested_at": utc("2026-02-15")}
            for n, name in enumerate(NAMES * 2)
        ],
        "demo_requests": [
            {
                "submission_id": f"d{n}",
                "email": f"a{n % 7}@x.example",
                "type": ("live", "video")[n % 2],
                "submitted_at": utc("2026-02-12"),
            }
            for n in range(14)
        ],
        "events": [event(n, utc("2026-02-11"), account_id=NAMES[n]) for n in range(7)],
        "invoices": [
            invoice(n, f"2026-02-{20 + n % 3}", 100 + n, account_id=f"a{n % 6}") for n in range(12)
        ],
        "campaign_spend": [
            spent("2026-02-03", 33 + n, category, channel=channel)
            for n, (category, channel) in enumerate(
                [("ads", "display"), ("staff", None), ("ads", "email"), ("tools", None)]
            )
        ],
        "survey_responses": [
            {
                "response_id": f"r{n}",
                "user_id": f"u-a{n % 5}",
                "kind": ("nps", "csat", "esat")[n % 3],
                "score": 1 + n % 5,
                "at": utc("2026-02-20"),
            }
            for n in range(18)
        ],
        "crm_deals": [
            {
                "deal_id": f"d{n}",
                "amount": n,
                "currency": "USD",
                "is_closed": True,
                "is_won": n % 2 == 0,
                "closed_at": utc("2026-02-20"),
            }
            for n in range(8)
        ],
    }


@pytest.mark.long
@pytest.mark.parametrize("name", GROWTH)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    settings = MetricSettings(portfolio=PortfolioSettings(least=1))
    rows = world()
    backwards = {stream: list(reversed(given)) for stream, given in rows.items()}
    forth, back = (
        REPORTS[name].rows(portfolio(months("2026-02"), inputs(settings, **given))).collect()
        for given in (rows, backwards)
    )
    order = ["segment", "currency", "metric"]
    assert forth.height > 0
    assert forth.sort(order).equals(back.sort(order))


@pytest.mark.long
@pytest.mark.parametrize("name", GROWTH)
def test_a_portal_without_any_row_has_no_rate_and_no_amount(name: str) -> None:
    made = inputs(accounts=[], **{stream: [] for stream in STREAMS if stream != "accounts"})
    frame = REPORTS[name].rows(portfolio(months("2026-02"), made)).collect()
    assert (
        frame.filter(pl.col("unit") != "count")["value"].null_count()
        == frame.filter(pl.col("unit") != "count").height
    )
    assert frame["amount"].null_count() == frame.height
    assert frame.filter(pl.col("unit") != "count", pl.col("note") == "").is_empty()
