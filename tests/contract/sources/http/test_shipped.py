"""The configurations we ship, against servers that answer in those APIs' published shapes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.http_chargebee import DAY, Chargebee, customer, invoice, subscription
from support.http_posthog import PostHog
from support.http_server import Api, Reply, as_json
from support.source_world import WATERMARK

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.mapping.loader import load
from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.sources.http import HttpSource, Time
from syncworker.sources.http_reading import Bounds

FOLDER = Path(__file__).parents[4] / "mappings" / "sources"
AROUND = """\
version: 1
hubspot: {credentials: env:TOKEN}
reporting: {timezone: UTC, currency: EUR}
objects: {companies: {match: {property: domain, column: domain}}}
"""
KEY = "k3y"
NOON = int(WATERMARK.timestamp())
Shipped = Callable[..., HttpSource]


@pytest.fixture
def shipped(api: Api, clock: Any) -> Shipped:
    """A shipped source, its host replaced by the test's; page and file are as they are."""

    def make(name: str, host: str, page_rows: int = 20_000) -> HttpSource:
        text = (FOLDER / f"{name}.yaml").read_text("utf-8")
        assert host in text
        loaded = load(AROUND + text.replace(host, api.url), f"{name}.yaml")
        assert loaded.mapping is not None, loaded.diagnostics
        config = loaded.mapping.sources[name]
        assert isinstance(config, HttpConfig)
        time = Time(lambda: WATERMARK, clock.now, clock.sleep)
        bounds = Bounds(page_rows=page_rows)
        return HttpSource(name, config, lambda _: KEY, bounds=bounds, time=time)

    return make


def read(source: HttpSource, stream: str, **more: Any) -> list[Page]:
    return list(
        source.pages(stream, **{"since": None, "resume": None, "watermark": WATERMARK, **more})
    )


def rows(pages: list[Page], stream: str) -> pl.DataFrame:
    assert [row for page in pages for row in page.rejected] == []
    return pl.concat(page.frames[stream] for page in pages)


def posthog(api: Api, **more: Any) -> PostHog:
    server = PostHog(KEY, **more)
    api.answer = server.answer
    return server


HOST = "https://us.posthog.com"


