"""Whose visits are, and which channel brought an account."""

from typing import Any

from support.growth_facts import inputs, invoice, people, visit
from support.metric_facts import AS_OF, utc

from syncworker.metrics.compute import compute
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.touches import sessions, touches

ACME = [{"account_id": "acme"}, {"account_id": "bolt"}]
ANN = {"email": "acme@x.example"}


def made(*visits: Any, **more: Any) -> Inputs:
    return inputs(accounts=ACME, users=people("acme", "bolt"), web_visits=list(visits), **more)


def pages(given: Inputs) -> list[tuple[str, str]]:
    frame = touches(given).sort("at", "visit_id").collect()
    return list(zip(frame["account_id"], frame["page"], strict=True))


def account(given: Inputs) -> dict[str, Any]:
    computed = compute(given.facts, given.settings, given.population).accounts.collect()
    return next(r for r in computed.iter_rows(named=True) if r["account_id"] == "acme")


def test_a_touch_is_the_first_row_of_a_session_and_a_row_without_one_is_its_own() -> None:
    one = {"visitor_id": "v", "session_id": "s", **ANN}
    alone = {"visitor_id": "v", "session_id": None, **ANN}
    found = pages(
        made(
            visit(2, "2026-05-01T10:01", page="/second", **one),
            visit(1, "2026-05-01T10:00", page="/first", **one),
            visit(3, "2026-05-01T10:00", page="/same instant", **one),
            visit(4, "2026-05-02", page="/four", **alone),
            visit(5, "2026-05-03", page="/five", **alone),
            # Another browser may have a session of the same name.
            visit(6, "2026-05-04", page="/six", visitor_id="w", session_id="s", **ANN),
        )
    )
    assert [page for _, page in found] == ["/first", "/four", "/five", "/six"]


def test_a_visitor_is_known_backwards_and_a_browser_of_two_accounts_is_nobodys() -> None:
    found = pages(
        made(
            visit(1, "2026-05-01", page="/before", visitor_id="v"),
            visit(2, "2026-05-02", page="/known", visitor_id="v", **ANN),
            visit(3, "2026-05-03", page="/after", visitor_id="v", email="nobody@y.example"),
            visit(4, "2026-05-04", page="/shared", visitor_id="w", **ANN),
            visit(5, "2026-05-05", page="/shared", visitor_id="w", email="bolt@x.example"),
            visit(6, "2026-05-06", page="/stranger"),
        )
    )
    assert found == [("acme", "/before"), ("acme", "/known"), ("acme", "/after")]


def test_visits_from_as_of_on_and_deleted_ones_tell_nothing() -> None:
    late = visit(1, "2026-06-15T12:00", page="/late", **ANN)
    gone = visit(2, "2026-05-01", page="/gone", deleted_at=AS_OF, **ANN)
    assert pages(made(late, gone)) == []
    just = visit(3, "2026-06-15T11:59:59.999999", page="/just", visitor_id="v1", **ANN)
    assert pages(made(late, just)) == [("acme", "/just")]


def test_a_contact_gave_an_address_known_or_not() -> None:
    frame = sessions(
        made(
            visit(1, "2026-05-01", email="who@y.example"),
            visit(2, "2026-05-01"),
            visit(3, "2026-05-01", None, **ANN),
        )
    ).collect()
    by_visit = {row["visit_id"]: row for row in frame.iter_rows(named=True)}
    assert {k: v["contact"] for k, v in by_visit.items()} == {"w1": True, "w2": False, "w3": True}
    assert by_visit["w1"]["account_id"] is None
    assert by_visit["w3"]["channel"] == "unknown"


def test_first_and_last_channel_are_of_the_touches_up_to_the_first_payment() -> None:
    row = account(
        made(
            visit(2, "2026-05-03", "email", **ANN),
            visit(1, "2026-05-01", "social", campaign="spring", **ANN),
            visit(3, "2026-05-03T00:00:00.000001", "direct", **ANN),
            invoices=[invoice(1, "2026-05-03")],
        )
    )
    assert (row["channel_first"], row["campaign_first"]) == ("social", "spring")
    assert (row["channel_last"], row["campaign_last"], row["touches"]) == ("email", None, 2)


def test_an_account_that_came_by_no_visit_has_the_channel_unknown() -> None:
    row = account(made(visit(1, "2026-05-01"), visit(2, "2026-05-04", **ANN)))
    assert row["channel_first"] == row["channel_last"] == "seo"
    paid = account(made(visit(2, "2026-05-04", **ANN), invoices=[invoice(1, "2026-05-03")]))
    assert (paid["channel_first"], paid["channel_last"], paid["touches"]) == (
        "unknown",
        "unknown",
        0,
    )
    assert utc("2026-05-03") == paid["customer_since"]


def test_the_order_of_rows_does_not_matter() -> None:
    visits = [
        visit(n, "2026-05-01", channel, visitor_id="v", session_id=session, **ANN)
        for n, (channel, session) in enumerate([("a", "s"), ("b", "s"), ("c", "t"), ("d", "u")])
    ]
    forth, back = account(made(*visits)), account(made(*reversed(visits)))
    names = ("channel_first", "channel_last", "touches")
    assert [forth[name] for name in names] == [back[name] for name in names] == ["a", "d", 3]
