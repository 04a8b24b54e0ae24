"""The app's own database: accounts, users, events and demo requests in SQLite.

Moments are UTC text without a zone, as many an app stores them.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from syncworker.sandbox.sample_customers import Customer

DAYS = 60
EVENTS = (
    "dashboard_viewed",
    "report_created",
    "data_imported",
    "alert_configured",
    "teammate_invited",
)
# Events per user and day: before the last 28 days, and in them.
_PACE = {"steady": (4, 4), "growing": (3, 6), "shrinking": (6, 1), "silent": (4, 0)}

_TABLES = """
CREATE TABLE accounts (account_id TEXT, name TEXT, domain TEXT, size TEXT, created_at TEXT);
CREATE TABLE users (
    user_id TEXT, account_id TEXT, email TEXT, role TEXT, created_at TEXT, first_seen TEXT
);
CREATE TABLE events (
    event_id TEXT, user_id TEXT, account_id TEXT, name TEXT, ts TEXT, received_at TEXT
);
CREATE TABLE demo_requests (
    submission_id TEXT, email TEXT, type TEXT, form_id TEXT, submitted_at TEXT
);
CREATE INDEX events_received_at ON events (received_at);
"""
Row = tuple[str | None, ...]


def moment(value: datetime) -> str:
    """A moment as the app stores it: UTC, whole seconds, no zone."""
    return value.strftime("%Y-%m-%d %H:%M:%S")


def user_id(customer: Customer, number: int) -> str:
    """The app's id of a customer's user, counted from 0."""
    return f"{customer.account_id}-u{number + 1}"


def write_app(path: Path, as_of: datetime, customers: Sequence[Customer]) -> None:
    """Write the database anew, with about 60 days of events up to `as_of`.

    A few rows are broken on purpose: an account without an id, an event on 31 February, an event
    delivered twice and a demo request whose address is none.
    """
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_TABLES)
        _insert(database, "accounts", _accounts(as_of, customers))
        _insert(database, "users", _users(as_of, customers))
        _insert(database, "events", _events(as_of, customers))
        _insert(database, "demo_requests", _demo_requests(as_of, customers))


def grow_app(path: Path, as_of: datetime) -> None:
    """Two people join the first customer and work; a user of the next asks for a demo.

    Their events carry moments of the last days and are received at `as_of`, as from a phone that
    was offline.
    """
    batch = f"{as_of:%Y%m%d%H%M%S}"
    now = moment(as_of)
    names = ("robin", "sasha")
    with closing(sqlite3.connect(path)) as database, database:
        account, domain = database.execute(
            "SELECT account_id, domain FROM accounts ORDER BY rowid LIMIT 1"
        ).fetchone()
        (asking,) = database.execute(
            "SELECT email FROM users WHERE account_id <> ? ORDER BY rowid LIMIT 1", (account,)
        ).fetchone()
        joined = [f"{account}-{name}-{batch}" for name in names]
        users = [
            (user, account, f"{name}.{batch}@{domain}", "member", now, now)
            for user, name in zip(joined, names, strict=True)
        ]
        events = [
            (
                f"ev-{batch}-{number}",
                joined[number % 2],
                account,
                EVENTS[number % len(EVENTS)],
                moment(as_of - timedelta(hours=2 + number)),
                now,
            )
            for number in range(60)
        ]
        _insert(database, "users", users)
        _insert(database, "events", events)
        _insert(database, "demo_requests", [(f"demo-{batch}", asking, "live", "form-live", now)])


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    places = ", ".join("?" * len(rows[0]))
    database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - a table of ours


def _accounts(as_of: datetime, customers: Sequence[Customer]) -> Iterator[Row]:
    for customer in customers:
        size = "team" if len(customer.people) < 3 else "business"  # noqa: PLR2004 - as their sales say
        created = moment(_half_days_ago(as_of, customer.age))
        yield customer.account_id, customer.name, customer.domain, size, created
    yield None, "Nobody Ltd", "nobody.example", "team", moment(_half_days_ago(as_of, 30))


def _users(as_of: datetime, customers: Sequence[Customer]) -> Iterator[Row]:
    for customer in customers:
        for number, email in enumerate(customer.people):
            created = moment(_half_days_ago(as_of, customer.age - number % 10))
            role = "member" if number else "owner"
            yield user_id(customer, number), customer.account_id, email, role, created, created


def _events(as_of: datetime, customers: Sequence[Customer]) -> Iterator[Row]:
    chance = random.Random(2026)
    number = 0
    row: Row = ()
    for customer in customers:
        before, lately = _PACE[customer.usage]
        features = EVENTS[: 2 + len(customer.people) % 4]
        for person in range(len(customer.people)):
            for day in range(min(DAYS, customer.age)):
                pace = lately if day < 28 else before  # noqa: PLR2004 - the days a trend compares
                for _ in range(chance.randint(0, 2 * pace)):
                    # An hour away from each whole day before `as_of`: a second run within the hour
                    # sees the same events in its windows and finds nothing changed.
                    ago = timedelta(days=day, seconds=chance.randint(3_600, 82_800))
                    happened = as_of - ago
                    number += 1
                    row = (
                        f"ev-{number}",
                        user_id(customer, person),
                        customer.account_id,
                        chance.choice(features),
                        moment(happened),
                        moment(happened + timedelta(minutes=2)),
                    )
                    yield row
    yield row
    received = moment(_half_days_ago(as_of, 3))
    account = customers[0].account_id
    yield (
        "ev-broken",
        user_id(customers[0], 0),
        account,
        EVENTS[0],
        f"{as_of.year}-02-31 10:00:00",
        received,
    )


def _demo_requests(as_of: datetime, customers: Sequence[Customer]) -> Iterator[Row]:
    kinds = (("live", "form-live"), ("video", "form-video"))
    asking = [email for customer in customers[::3] for email in customer.people[:1]]
    asking += asking[:2]
    for number, email in enumerate([*asking, "new.prospect@undecided.example"]):
        asked = moment(_half_days_ago(as_of, 3 + 5 * number))
        yield f"demo-{number + 1}", email, *kinds[number % 2], asked
    yield "demo-broken", "marta at nowhere", *kinds[0], moment(_half_days_ago(as_of, 2))


def _half_days_ago(as_of: datetime, days: int) -> datetime:
    return as_of - timedelta(days=days, hours=12)
