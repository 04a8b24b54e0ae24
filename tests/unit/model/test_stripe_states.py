"""Which states a subscription was in, and since when: told by Stripe, or seen, never invented."""

from __future__ import annotations

import pytest
from support.stripe_objects import Json, at, subscription

from syncworker.model.stripe_changes import Change, change_of
from syncworker.model.stripe_states import state_rows

SEEN = at(21)
Told = tuple[str, int, int | None, int | None]


def told(value: Json, *changes: Change, since: int | None = None) -> list[Told]:
    rows = state_rows(value, observed=SEEN, changes=changes, since=since)
    assert {row["sub_id"] for row in rows} <= {"sub_1"}
    return [(row["state"], row["since"], row["until"], row["observed_at"]) for row in rows]


def sub(status: str, **more: object) -> Json:
    return subscription("sub_1", created=at(2), status=status, **more)


def became(day: int, status: str, before: str | None = None) -> Change:
    return Change(at(day), "sub_1", status=status, before=before)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (sub("active"), []),
        (sub("past_due"), [("past_due", SEEN, None, SEEN)]),
        (sub("incomplete"), [("incomplete", at(2), None, None)]),
        (sub("canceled", canceled_at=at(3), ended_at=at(9)), [("canceled", at(9), None, None)]),
        (sub("canceled", canceled_at=at(3)), [("canceled", SEEN, None, SEEN)]),
        (
            sub("trialing", trial_start=at(2), trial_end=at(30)),
            [("trialing", at(2), None, None)],
        ),
        (
            sub("active", trial_start=at(2), trial_end=at(16)),
            [("active", at(16), None, None), ("trialing", at(2), at(16), None)],
        ),
        (
            sub("canceled", trial_start=at(2), trial_end=at(30), ended_at=at(5)),
            [("canceled", at(5), None, None), ("trialing", at(2), at(5), None)],
        ),
        (
            sub("active", pause_collection={"behavior": "void", "resumes_at": None}),
            [("pause_collection:void", SEEN, None, SEEN)],
        ),
        (sub("paused", trial_start=at(16), trial_end=at(16)), [("paused", SEEN, None, SEEN)]),
        ({"id": "sub_1"}, []),
    ],
)
def test_without_events_a_state_holds_since_stripe_says_or_since_it_was_seen(
    value: Json, rows: list[Told]
) -> None:
    assert told(value) == rows


def test_events_say_when_a_status_began_and_ended() -> None:
    changes = (became(10, "past_due", "active"), became(12, "active", "past_due"))
    assert told(sub("active"), *changes, since=at(8)) == [
        ("active", at(8), at(10), None),
        ("past_due", at(10), at(12), None),
        ("active", at(12), None, None),
    ]


def test_what_ended_began_where_the_object_says_so() -> None:
    value = sub("active", trial_start=at(2), trial_end=at(16))
    assert told(value, became(16, "active", "trialing"), since=at(8)) == [
        ("trialing", at(2), at(16), None),
        ("active", at(16), None, None),
    ]


def test_a_subscription_made_between_two_readings_was_in_no_state_before() -> None:
    changes = (became(2, "incomplete"), became(2, "active", "incomplete"))
    rows = told(sub("active"), *changes, since=at(1))
    assert rows == [("incomplete", at(2), at(2), None), ("active", at(2), None, None)]
    assert told(sub("active"), became(2, "active", "trialing"), since=at(1)) == [
        ("active", at(2), None, None)
    ]


def test_a_cancelled_subscription_ended_when_it_says_and_not_when_the_event_came() -> None:
    value = sub("canceled", canceled_at=at(3), ended_at=at(9))
    assert told(value, became(10, "canceled"), since=at(8)) == [("canceled", at(9), None, None)]


def test_a_state_that_the_object_no_longer_shows_ended_at_the_latest_when_it_was_seen() -> None:
    assert told(sub("unpaid"), became(10, "past_due"), since=at(8)) == [
        ("past_due", at(10), SEEN, None),
        ("unpaid", SEEN, None, SEEN),
    ]


