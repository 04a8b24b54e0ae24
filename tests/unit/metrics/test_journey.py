"""How far an account has come, and how large it is."""

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from support.metric_facts import AS_OF, Row, accounts, event, facts, item, utc

from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.journey import account_turns, months_after, with_journey
from syncworker.metrics.seat_milestones import with_seat_milestone
from syncworker.metrics.seats import account_seats
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_journey import JourneySettings
from syncworker.metrics.usage import account_usage

MARCH, APRIL, MAY, JUNE = (utc(f"2026-0{month}-01") for month in (3, 4, 5, 6))


def pays(name: str, *spans: tuple[datetime | None, datetime | None, int]) -> list[Row]:
    """A subscription of a price per span; one without an end goes on."""
    return [
        {
            "sub_id": f"{name}{number}",
            "account_id": name,
            "status": "active" if until is None else "canceled",
            "started_at": since,
            "ended_at": until,
            "price": price,
        }
        for number, (since, until, price) in enumerate(spans)
    ]


SUBS = [
    *pays("customer", (MAY, None, 100)),
    *pays("expanded", (MARCH, APRIL, 100), (APRIL, None, 200)),
    *pays("shrunk", (MARCH, APRIL, 100), (APRIL, MAY, 200), (MAY, None, 100)),
    *pays("free first", (MARCH, APRIL, 0), (APRIL, None, 100)),
    *pays("renewed", (utc("2025-06-15T12:00"), None, 100)),
    *pays("almost", (utc("2025-06-15T12:00:01"), None, 100)),
    *pays("left", (MARCH, MAY, 100)),
    *pays("back", (utc("2025-01-01"), MARCH, 100), (MAY, None, 100)),
    *pays("to free", (MARCH, MAY, 100), (MAY, None, 0)),
]
NAMES = ("signed up", "activated", "unknown", *dict.fromkeys(row["account_id"] for row in SUBS))
CREATED = utc("2025-01-01")


def world(**more: Any) -> Any:
    return facts(
        accounts=[
            {"account_id": name, "created_at": None if name == "unknown" else CREATED}
            for name in NAMES
        ],
        subscriptions=[{k: v for k, v in row.items() if k != "price"} for row in SUBS],
        subscription_items=[
            item(item_id=row["sub_id"], sub_id=row["sub_id"], unit_amount=row["price"])
            for row in SUBS
        ],
        **{
            "events": [
                event(1, APRIL, account_id="activated", name="login"),
                event(2, JUNE, account_id="activated"),
                event(3, MAY, account_id="activated"),
                event(4, MAY, account_id="customer"),
                event(5, JUNE, account_id="customer", user_id="bob", name="export"),
            ],
            **more,
        },
    )


KEY = MetricSettings(key_events=("report",), key_features=("report", "export"))


def stages(settings: MetricSettings = KEY) -> dict[str, tuple[str | None, datetime | None]]:
    """Stage and time by account, from the parts alone: they are many, and quick."""
    inputs = inputs_of(world(), settings)
    frame = inputs.facts.streams["accounts"]
    for part in (account_customers(inputs), account_turns(inputs)):
        frame = frame.join(part, on="account_id", how="left")
    found = with_journey(frame, inputs).collect()
    rows = {row["account_id"]: row for row in found.iter_rows(named=True)}
    return {name: (row["journey_stage"], row["journey_stage_at"]) for name, row in rows.items()}


def test_a_stage_is_the_furthest_reached_now_and_when() -> None:
    rows = accounts(world(), KEY)
    assert {n: (r["journey_stage"], r["journey_stage_at"]) for n, r in rows.items()} == {
        "signed up": ("signed_up", CREATED),
        "unknown": ("signed_up", None),
        "activated": ("activated", MAY),
        "customer": ("customer", MAY),
        "expanded": ("expanded", APRIL),
        "shrunk": ("customer", MARCH),
        "free first": ("customer", APRIL),
        "renewed": ("renewed", AS_OF),
        "almost": ("customer", utc("2025-06-15T12:00:01")),
        "left": ("left", MAY),
        "back": ("customer", MAY),
        "to free": ("left", MAY),
    }
    assert rows["expanded"]["journey_because"] == (
        "signed up 2025-01-01, first paid 2026-03-01, pays more than at first since 2026-04-01"
    )
    assert rows["left"]["journey_because"] == (
        "signed up 2025-01-01, first paid 2026-03-01, paid until 2026-05-01"
    )
    assert rows["unknown"]["journey_because"] == "nothing is told but that it is there"
    due = {name: row["check_in_due_on"] for name, row in rows.items()}
    assert (due["customer"], due["left"], due["back"]) == (
        date(2026, 8, 1),
        None,
        date(2026, 8, 1),
    )