def test_posthogs_events_come_page_by_page_in_order(api: Api, shipped: Shipped) -> None:
    server = posthog(api, most=3)
    for number in range(10):
        # Two events in one instant are told apart by their ids.
        server.put(
            f"0190-{number}", "report_created", WATERMARK - timedelta(hours=20 - number // 2)
        )
    pages = read(shipped("posthog", HOST, page_rows=3), "events")
    frame = rows(pages, "events")

    assert frame["event_id"].to_list() == [f"0190-{number}" for number in range(10)]
    first = frame.row(0, named=True)
    assert (first["user_id"], first["name"], first["account_id"]) == ("d1", "report_created", None)
    assert first["ts"] == WATERMARK - timedelta(hours=20)
    assert pages[-1].declared is True
    assert pages[-1].columns == {
        "events": frozenset({"event_id", "user_id", "account_id", "name", "ts", "received_at"})
    }
    for done in range(1, len(pages) + 1):
        rest = read(shipped("posthog", HOST, page_rows=3), "events", resume=pages[done - 1].resume)
        both = rows([*pages[:done], *rest], "events")
        assert both["event_id"].to_list() == frame["event_id"].to_list()


def test_posthogs_events_of_years_are_asked_for_week_by_week(api: Api, shipped: Shipped) -> None:
    server = posthog(api)
    server.put("old", "x", datetime(2025, 1, 2, tzinfo=UTC))
    server.put("new", "x", WATERMARK)
    frame = rows(read(shipped("posthog", HOST), "events"), "events")

    assert frame["event_id"].to_list() == ["old", "new"]
    weeks = (WATERMARK - datetime(2025, 1, 1, tzinfo=UTC)) // timedelta(days=7) + 1
    assert len(api.asked) == weeks + 2  # one more where a window had rows


def test_posthogs_backdated_events_are_met_within_the_overlap(api: Api, shipped: Shipped) -> None:
    server = posthog(api)
    server.put("first", "x", WATERMARK - timedelta(hours=1))
    cursor = read(shipped("posthog", HOST), "events")[-1].cursor
    server.put("late", "x", WATERMARK - timedelta(hours=40))
    server.put("ahead", "x", WATERMARK + timedelta(hours=3))
    later = WATERMARK + timedelta(hours=1)

    pages = read(shipped("posthog", HOST), "events", since=cursor, watermark=later)
    assert rows(pages, "events")["event_id"].to_list() == ["late", "first"]


def test_posthog_is_asked_no_more_often_than_it_allows(
    api: Api, shipped: Shipped, clock: Any
) -> None:
    posthog(api)
    read(shipped("posthog", HOST), "events")
    assert set(clock.slept) == {1.5}  # 2,400 an hour


def test_posthogs_refusals_say_what_to_do(api: Api, shipped: Shipped) -> None:
    server = posthog(api)
    server.key = "another"
    with pytest.raises(SourceError, match="Invalid personal API key") as caught:
        read(shipped("posthog", HOST), "events")
    assert caught.value.help == "Check the value of env:POSTHOG_API_KEY."

    api.script(as_json({"detail": "Request was throttled."}, 429, Retry_After="3600"))
    with pytest.raises(SourceError) as caught:
        read(shipped("posthog", HOST), "events")
    assert (caught.value.code, caught.value.recovery) == ("SOURCE_RATE_LIMIT", "retry")


SITE = "https://acme.chargebee.com"
STATUSES = ("future", "in_trial", "active", "non_renewing", "paused", "cancelled", "transferred")


def chargebee(api: Api, **resources: list[dict[str, Any]]) -> Chargebee:
    server = Chargebee(KEY, most=3, resources=resources)
    api.answer = server.answer
    return server


def test_chargebees_subscriptions_are_told_in_our_words(api: Api, shipped: Shipped) -> None:
    ends = {"cancelled_at": NOON + 29 * DAY, "cancel_schedule_created_at": NOON - 2 * DAY}
    more: dict[str, dict[str, Any]] = {
        "in_trial": {"trial_start": NOON - DAY, "trial_end": NOON + DAY},
        "non_renewing": ends,
        "paused": {"pause_date": NOON - DAY},
        "cancelled": {"cancelled_at": NOON - DAY, "cancel_reason": "not_paid"},
    }
    chargebee(
        api,
        subscription=[
            subscription(number, status, NOON - 100 + number, **more.get(status, {}))
            for number, status in enumerate(STATUSES)
        ],
    )
    pages = read(shipped("chargebee", SITE), "subscriptions")
    frame = rows(pages, "subscriptions")

    assert dict(zip(STATUSES, frame["status"], strict=True)) == {
        "future": "incomplete",
        "in_trial": "trialing",
        "active": "active",
        "non_renewing": "active",
        "paused": "active",
        "cancelled": "canceled",
        "transferred": "canceled",
    }
    assert frame["pause_behavior"].to_list() == [None] * 4 + ["void"] + [None] * 2
    ending = frame.row(3, named=True)
    assert ending["cancel_at"] == ending["ended_at"] == WATERMARK + timedelta(days=29)
    assert ending["cancel_requested_at"] == WATERMARK - timedelta(days=2)
    assert frame.row(5, named=True)["reason"] == "not_paid"
    assert frame["customer_id"].to_list() == [f"cus_{number}" for number in range(7)]
    assert frame["deleted_at"].is_null().all()
    assert [asked.params.get("offset") for asked in api.asked] == [None, '["3"]', '["6"]']


def test_chargebees_new_status_is_told_and_never_counted(api: Api, shipped: Shipped) -> None:
    chargebee(api, subscription=[subscription(1, "frozen", NOON), subscription(2, "active", NOON)])
    (page,) = read(shipped("chargebee", SITE), "subscriptions")

    assert page.frames["subscriptions"]["sub_id"].to_list() == ["sub_2"]
    (row,) = page.rejected
    assert (row.field, row.key) == ("status", "sub_1")


def test_chargebees_changes_are_asked_for_by_time(api: Api, shipped: Shipped) -> None:
    server = chargebee(api, subscription=[subscription(1, "active", NOON - 50 * DAY)])
    cursor = read(shipped("chargebee", SITE), "subscriptions")[-1].cursor
    server.resources["subscription"] += [
        subscription(2, "active", NOON - 20 * DAY),
        subscription(3, "active", NOON + 5),  # changed after the run began
    ]
    pages = read(shipped("chargebee", SITE), "subscriptions", since=cursor)

    assert api.asked[-1].params["updated_at[after]"] == str(NOON - 50 * DAY - 15 * 60)
    assert rows(pages, "subscriptions")["sub_id"].to_list() == ["sub_1", "sub_2"]
    assert pages[-1].cursor == (WATERMARK - timedelta(days=20)).isoformat()


def test_chargebees_items_are_rows_with_a_key_of_their_own(api: Api, shipped: Shipped) -> None:
    chargebee(
        api,
        subscription=[
            subscription(1, "active", NOON),
            subscription(2, "active", NOON, billing_period=1, billing_period_unit="year"),
            subscription(3, "future", NOON, subscription_items=[]),
        ],
    )
    source = shipped("chargebee", SITE)
    frame = rows(read(source, "subscription_items"), "subscription_items")

    assert source.incremental("subscription_items") is False
    assert frame["item_id"].to_list() == ["sub_1|pro-EUR-Monthly", "sub_2|pro-EUR-Monthly"]
    assert frame["interval"].to_list() == ["month", "year"]
    assert frame["unit_amount"].to_list() == [Decimal(2900)] * 2
    assert frame["quantity"].to_list() == [3, 3]
    assert frame["currency"].to_list() == ["EUR", "EUR"]


def test_chargebees_invoices_are_net_of_tax_and_discounts(api: Api, shipped: Shipped) -> None:
    statuses = ("paid", "posted", "payment_due", "not_paid", "voided", "pending")
    chargebee(api, invoice=[invoice(n, status, NOON - 9 + n) for n, status in enumerate(statuses)])
    frame = rows(read(shipped("chargebee", SITE), "invoices"), "invoices")

    assert frame["status"].to_list() == ["paid", "open", "open", "uncollectible", "void", "draft"]
    assert frame["amount_ex_tax"].unique().to_list() == [9000]
    assert frame["paid_at"].is_null().to_list() == [False] + [True] * 5


def test_chargebees_customers_tell_whose_account_they_are(api: Api, shipped: Shipped) -> None:
    chargebee(api, customer=[customer(1, NOON), customer(2, NOON)])
    frame = rows(read(shipped("chargebee", SITE), "identity"), "identity")
    assert frame.select("kind", "value", "account_id").rows() == [
        ("customer", "cus_1", "a1"),
        ("customer", "cus_2", "a2"),
    ]


@pytest.mark.parametrize("page_rows", [1, 3])
@pytest.mark.parametrize("stream", ["subscriptions", "subscription_items"])
def test_chargebees_lists_go_on_behind_any_page(
    api: Api, shipped: Shipped, stream: str, page_rows: int
) -> None:
    chargebee(api, subscription=[subscription(n, "active", NOON - n) for n in range(8)])
    pages = read(shipped("chargebee", SITE, page_rows), stream)
    everything = rows(pages, stream)["source_id"].to_list()
    assert len(set(everything)) == len(everything) == 8

    for done in range(1, len(pages) + 1):
        rest = read(shipped("chargebee", SITE, page_rows), stream, resume=pages[done - 1].resume)
        assert rows([*pages[:done], *rest], stream)["source_id"].to_list() == everything


def test_chargebees_refusal_names_the_key(api: Api, shipped: Shipped) -> None:
    chargebee(api).key = "another"
    with pytest.raises(SourceError) as caught:
        read(shipped("chargebee", SITE), "invoices")
    assert caught.value.help == "Check the value of env:CHARGEBEE_API_KEY."


def test_a_login_page_is_told_as_one(api: Api, shipped: Shipped) -> None:
    api.script(Reply(b"<!doctype html>", headers={"Content-Type": "text/html"}))
    with pytest.raises(SourceError, match="HTML came where JSON was expected"):
        read(shipped("chargebee", SITE), "invoices")