def test_an_event_that_repeats_or_leaves_the_status_begins_nothing() -> None:
    changes = (became(9, "active", "active"), Change(at(10), "sub_1"), became(11, "active"))
    assert told(sub("active"), *changes, became(12, "active"), since=at(8)) == [
        ("active", at(11), None, None)
    ]


def test_a_pause_of_collection_has_its_own_times() -> None:
    paused = Change(at(10), "sub_1", pause="void", pause_before="")
    other = Change(at(11), "sub_1", pause="keep_as_draft", pause_before="void")
    resumed = Change(at(12), "sub_1", pause="", pause_before="keep_as_draft")
    value = sub("trialing", trial_start=at(2), trial_end=at(30))
    assert told(value, paused, other, resumed, since=at(8)) == [
        ("pause_collection:void", at(10), at(11), None),
        ("pause_collection:keep_as_draft", at(11), at(12), None),
        ("trialing", at(2), None, None),
    ]
    # Of a pause that began before, it is known that it held when the reading's events begin.
    assert told(value, resumed, since=at(8))[0] == (
        "pause_collection:keep_as_draft",
        at(8),
        at(12),
        None,
    )


def event(type_: str, now: Json, previous: Json | None = None) -> Json:
    data = {"object": now} if previous is None else {"object": now, "previous_attributes": previous}
    return {"object": "event", "type": f"customer.{type_}", "created": at(10), "data": data}


PAUSE = {"behavior": "void", "resumes_at": None}


@pytest.mark.parametrize(
    ("type_", "now", "previous", "change"),
    [
        (
            "subscription.created",
            sub("active", pause_collection=PAUSE),
            None,
            {"status": "active", "pause": "void"},
        ),
        ("subscription.created", sub("trialing"), None, {"status": "trialing"}),
        ("subscription.updated", sub("active"), {"metadata": {}}, {}),
        (
            "subscription.updated",
            sub("past_due"),
            {"status": "active"},
            {"status": "past_due", "before": "active"},
        ),
        (
            "subscription.updated",
            sub("active", pause_collection=PAUSE),
            {"pause_collection": None},
            {"pause": "void", "pause_before": ""},
        ),
        (
            "subscription.updated",
            sub("active", pause_collection=PAUSE),
            {"pause_collection": {"resumes_at": 1}},
            {"pause": "void", "pause_before": "void"},
        ),
        (
            "subscription.updated",
            sub("active"),
            {"pause_collection": {"behavior": "void", "resumes_at": None}},
            {"pause": "", "pause_before": "void"},
        ),
        ("subscription.resumed", sub("active"), None, {"status": "active"}),
    ],
)
def test_an_event_tells_what_changed(
    type_: str, now: Json, previous: Json | None, change: dict[str, str]
) -> None:
    assert change_of(event(type_, now, previous)) == Change(at(10), "sub_1", **change)


def test_the_end_of_a_subscription_keeps_the_object() -> None:
    now = sub("canceled")
    assert change_of(event("subscription.deleted", now)) == Change(
        at(10), "sub_1", status="canceled", last=now
    )


def test_a_discounts_event_leads_to_its_subscription() -> None:
    discount = {"id": "di_1", "subscription": "sub_1"}
    assert change_of(event("discount.created", discount)) == Change(at(10), "sub_1")
    gone = change_of(event("discount.deleted", discount))
    assert gone == Change(at(10), "sub_1", discount=discount)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"created": 1, "type": "customer.subscription.updated", "data": {"object": {}}},
        {"created": 1, "type": "customer.discount.deleted", "data": {"object": {"id": "di_1"}}},
        {"type": "customer.subscription.updated", "data": {"object": {"id": "sub_1"}}},
    ],
)
def test_an_event_of_no_subscription_tells_nothing(broken: Json) -> None:
    assert change_of(broken) is None
