"""The demo's sources, read as any program would read them."""

import csv
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncworker.mapping.loader import load
from syncworker.sandbox import sample
from syncworker.sandbox.sample_customers import customers
from syncworker.sandbox.sample_mapping import mapping
from syncworker.sandbox.seed import COMPANIES, SECONDARY_EMAIL

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
LATER = AS_OF + timedelta(minutes=5)


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "app.db")) as database:
        return database.execute(query).fetchall()


def subscriptions(folder: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for line in (folder / "billing" / "subscriptions.jsonl").read_text("utf-8").splitlines():
        try:
            subscription = json.loads(line)
        except ValueError:
            continue
        found[subscription["metadata"]["account_id"]] = subscription
    return found


def trials(folder: Path) -> list[dict[str, str]]:
    with (folder / "trials.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    sample.make(folder, AS_OF, COMPANIES)
    return folder


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    sample.make(tmp_path, AS_OF, COMPANIES)
    sample.change(tmp_path, LATER)
    return tmp_path


def test_the_companies_of_the_portal_use_the_app_but_for_newsletter_readers(folder: Path) -> None:
    accounts = {
        name for (name,) in rows(folder, "SELECT domain FROM accounts WHERE account_id > ''")
    }
    companies = {c["domain"] for c in COMPANIES if c["lifecyclestage"] != "subscriber"}

    assert accounts == companies | {"tidewater-tools.example"}


def test_the_people_of_the_portal_are_users(folder: Path) -> None:
    users = {email for (email,) in rows(folder, "SELECT email FROM users")}
    contacts = {person["email"] for company in COMPANIES for person in company["people"]}

    assert users - contacts == {SECONDARY_EMAIL, "ada.holm@tidewater-tools.example"}
    assert len(users) == 84


def test_there_are_two_months_of_events_and_none_after_as_of(folder: Path) -> None:
    ((number, first, last, received),) = rows(
        folder,
        "SELECT count(*), min(ts), max(ts), max(received_at) FROM events"
        " WHERE event_id != 'ev-broken'",
    )

    assert 10_000 < number < 40_000
    assert first < "2026-09-25"
    assert "2026-11-20" < last <= received < "2026-11-21 06:00:00"


def test_usage_grows_shrinks_and_falls_silent(folder: Path) -> None:
    lately = dict(
        rows(
            folder,
            "SELECT account_id, count(*) FROM events WHERE ts >= '2026-10-24 06' GROUP BY 1",
        )
    )
    before = dict(
        rows(
            folder,
            "SELECT account_id, count(*) FROM events"
            " WHERE ts >= '2026-09-26 06' AND ts < '2026-10-24 06' GROUP BY 1",
        )
    )
    change = {account: lately.get(account, 0) / before[account] for account in before}

    assert sum(share == 0 for share in change.values()) >= 3
    assert sum(0 < share < 0.5 for share in change.values()) >= 3
    assert sum(share > 1.5 for share in change.values()) >= 3


def test_windows_ending_within_the_next_hour_hold_the_same_events(folder: Path) -> None:
    edges = [AS_OF - timedelta(days=days) for days in range(60)]
    count = "SELECT count(*) FROM events WHERE ts >= '{:%Y-%m-%d %H:%M:%S}' AND ts < '{:%F %T}'"

    assert [rows(folder, count.format(e, e + timedelta(hours=1)))[0][0] for e in edges] == [0] * 60


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name FROM accounts WHERE account_id IS NULL",
        "SELECT event_id FROM events WHERE ts = '2026-02-31 10:00:00'",
        "SELECT submission_id FROM demo_requests WHERE email NOT LIKE '%@%'",
        "SELECT event_id FROM events GROUP BY event_id HAVING count(*) = 2",
    ],
)
def test_the_app_has_one_bad_row_of_each_kind(folder: Path, query: str) -> None:
    assert len(rows(folder, query)) == 1


