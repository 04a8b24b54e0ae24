"""Revenue credited to touches."""

from typing import Any

import pytest
from support.growth_facts import inputs, invoice, people, visit
from support.metric_facts import AS_OF, Row, utc

from syncworker.metrics.attribution import revenue_credits, revenue_to_date

ANN = {"email": "acme@x.example"}


def credited(*visits: Row, invoices: list[Row], **more: Any) -> list[tuple[Any, ...]]:
    given = inputs(users=people("acme"), web_visits=list(visits), invoices=invoices, **more)
    frame = revenue_credits(given).sort("currency", "channel").collect()
    return frame.select("currency", "channel", "first", "last", "linear").rows()


def revenue(*invoices: Row) -> dict[str, int]:
    frame = revenue_to_date(inputs(invoices=list(invoices))).collect()
    return dict(zip(frame["currency"], frame["revenue"], strict=True))


def test_linear_credit_is_a_whole_nth_and_the_rest_goes_to_the_earliest() -> None:
    # 100 by 3 is 33 each, and 1 is left.
    visits = [
        visit(3, "2026-05-03", "c", **ANN),
        visit(1, "2026-05-01", "a", **ANN),
        visit(2, "2026-05-02", "b", **ANN),
        visit(4, "2026-05-05", "after paying", **ANN),
    ]
    assert credited(*visits, invoices=[invoice(1, "2026-05-04", 100)]) == [
        ("USD", "a", 100, 0, 34),
        ("USD", "b", 0, 0, 33),
        ("USD", "c", 0, 100, 33),
    ]


def test_recurring_revenue_counts_over_time_and_by_currency() -> None:
    paid = [
        invoice(1, "2026-04-01", 100),
        invoice(2, "2026-05-01", 100),
        invoice(3, "2026-06-01", 50, currency="EUR"),
    ]
    touched = visit(1, "2026-03-01", "social", **ANN)
    assert credited(touched, invoices=paid) == [
        ("EUR", "social", 50, 50, 50),
        ("USD", "social", 200, 200, 200),
    ]


def test_revenue_without_a_touch_is_of_the_channel_unknown() -> None:
    assert credited(invoices=[invoice(1, "2026-05-04", 100)]) == [("USD", "unknown", 100, 100, 100)]


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ({}, 1000),
        ({"tax": 190}, 1000),
        ({"tax": 190, "refunded": 1190}, 0),
        ({"tax": 190, "refunded": 595}, 500),
        ({"tax": 190, "refunded": 100}, 916),  # 84.03 of 100 were net
        ({"refunded": 1}, 999),
        ({"refunded": 400, "refunded_at": utc("2026-06-01")}, 600),
        ({"refunded": 400, "refunded_at": utc("2026-06-16")}, 1000),
        ({"amount_ex_tax": 0, "refunded": 5}, -5),
        ({"amount_ex_tax": 0}, 0),
    ],
)
def test_revenue_is_net_of_tax_and_of_refunds_without_their_tax(more: Row, left: int) -> None:
    assert revenue(invoice(1, "2026-05-01", **more)) == {"USD": left}


def test_what_is_not_paid_yet_or_deleted_is_no_revenue() -> None:
    open_one = invoice(1, "2026-05-01", paid_at=None)
    later = invoice(2, "2026-06-16")
    gone = invoice(3, "2026-05-01", deleted_at=AS_OF)
    assert revenue(open_one, later, gone) == {}
