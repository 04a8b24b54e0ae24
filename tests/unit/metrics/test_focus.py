"""A few people of a portal, with their accounts."""

from __future__ import annotations

from support.metric_facts import AS_OF, event, facts, item, sub

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.focus import focus, focus_keys
from syncworker.metrics.settings import MetricSettings

WHOLE = facts(
    accounts=[{"account_id": name} for name in ("a", "b", "c")],
    users=[
        {"user_id": "ann", "account_id": "a", "email": " Ann@X.example"},
        {"user_id": "bob", "account_id": "a", "email": "bob@x.example"},
        {"user_id": "cid", "account_id": "b", "email": "cid@x.example"},
        {"user_id": "dan", "email": "dan@x.example"},
    ],
    events=[event(1, AS_OF, user_id="bob"), event(2, AS_OF, account_id="b", user_id="cid")],
    subscriptions=[sub(sub_id=f"s{name}", account_id=name) for name in ("a", "b")],
    subscription_items=[item(item_id=f"i{name}", sub_id=f"s{name}") for name in ("a", "b")],
    trials=[
        {"trial_id": "t", "account_id": "c", "email": "Eve@x.example", "requested_at": AS_OF},
        {"trial_id": "u", "email": "dan@x.example", "requested_at": AS_OF},
    ],
    demo_requests=[
        {"submission_id": name, "email": f"{name}@x.example", "submitted_at": AS_OF}
        for name in ("ann", "cid", "dan", "zoe")
    ],
)


def names(given: Facts, people: set[str], accounts: set[str]) -> tuple[set[str], set[str]]:
    keys = focus_keys(given, people, accounts).collect()["key"]
    computed = compute(focus(given, keys), MetricSettings())
    return (
        set(computed.accounts.collect()["account_id"]),
        set(computed.users.collect()["user_id"]),
    )


def test_a_person_comes_with_their_account_and_all_its_people() -> None:
    assert names(WHOLE, {"ANN@x.example "}, set()) == ({"a"}, {"ann", "bob"})


def test_a_person_without_an_account_and_a_stranger_come_alone() -> None:
    assert names(WHOLE, {"dan@x.example"}, set()) == (set(), {"dan"})
    assert names(WHOLE, {"zoe@x.example"}, set()) == (set(), {"email:zoe@x.example"})


def test_an_account_comes_with_its_people_and_a_trial_with_its_account() -> None:
    assert names(WHOLE, set(), {"b"}) == ({"b"}, {"cid"})
    assert names(WHOLE, {"eve@x.example"}, set()) == ({"c"}, set())


def test_nobody_is_nothing() -> None:
    assert names(WHOLE, set(), set()) == (set(), set())
    assert names(WHOLE, {"who@x.example"}, {"nowhere"}) == (set(), set())


def test_rows_of_others_are_left_out() -> None:
    keys = focus_keys(WHOLE, {"ann@x.example"}, set()).collect()["key"]
    streams = focus(WHOLE, keys).streams
    assert streams["events"].collect()["event_id"].to_list() == ["e1"]
    assert streams["subscription_items"].collect()["item_id"].to_list() == ["ia"]


def test_a_portal_that_knows_no_users_has_strangers_only() -> None:
    request = {"submission_id": "1", "email": "zoe@x.example", "submitted_at": AS_OF}
    given = facts(demo_requests=[request, {**request, "submission_id": "2", "email": "a@x.y"}])
    assert names(given, {"zoe@x.example"}, set()) == (set(), {"email:zoe@x.example"})