def test_billing_has_every_state_and_one_broken_line(folder: Path) -> None:
    found = subscriptions(folder)
    lines = (folder / "billing" / "subscriptions.jsonl").read_text("utf-8").splitlines()

    assert len(lines) == len(found) + 1
    assert {s["status"] for s in found.values()} == {"active", "past_due", "canceled", "trialing"}
    prices = {s["items"]["data"][0]["price"]["recurring"]["interval"] for s in found.values()}
    assert prices == {"month", "year"}
    assert any(s["discounts"] for s in found.values())
    assert any(s["cancel_at_period_end"] and s["ended_at"] is None for s in found.values())
    ended = [s["ended_at"] for s in found.values() if s["status"] == "canceled"]
    assert all(end < (AS_OF - timedelta(days=28)).timestamp() for end in ended)


def test_trials_are_spreadsheet_rows_with_two_bad_ones(folder: Path) -> None:
    found = trials(folder)

    assert [t["Trial"] for t in found if t["Ends"].startswith("2026-02-31")] == ["T-901"]
    assert [t["Trial"] for t in found if not t["Account"]] == ["T-902"]
    assert any(t["Started"] == "" and t["Account"] for t in found)
    assert len(found) > 8


def test_only_customers_evangelists_and_opportunities_have_bought() -> None:
    stages = {company["domain"]: company["lifecyclestage"] for company in COMPANIES}

    for customer in customers(COMPANIES):
        bought = customer.billing not in {"trialing", "abandoned", "none"}
        stage = stages.get(customer.domain, "customer")
        assert bought == (stage in {"customer", "evangelist", "opportunity"})


def test_two_companies_with_one_domain_are_one_customer() -> None:
    twice = [COMPANIES[0], {**COMPANIES[0], "name": "The same again"}]

    assert [customer.name for customer in customers(twice)] == ["Alder & Finch", "Tidewater Tools"]


def test_two_demos_show_the_same(folder: Path, tmp_path: Path) -> None:
    sample.make(tmp_path, AS_OF, COMPANIES)
    sample.make(tmp_path, AS_OF, COMPANIES)

    for table in ("accounts", "users", "events", "demo_requests"):
        query = f"SELECT * FROM {table}"
        assert rows(tmp_path, query) == rows(folder, query)
    for name in ("billing/subscriptions.jsonl", "trials.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_change_adds_two_users_their_events_and_a_demo_request(
    folder: Path, changed: Path
) -> None:
    new = {}
    for table in ("accounts", "users", "events", "demo_requests"):
        query = f"SELECT * FROM {table}"
        before = set(rows(folder, query))
        new[table] = [row for row in rows(changed, query) if row not in before]

    assert [len(new[t]) for t in ("accounts", "users", "events", "demo_requests")] == [0, 2, 60, 1]
    assert {event[2] for event in new["events"]} == {"acc-001"}
    assert {event[5] for event in new["events"]} == {"2026-11-21 06:05:00"}
    assert all(event[4] < "2026-11-21 06:05:00" for event in new["events"])


def test_a_change_is_one_upgrade_and_one_cancellation(folder: Path, changed: Path) -> None:
    before, after = subscriptions(folder), subscriptions(changed)
    different = [account for account in before if before[account] != after[account]]

    assert len(different) == 2
    bought, cancelled = different
    quantities = [s[bought]["items"]["data"][0]["quantity"] for s in (before, after)]
    assert quantities[1] == quantities[0] + 5
    assert after[cancelled]["cancel_at_period_end"]
    assert after[cancelled]["canceled_at"] == LATER.timestamp()


def test_things_can_change_again(changed: Path) -> None:
    sample.change(changed, LATER + timedelta(minutes=5))

    assert len(rows(changed, "SELECT DISTINCT user_id FROM users")) == len(
        rows(changed, "SELECT user_id FROM users")
    )
    assert len(rows(changed, "SELECT * FROM users WHERE created_at > '2026-11-21 06:00:00'")) == 4


def test_the_mapping_names_secrets_and_never_holds_them(folder: Path) -> None:
    text = mapping(folder, "http://127.0.0.1:8765")

    assert "env:SYNCWORKER_DEMO_TOKEN" in text
    assert "env:SYNCWORKER_DEMO_DATABASE" in text
    assert 'base_url: "http://127.0.0.1:8765"' in text
    assert f'path: "{folder}/billing"' in text


def test_the_mapping_is_valid(folder: Path) -> None:
    loaded = load(mapping(folder, "http://127.0.0.1:8765"), "demo.yaml")

    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    assert set(loaded.mapping.objects) == {"companies", "contacts"}
