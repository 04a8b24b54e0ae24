"""Between two whole readings: what events tell has changed is read once, as it is now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.stripe_objects import at, coupon, customer, discount, item, price, subscription
from support.stripe_read import NOVEMBER_20, WATERMARK, moment, only, read, rejected, rows
from support.stripe_server import StripeServer

UPDATED = "customer.subscription.updated"


def subscribed(account: StripeServer, number: int, **more: object) -> None:
    sub_id = f"sub_{number}"
    account.add(
        subscription(sub_id, created=at(1, number), **more),
        item(f"si_{number}", sub_id, "price_1"),
    )


def updated(account: StripeServer, number: int, when: int, **values: object) -> None:
    """Change a subscription, with the event that Stripe makes of it."""
    stored = account.objects["subscription"][f"sub_{number}"]
    before = {name: stored[name] for name in values}
    account.event(UPDATED, account.change("subscription", f"sub_{number}", **values), when, before)


def test_only_what_changed_since_is_read_and_each_once(account: StripeServer) -> None:
    for number in range(1, 6):
        subscribed(account, number)
    updated(account, 1, at(15), status="past_due")
    updated(account, 2, at(20, 1), cancel_at_period_end=True)
    updated(account, 2, at(20, 2), cancel_at_period_end=False)
    updated(account, 4, at(20, 3), metadata={"account_id": "acme"})
    pages = read(account, "subscriptions", since=NOVEMBER_20)

    assert [row["sub_id"] for row in rows(pages, "subscriptions")] == ["sub_2", "sub_4"]
    assert rows(pages, "subscriptions")[1]["account_id"] == "acme"
    assert len(account.asked("/v1/subscriptions/sub_2")) == 1
    assert account.asked("/v1/subscriptions") == []
    assert pages[-1].cursor == moment(at(20, 3)).isoformat()


def test_the_object_is_read_as_it_is_and_not_as_the_event_showed_it(
    account: StripeServer,
) -> None:
    subscribed(account, 1)
    updated(account, 1, at(20, 1), status="past_due")
    account.change("subscription", "sub_1", cancel_at=at(1, month=12))
    row = only(read(account, "subscriptions", since=NOVEMBER_20), "subscriptions")
    assert row["cancel_at"] == moment(at(1, month=12))


def test_a_late_event_inside_the_overlap_is_read(account: StripeServer) -> None:
    for number in (1, 2, 3):
        subscribed(account, number)
    updated(account, 1, at(20, 6), cancel_at_period_end=True)
    cursor = read(account, "subscriptions", since=NOVEMBER_20)[-1].cursor
    updated(account, 2, at(20, 5), cancel_at_period_end=True)
    updated(account, 3, at(20, 4), cancel_at_period_end=True)
    pages = read(account, "subscriptions", since=cursor, overlap="1h")
    assert [row["sub_id"] for row in rows(pages, "subscriptions")] == ["sub_1", "sub_2"]


def test_an_event_after_the_watermark_waits_for_the_next_run(account: StripeServer) -> None:
    subscribed(account, 1)
    later = WATERMARK + timedelta(minutes=1)
    updated(account, 1, int(later.timestamp()), cancel_at_period_end=True)
    first = read(account, "subscriptions", since=NOVEMBER_20)
    assert len(first) == 1
    assert rows(first, "subscriptions") == []
    assert first[0].cursor == NOVEMBER_20
    second = read(account, "subscriptions", since=first[0].cursor, watermark=later)
    assert only(second, "subscriptions")["sub_id"] == "sub_1"


def test_resuming_after_any_page_loses_and_doubles_nothing(account: StripeServer) -> None:
    for number in range(1, 9):
        subscribed(account, number)
        updated(account, number, at(20, number), cancel_at_period_end=True)
    pages = read(account, "subscriptions", since=NOVEMBER_20, page_rows=3)

    everything = rows(pages, "subscriptions")
    assert [len(page.frames["subscriptions"]) for page in pages] == [3, 3, 2]
    for done in range(1, len(pages) + 1):
        rest = read(
            account, "subscriptions", since=NOVEMBER_20, page_rows=3, resume=pages[done - 1].resume
        )
        assert rows(pages[:done], "subscriptions") + rows(rest, "subscriptions") == everything
        assert rest[-1].cursor == pages[-1].cursor


def test_many_events_are_paged(account: StripeServer) -> None:
    for number in range(1, 251):
        account.add(subscription(f"sub_{number}", created=at(1)))
        updated(account, number, at(20) + number, cancel_at_period_end=True)
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    assert len(rows(pages, "subscriptions")) == 250
    assert len(account.asked("/v1/events")) == 3


def test_a_cursor_older_than_the_events_reads_everything(account: StripeServer) -> None:
    subscribed(account, 1)
    for days, whole in ((28, False), (30, True), (400, True)):
        account.received.clear()
        since = (WATERMARK - timedelta(days=days)).isoformat()
        pages = read(account, "subscriptions", since=since)
        assert bool(rows(pages, "subscriptions")) is whole
        assert bool(account.asked("/v1/subscriptions")) is whole


def test_a_quiet_accounts_cursor_stays_young_enough_for_events(account: StripeServer) -> None:
    subscribed(account, 1)
    first = read(account, "subscriptions")[-1].cursor
    assert first == (WATERMARK - timedelta(days=25)).isoformat()
    later = WATERMARK + timedelta(days=20)
    again = read(account, "subscriptions", since=first, watermark=later)[-1].cursor
    assert again == (later - timedelta(days=25)).isoformat()


def test_a_whole_reading_goes_on_from_the_newest_event_before_it(account: StripeServer) -> None:
    subscribed(account, 1)
    updated(account, 1, at(19), cancel_at_period_end=True)
    updated(account, 1, int(WATERMARK.timestamp()) + 60, cancel_at_period_end=False)
    assert read(account, "subscriptions")[-1].cursor == moment(at(19)).isoformat()


def test_events_tell_when_a_status_and_a_pause_began_and_ended(account: StripeServer) -> None:
    subscribed(account, 1)
    updated(account, 1, at(20, 1), status="past_due")
    updated(account, 1, at(20, 5), status="active")
    updated(account, 1, at(20, 6), pause_collection={"behavior": "void", "resumes_at": None})
    updated(account, 1, at(20, 8), pause_collection=None)
    pages = read(account, "subscriptions", since=NOVEMBER_20, overlap="0s")
    states = [(r["state"], r["since"], r["until"]) for r in rows(pages, "subscription_states")]
    assert states == [
        ("active", moment(at(20)), moment(at(20, 1))),
        ("past_due", moment(at(20, 1)), moment(at(20, 5))),
        ("active", moment(at(20, 5)), None),
        ("pause_collection:void", moment(at(20, 6)), moment(at(20, 8))),
    ]


def test_a_deleted_subscription_is_a_cancelled_row_with_its_end(account: StripeServer) -> None:
    subscribed(account, 1)
    value = account.change(
        "subscription", "sub_1", status="canceled", canceled_at=at(20, 1), ended_at=at(20, 1)
    )
    account.event("customer.subscription.deleted", value, at(20, 1) + 2)
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    row = only(pages, "subscriptions")
    assert (row["status"], row["ended_at"]) == ("canceled", moment(at(20, 1)))
    assert row["deleted_at"] is None
    state = only(pages, "subscription_states")
    assert (state["state"], state["since"]) == ("canceled", moment(at(20, 1)))


def test_the_end_is_told_even_where_stripe_gives_the_subscription_no_more(
    account: StripeServer,
) -> None:
    subscribed(account, 1)
    subscribed(account, 2)
    updated(account, 2, at(20, 1), cancel_at_period_end=True)
    value = account.change("subscription", "sub_1", status="canceled", ended_at=at(20, 1))
    account.event("customer.subscription.deleted", value, at(20, 1))
    account.delete("subscription", "sub_1")
    account.delete("subscription", "sub_2")
    row = only(read(account, "subscriptions", since=NOVEMBER_20), "subscriptions")
    assert (row["sub_id"], row["status"]) == ("sub_1", "canceled")


def test_a_plan_change_takes_the_old_item_away_at_once(account: StripeServer) -> None:
    tiers = [{"up_to": None, "unit_amount": 5}]
    account.add(price("price_t", None, billing_scheme="tiered", tiers=tiers, tiers_mode="volume"))
    subscribed(account, 1)
    account.add(item("si_old", "sub_1", "price_t"))
    now = account.render.show("subscription", account.objects["subscription"]["sub_1"], [])
    account.delete("subscription_item", "si_old")
    account.add(item("si_new", "sub_1", "price_1"))
    account.event(
        UPDATED, account.objects["subscription"]["sub_1"], at(20, 1), {"items": now["items"]}
    )
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    found = {r["item_id"]: r["deleted_at"] for r in rows(pages, "subscription_items")}
    assert found == {"si_1": None, "si_new": None, "si_old": moment(at(20, 1))}
    old = rows(pages, "subscription_items")[-1]
    assert '"unit_amount":5' in old["tiers"]
    assert rejected(pages) == []


def test_an_item_of_a_price_that_is_gone_keeps_what_the_event_told(account: StripeServer) -> None:
    subscribed(account, 1)
    old = item("si_old", "sub_1", "price_9") | {"price": price("price_9", 700)}
    account.event(
        UPDATED, account.objects["subscription"]["sub_1"], at(20, 1), {"items": {"data": [old]}}
    )
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    assert rows(pages, "subscription_items")[-1]["unit_amount"] == 700


def test_a_discount_that_was_taken_away_ends_at_once(account: StripeServer) -> None:
    account.add(coupon("c_1", percent_off=10))
    subscribed(account, 1)
    taken = discount("di_1", "c_1", subscription="sub_1")
    account.event("customer.discount.deleted", taken, at(20, 1))
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    row = only(pages, "discounts")
    assert (row["discount_id"], row["percent"]) == ("di_1", 10)
    assert row["deleted_at"] == moment(at(20, 1))
    assert len(account.asked("/v1/coupons/c_1")) == 1
    assert account.asked("/v1/coupons") == []


def test_an_event_of_something_else_is_passed_over(account: StripeServer) -> None:
    account.event("customer.discount.created", discount("di_1", "c_1"), at(20, 1))
    pages = read(account, "subscriptions", since=NOVEMBER_20)
    assert rows(pages, "subscriptions") == []


@pytest.mark.parametrize("stream", ["accounts", "identity"])
def test_a_customer_is_followed_by_its_events(account: StripeServer, stream: str) -> None:
    for number, day in ((2, 10), (3, 20), (4, 20), (5, 20)):
        metadata = {"account_id": f"a{number}"}
        made = customer(f"cus_{number}", created=at(day), name="Acme", metadata=metadata)
        account.add(made)
        account.event("customer.created", made, at(day, number))
    account.event("customer.deleted", account.delete("customer", "cus_4"), at(20, 9))
    account.delete("customer", "cus_5")
    account.event("customer.updated", {"id": None, "object": "customer"}, at(20, 9))
    pages = read(account, stream, since=NOVEMBER_20)
    found = {row["account_id"]: row["deleted_at"] for row in rows(pages, stream)}
    assert found == {"a3": None, "a4": moment(at(20, 9))}


def test_accounts_and_identity_are_read_whole(account: StripeServer) -> None:
    account.add(
        customer("cus_2", name="Acme", metadata={"org": "a2"}, email="jo@acme.com"),
        customer("cus_3", name="Beta"),
    )
    accounts = rows(read(account, "accounts", account_id="org"), "accounts")
    assert [(r["account_id"], r["name"]) for r in accounts] == [
        ("cus_3", "Beta"),
        ("a2", "Acme"),
        ("cus_1", None),
    ]
    identity = only(read(account, "identity", account_id="org"), "identity")
    assert (identity["kind"], identity["value"], identity["account_id"]) == (
        "customer",
        "cus_2",
        "a2",
    )
