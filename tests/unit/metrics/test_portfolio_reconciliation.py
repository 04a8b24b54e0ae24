"""The report `reconciliation`: from our MRR to another reading of it, a line per cause."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.metric_facts import Row, discount, facts, item, sub, utc
from support.portfolio_world import AS_OF, Numbers, numbers, portfolio, rows

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings

CAUSES = (
    "cause_trial",
    "cause_past_due",
    "cause_discounts",
    "cause_cancel_timing",
    "cause_metered",
    "cause_fx",
    "cause_timezone",
    "unexplained",
)


def causes(found: Numbers, period: str) -> dict[str, int]:
    """The causes that are not 0; they lead from our MRR to the other one, exactly."""
    lines = {name: found[name, period]["amount"] for name in CAUSES}
    ends = [found[name, period]["amount"] for name in ("mrr_ours", "mrr_stripe_dashboard")]
    assert ends[0] + sum(lines.values()) == ends[1]
    return {name: amount for name, amount in lines.items() if amount}


def test_every_cause_is_a_line_and_the_lines_add_up() -> None:
    given = facts(
        as_of=AS_OF,
        timezone="America/New_York",
        # It starts at 11 pm of 31 March in New York: for UTC that is April.
        subscriptions=[sub(), sub(sub_id="s2", started_at=utc("2026-04-01T03:00"))],
        subscription_items=[item(), item(item_id="i2", sub_id="s2", unit_amount=700)],
        discounts=[discount(percent=50, duration="once", start=utc("2026-02-01"))],
    )
    world = portfolio(given=given, first="2026-03", last="2026-04")
    inputs = inputs_of(given, MetricSettings(count_once_discounts=True))
    found = numbers("reconciliation", replace(world, inputs=inputs))
    assert causes(found, "2026-03") == {"cause_discounts": 500, "cause_timezone": -700}
    assert causes(found, "2026-04") == {"cause_discounts": 500}
    assert found["cause_trial", "2026-03"]["note"] == "counted by neither"
    assert ("mrr_invoiced", "2026-03") not in found


def test_a_quarter_that_goes_on_is_compared_at_the_same_instant() -> None:
    given = facts(as_of=utc("2026-05-20"), subscriptions=[sub()], subscription_items=[item()])
    found = numbers("reconciliation", portfolio(given=given, first="2026-04", kind="quarter"))
    assert causes(found, "2026-Q2") == {}
    assert found["mrr_ours", "2026-Q2"]["amount"] == 1000


def line_of(number: int, start: str, end: str, amount: int, **more: object) -> Row:
    return {
        "invoice_line_id": f"l{number}",
        "invoice_id": "paid",
        "sub_id": "s1",
        "period_start": utc(start),
        "period_end": utc(end),
        "amount": amount,
        "currency": "USD",
        **more,
    }


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line_of(1, "2026-02-01", "2026-03-01", 1000)], 1000),
        ([line_of(1, "2026-01-31", "2026-03-01", 1000)], 1000),
        ([line_of(1, "2025-06-01", "2026-06-01", 12_006)], 1001),  # half a cent goes up
        ([line_of(1, "2026-01-01", "2026-04-01", 3000)], 1000),
        ([line_of(1, "2026-02-23", "2026-03-02", 1200)], 5200),  # a week is 12/52
        ([line_of(1, "2026-02-28", "2026-03-01", 12)], 365),  # a day is 12/365
        ([line_of(1, "2026-02-01", "2026-02-28", 1000)], None),  # over by then
        ([line_of(1, "2026-02-01", "2026-03-01", 1000, proration=True)], None),
        ([line_of(1, "2026-02-01", "2026-03-01", 1000, sub_id=None)], None),
        ([line_of(1, "2026-02-01", "2026-03-01", 1000, invoice_id="void")], None),
    ],
)
def test_invoices_tell_what_was_billed_for_a_month(lines: list[Row], expected: int | None) -> None:
    made = [
        {
            "invoice_id": status,
            "account_id": "acme",
            "status": status,
            "amount_ex_tax": 1,
            "currency": "USD",
        }
        for status in ("paid", "void")
    ]
    given = facts(as_of=AS_OF, invoices=made, invoice_lines=lines)
    world = portfolio([], given=given, first="2026-02", last="2026-02")
    found = {row["metric"]: row["amount"] for row in rows("reconciliation", world).to_dicts()}
    assert found.get("mrr_invoiced") == expected
    assert found.get("invoiced_less_ours") == expected