def test_a_customer_succeeds_by_the_features_and_users_that_were_set() -> None:
    def with_(**more: Any) -> dict[str, tuple[str | None, datetime | None]]:
        return stages(
            MetricSettings(
                key_events=KEY.key_events,
                key_features=KEY.key_features,
                journey=JourneySettings(**more),
            )
        )

    both = with_(success_features=2, success_users=2)
    assert both["customer"] == ("succeeding", JUNE)
    assert both["activated"] == ("activated", MAY)
    assert with_(success_features=1, success_users=3)["customer"] == ("customer", MAY)
    assert with_(success_features=1)["customer"] == ("succeeding", MAY)
    few = with_(stages=("activated", "customer"))
    assert (few["left"], few["signed up"]) == (("customer", MARCH), (None, None))
    assert with_(stages=())["customer"] == (None, None)
    later = with_(renewal_months=2)
    assert later["shrunk"] == ("renewed", MAY)


@pytest.mark.parametrize(
    ("since", "later"),
    [
        ("2026-02-28T01:30+00:00", "2026-03-28T01:30+00:00"),
        ("2026-02-28T23:00+00:00", "2026-03-31T22:00+00:00"),
        ("2026-01-29T01:30+00:00", "2026-02-28T01:30+00:00"),
        ("2026-09-25T00:30+00:00", "2026-10-25T00:30+00:00"),  # the first 02:30
        ("2026-03-01T01:30+00:00", "2026-04-01T00:30+00:00"),
    ],
)
def test_months_are_counted_by_the_local_clock(since: str, later: str) -> None:
    frame = pl.DataFrame({"at": [datetime.fromisoformat(since)]}).lazy()
    found = frame.select(months_after("at", 1, "Europe/Berlin")).collect().item()
    assert found == datetime.fromisoformat(later)


def test_a_local_time_that_the_clock_skips_is_an_hour_later() -> None:
    at = datetime.fromisoformat("2025-03-29T01:30+00:00")  # 02:30 in Berlin
    frame = pl.DataFrame({"at": [at]}).lazy()
    found = frame.select(months_after("at", 12, "Europe/Berlin")).collect().item()
    assert found == datetime.fromisoformat("2026-03-29T01:30+00:00")  # 03:30 by summer time


def sizes(given: Facts, settings: MetricSettings = KEY) -> dict[str, tuple[Any, Any]]:
    """Milestone and problem by account, from the parts alone."""
    inputs = inputs_of(given, settings)
    frame = account_usage(inputs)
    seats = account_seats(inputs)
    frame = with_seat_milestone(frame.join(seats, on="account_id", how="left"), inputs)
    named = ("account_id", "seat_milestone", "seat_milestone_problem")
    return {row[0]: row[1:] for row in frame.select(named).collect().iter_rows()}


def test_a_team_and_a_group_are_told_by_active_users_or_by_seats() -> None:
    many = {"alone": 4, "team": 5, "group": 25}
    events = [
        event(100 * place + number, JUNE, account_id=name, user_id=f"{name}{number}")
        for place, (name, count) in enumerate(many.items())
        for number in range(count)
    ]
    nameless = event(999, JUNE, account_id="nameless", user_id=None)
    subs = [{"sub_id": "s", "account_id": "alone", "status": "active", "started_at": MAY}]
    given = {
        "accounts": [{"account_id": name} for name in (*many, "nameless")],
        "subscriptions": subs,
        "subscription_items": [item(sub_id="s", quantity=24)],
    }
    nobody = "it is not told who uses the app"
    assert sizes(facts(events=[*events, nameless], **given)) == {
        "alone": ("none", None),
        "team": ("team", None),
        "group": ("group", None),
        "nameless": (None, nobody),
    }
    assert sizes(facts(**given))["alone"] == (None, nobody)
    seats = MetricSettings(journey=JourneySettings(milestone_by="seats", group_size=24))
    by_seats = sizes(facts(**given), seats)
    assert (by_seats["alone"], by_seats["team"]) == (("group", None), ("none", None))
    del given["subscriptions"]
    assert sizes(facts(**given), seats)["alone"] == (None, "no source tells of subscriptions")
