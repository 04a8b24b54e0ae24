"""The report `reconciliation`: from our MRR to another reading of it, a line per cause."""

from __future__ import annotations

from dataclasses import replace

from support.metric_facts import Row, discount, facts, item, sub, utc
from support.portfolio_world import AS_OF, Numbers, numbers, portfolio, rows

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.portfolio.changes import Span
from syncworker.metrics.portfolio.invoiced import invoiced
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings

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
    inputs = inputs_of(given, MetricSettings(revenue=RevenueSettings(once_coupons=True)))
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


def line_of(invoice: str, start: str, end: str, amount: int, **more: object) -> Row:
    return {
        "invoice_line_id": invoice,
        "invoice_id": invoice,
        "sub_id": "s1",
        "period_start": utc(start),
        "period_end": utc(end),
        "amount": amount,
        "currency": "USD",
        **more,
    }


LINES: dict[str, tuple[Row, int | None]] = {
    "a month": (line_of("a month", "2026-02-01", "2026-03-01", 1000), 1000),
    "from the last": (line_of("from the last", "2026-01-31", "2026-03-01", 1000), 1000),
    "half a cent": (line_of("half a cent", "2025-06-01", "2026-06-01", 12_006), 1001),
    "a quarter": (line_of("a quarter", "2026-01-01", "2026-04-01", 3000), 1000),
    "a week": (line_of("a week", "2026-02-23", "2026-03-02", 1200), 5200),  # 12/52
    "a day": (line_of("a day", "2026-02-28", "2026-03-01", 12), 365),  # 12/365
    "over": (line_of("over", "2026-02-01", "2026-02-28", 1000), None),
    "change": (line_of("change", "2026-02-01", "2026-03-01", 1000, proration=True), None),
    "no plan": (line_of("no plan", "2026-02-01", "2026-03-01", 1000, sub_id=None), None),
    "void": (line_of("void", "2026-02-01", "2026-03-01", 1000), None),
}


def test_invoices_tell_what_was_billed_for_a_month() -> None:
    made = [
        {"invoice_id": name, "account_id": name, "status": name, "amount_ex_tax": 1, "currency": ""}
        for name in LINES
    ]
    given = facts(as_of=AS_OF, invoices=made, invoice_lines=[row for row, _ in LINES.values()])
    end = utc("2026-02-28T23:59:59.999999")
    found = invoiced(inputs_of(given, MetricSettings()).facts, [Span("2026-02", end, end)])
    billed = dict(found.select("account_id", "mrr").collect().iter_rows())
    assert billed == {name: mrr for name, (_, mrr) in LINES.items() if mrr is not None}


def test_what_was_billed_stands_beside_what_is_counted() -> None:
    bill = {"invoice_id": "a month", "account_id": "acme", "amount_ex_tax": 1, "currency": "USD"}
    row = LINES["a month"][0]
    given = facts(as_of=AS_OF, invoices=[bill], invoice_lines=[row])
    world = portfolio([], given=given, first="2026-02", last="2026-02")
    found = {each["metric"]: each["amount"] for each in rows("reconciliation", world).to_dicts()}
    assert (found["mrr_invoiced"], found["invoiced_less_ours"]) == (1000, 1000)
