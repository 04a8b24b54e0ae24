"""Where rows live: with their account, else with their user, else by themselves."""

from __future__ import annotations

import polars as pl
from support.metric_facts import AS_OF, event, facts, item, sub

from syncworker.metrics.homes import HOME, PLACES, TOO, WHOLE, housed
from syncworker.model.streams import STREAMS

AT = {"currency": "EUR"}
OF = {"object": "companies", "property": "x"}
WORLD = facts(
    accounts=[{"account_id": "a", "hubspot_company_id": "c1"}, {"account_id": "b"}],
    users=[
        {"user_id": "ann", "account_id": "a", "email": "ann@a.example"},
        {"user_id": "dan", "email": " Dan@b.example", "hubspot_contact_id": "p1"},
    ],
    identity=[{"kind": "email", "value": "x", "account_id": "b"}],
    events=[
        event(1, AS_OF, account_id=None),
        event(2, AS_OF, account_id="b"),
        event(3, AS_OF, account_id=None, user_id="dan"),
        event(4, AS_OF, account_id=None, user_id="who"),
        event(5, AS_OF, account_id=None, user_id=None),
    ],
    subscriptions=[sub(account_id="a", hubspot_deal_id="d1")],
    subscription_items=[item(), item(item_id="i2", sub_id="lost")],
    invoices=[{"invoice_id": "n1", "account_id": "b", "amount_ex_tax": 1, **AT}],
    invoice_lines=[
        {"invoice_line_id": "1", "invoice_id": "n1", "amount": 1, **AT},
        {"invoice_line_id": "2", "invoice_id": "n9", "sub_id": "s1", "amount": 1, **AT},
        {"invoice_line_id": "3", "invoice_id": "n9", "amount": 1, **AT},
    ],
    tickets=[
        {"ticket_id": "t1", "account_id": "b", "user_id": "ann", "opened_at": AS_OF},
        {"ticket_id": "t2", "user_id": "dan", "opened_at": AS_OF},
        {"ticket_id": "t3", "opened_at": AS_OF},
    ],
    demo_requests=[
        {"submission_id": "1", "email": "ANN@a.example", "submitted_at": AS_OF},
        {"submission_id": "2", "email": "eve@a.example", "submitted_at": AS_OF},
    ],
    survey_responses=[
        {"response_id": "1", "user_id": "ann", "account_id": "b", "kind": "nps", "score": 9}
    ],
    web_visits=[
        {"visit_id": "1", "visitor_id": "v", "ts": AS_OF},
        {"visit_id": "2", "visitor_id": "w", "ts": AS_OF},
    ],
    crm_values=[
        {**OF, "record_id": "c1"},
        {**OF, "object": "contacts", "record_id": "p1"},
        {**OF, "record_id": "c9"},
    ],
    crm_deals=[
        {"deal_id": "d1"},
        {"deal_id": "d2", "company_id": "c1"},
        {"deal_id": "d3", "company_id": "c9"},
    ],
    fx_rates=[],
)


def homes(stream: str) -> list[str]:
    return housed(WORLD)[stream].sort(*STREAMS[stream].key).collect()[HOME].to_list()


def test_every_stream_has_a_place_or_is_whole_in_every_shard() -> None:
    assert {*PLACES, *WHOLE} == set(STREAMS)
    assert "fx_rates" not in housed(WORLD)


def test_rows_live_with_their_account_or_user_or_alone() -> None:
    assert homes("users") == ["a", "dan"]
    assert homes("identity") == ["b"]
    assert homes("events") == ["a", "b", "dan", "who", "e5"]
    assert homes("subscription_items") == ["a", "lost"]
    assert homes("invoice_lines") == ["b", "a", "n9"]
    assert homes("tickets") == ["b", "dan", "t3"]
    assert homes("demo_requests") == ["a", "eve@a.example"]
    assert sorted(homes("crm_values")) == ["a", "c9", "dan"]
    assert homes("crm_deals") == ["a", "a", "d3"]


def test_what_somebody_did_for_another_account_lives_with_both() -> None:
    found = housed(WORLD)["events"].sort("event_id").collect()
    assert found[TOO].to_list() == [None, "a", None, None, None]
    assert housed(WORLD)["survey_responses"].collect().select(HOME, TOO).rows() == [("b", "a")]


def test_a_browser_lives_with_the_one_account_it_is_known_to_be_of() -> None:
    assert homes("web_visits") == ["v", "w"]
    visits = (
        WORLD.streams["web_visits"]
        .collect()
        .clear(4)
        .with_columns(
            visitor_id=pl.Series(["one", "one", "two", "two"]),
            account_id=pl.Series([None, "a", "a", "b"]),
        )
    )
    found = PLACES["web_visits"](WORLD, visits.lazy()).collect()
    assert sorted(found.select("visitor_id", HOME).rows()) == [
        ("one", "a"),
        ("one", "a"),
        ("two", "two"),
        ("two", "two"),
    ]
