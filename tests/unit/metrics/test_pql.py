"""Product qualification: milestones, rules, states, and the words on the record."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from support.metric_facts import AS_OF, Row, event, facts, item, people, sub, utc
from support.metric_facts import accounts as computed_accounts

from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.pql import pql_accounts, with_account_pql, with_user_pql
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_pql import AtLeast, Milestone, PqlSettings

LOGO = Milestone("action", "logo", label="Logo added")
REPORTS = Milestone("action", "report", times=3, window_days=7)
LOGIN = Milestone("frequency", "login", days=3, window_days=7)
CONTACTS = Milestone("volume", "contacts", quota_percent=80, quotas={"pro": 1000}, quota=100)
USERS = [
    {"user_id": "ann", "account_id": "acme", "email": "ann@acme.example"},
    {"user_id": "bob", "account_id": "acme", "email": "bob@acme.example"},
]


def account(given: Facts, settings: MetricSettings) -> dict[str, Any]:
    """The account's qualification alone."""
    inputs = inputs_of(given, settings)
    rows = given.streams["accounts"].join(account_customers(inputs), on="account_id", how="left")
    return with_account_pql(rows, inputs).collect().row(0, named=True)


def users(given: Facts, settings: MetricSettings) -> dict[str, dict[str, Any]]:
    """Each user's qualification alone."""
    rows = given.streams["users"]
    found = with_user_pql(rows, rows, inputs_of(given, settings)).collect()
    return {row["user_id"]: row for row in found.iter_rows(named=True)}


def rules(criteria: PqlSettings | None = None, **milestones: Milestone) -> MetricSettings:
    pql = criteria or PqlSettings(any_of=tuple(milestones))
    return MetricSettings(pql=replace(pql, milestones=milestones))


def acts(name: str, *when: str, **more: Any) -> list[Row]:
    return [
        event(0, utc(at), name=name, **more) | {"event_id": f"{name}{at}{more.get('user_id')}"}
        for at in when
    ]


def test_without_a_rule_nothing_is_claimed_and_the_reason_is_told() -> None:
    for settings in (MetricSettings(), MetricSettings(pql=PqlSettings(milestones={"a": LOGO}))):
        given = facts(users=USERS, events=acts("logo", "2026-06-01"))
        row, ann = account(given, settings), users(given, settings)["ann"]
        for name in ("pql", "pql_status", "pql_at", "pql_reasons", "milestones_done"):
            assert row[name] is None
            assert ann[f"user_{name}"] is None
        assert row["pql_problem"] == ann["user_pql_problem"] == "no pql rules"
        assert row["next_milestone"] is None
        assert pql_accounts(inputs_of(given, settings)).collect().height == 0


def test_an_action_is_reached_by_its_last_needed_event_and_told_in_words() -> None:
    given = facts(
        users=USERS,
        events=[
            *acts("logo", "2026-06-01T10:00"),
            *acts("report", "2026-06-10T08:00", "2026-06-11T09:30"),
            *acts("report", "2026-06-12T10:00", user_id="bob"),
        ],
    )
    settings = rules(PqlSettings(all_of=("logo", "reports")), logo=LOGO, reports=REPORTS)
    row = account(given, settings)
    assert (row["pql"], row["pql_status"], row["milestones_done"]) == (True, "pql", 2)
    assert row["pql_at"] == utc("2026-06-12T10:00")
    assert row["pql_reasons"] == (
        "Logo added: done, since 2026-06-01; "
        "Reports: 3 or more times within 7 days, since 2026-06-12"
    )
    assert row["pql_because"].startswith("2 of 2 milestones, Logo added")
    assert row["next_milestone"] is None


def test_an_account_pools_its_users_and_a_user_stands_alone() -> None:
    given = facts(
        users=USERS,
        events=[
            *acts("login", "2026-06-10", "2026-06-11"),
            *acts("login", "2026-06-11T20:00", "2026-06-12", user_id="bob"),
        ],
    )
    pooled = rules(login=LOGIN)
    assert account(given, pooled)["pql_at"] == utc("2026-06-12")
    assert {u: r["user_pql_status"] for u, r in users(given, pooled).items()} == {
        "ann": "none",
        "bob": "none",
    }
    alone = rules(PqlSettings(any_of=("login",), account_by="any_user"), login=LOGIN)
    assert account(given, alone)["pql_status"] == "none"
    more = facts(users=USERS, events=acts("login", "2026-06-10", "2026-06-11", "2026-06-13"))
    assert account(more, alone)["pql_at"] == utc("2026-06-13")
    assert account(more, alone)["pql_reasons"].startswith("Login: on 3 or more days within 7 days")


def test_days_are_local_ones() -> None:
    late = acts("login", "2026-06-10T21:00", "2026-06-10T23:00", "2026-06-11T23:00")
    settings = rules(login=LOGIN)
    assert account(facts(events=late), settings)["pql"] is False
    assert account(facts(events=late, timezone="Europe/Berlin"), settings)["pql"] is True


def test_volume_is_the_latest_level_against_the_quota_of_the_tier_or_of_no_tier() -> None:
    # S3's example: 80 contacts of a free plan with 100.
    free = facts(events=acts("contacts", "2026-06-01", quantity=85.5))
    settings = rules(contacts=CONTACTS)
    row = account(free, settings)
    assert row["pql_reasons"] == "Contacts: 85.5 of 100 (85 %), since 2026-06-01"
    paid_tier = facts(
        events=acts("contacts", "2026-06-01", quantity=85),
        subscriptions=[sub(status="trialing", started_at=utc("2026-06-05"))],
        subscription_items=[item(product_id="pro")],
    )
    assert account(paid_tier, settings)["pql_status"] == "lapsed"
    assert account(paid_tier, settings)["pql_because"].endswith("qualified until 2026-06-05")
    fallen = acts("contacts", "2026-06-01", quantity=85) + acts(
        "contacts", "2026-06-02", quantity=3
    )
    assert account(facts(events=fallen), settings)["milestones_done"] == 0
    unlimited = rules(contacts=replace(CONTACTS, quota=0))
    assert account(free, unlimited)["pql_status"] == "none"
    either = rules(contacts=replace(CONTACTS, quota=0, amount=50))
    assert account(free, either)["pql_reasons"] == "Contacts: 85.5, since 2026-06-01"


def test_volume_adds_up_where_the_setting_says_so() -> None:
    sent = acts("mail", "2026-06-01", "2026-06-14T10:00", "2026-06-15T10:00", quantity=40)
    summed = Milestone("volume", "mail", measure="sum", amount=80, window_days=7)
    row = account(facts(events=sent), rules(mail=summed))
    assert row["pql_reasons"] == "Mail: 80 within 7 days, since 2026-06-15"
    assert account(facts(events=sent[1:2]), rules(mail=summed))["pql"] is False
    ever = replace(summed, window_days=0, amount=120)
    assert account(facts(events=sent), rules(mail=ever))["pql"] is True


def test_daily_counts_are_acts_days_and_levels_where_there_are_no_such_events() -> None:
    days: list[Row] = [
        {"account_id": "acme", "name": "login", "day": date(2026, 6, day), "quantity": 2}
        for day in (10, 11, 12)
    ]
    days += [
        {**days[2], "user_id": user, "name": "contacts", "quantity": 45} for user in ("ann", "bob")
    ]
    settings = rules(
        login=LOGIN, six=Milestone("action", "login", times=6), contacts=CONTACTS, logo=LOGO
    )
    row = account(facts(users=USERS, usage_daily=days), settings)
    assert row["milestones_done"] == 3
    assert "Contacts: 90 of 100 (90 %), since 2026-06-12" in row["pql_reasons"]
    told = facts(users=USERS, usage_daily=days, events=acts("login", "2026-06-01"))
    assert account(told, settings)["milestones_done"] == 1


@pytest.mark.parametrize(
    ("criteria", "holds"),
    [
        (PqlSettings(any_of=("a", "c")), True),
        (PqlSettings(all_of=("a", "c")), False),
        (PqlSettings(all_of=("a", "b")), True),
        (PqlSettings(at_least=AtLeast(2)), True),
        (PqlSettings(at_least=AtLeast(2, ("a", "c"))), False),
        (PqlSettings(any_of=("a",), all_of=("c",)), False),
        (PqlSettings(any_of=("a",), at_least=AtLeast(2)), True),
        (PqlSettings(override="c"), False),
        (PqlSettings(all_of=("c",), override="b"), True),
    ],
)
def test_all_criteria_must_hold_or_the_override_alone(criteria: PqlSettings, holds: bool) -> None:
    done = facts(events=acts("a", "2026-06-01") + acts("b", "2026-06-02"))
    settings = rules(criteria, **{name: Milestone("action", name) for name in "abc"})
    row = account(done, settings)
    assert row["pql"] is holds
    assert row["next_milestone"] == "C"


def test_the_next_milestone_is_the_nearest_and_of_equal_ones_the_first() -> None:
    settings = rules(logo=LOGO, login=LOGIN, reports=REPORTS)
    assert account(facts(events=[]), settings)["next_milestone"] == "Logo added"
    near = acts("login", "2026-06-14") + acts("report", "2026-06-13", "2026-06-14")
    assert account(facts(events=near), settings)["next_milestone"] == "Reports"


def test_a_spell_ends_with_its_window_and_a_new_one_begins_anew() -> None:
    week = Milestone("action", "report", window_days=7)
    settings = rules(week=week)
    events = acts("report", "2026-05-01T10:00", "2026-06-05T10:00")
    at = {
        day: account(facts(as_of=utc(day), events=events), settings)
        for day in ("2026-05-01T10:00", "2026-05-08T10:00", "2026-05-08T10:01", "2026-06-10")
    }
    assert [row["pql_status"] for row in at.values()] == ["none", "pql", "lapsed", "pql"]
    assert [row["pql_at"] for row in at.values()] == [
        None,
        utc("2026-05-01T10:00"),
        None,
        utc("2026-06-05T10:00"),
    ]
    first = pql_accounts(inputs_of(facts(events=events), settings)).collect()
    assert first.rows() == [("acme", utc("2026-05-01T10:00"))]


def test_what_no_midnight_saw_was_neither_a_spell_nor_a_gap() -> None:
    # Twice within a day holds from the second event to a day after the first.
    twice = Milestone("action", "report", times=2, window_days=1)
    settings = rules(twice=twice)
    unseen = acts("report", "2026-06-10T01:00", "2026-06-10T23:00") + acts("x", "2026-06-11")
    hidden = acts("report", "2026-06-01T01:00", "2026-06-01T22:00")
    del unseen[2:]
    assert account(facts(events=unseen), settings)["pql_status"] == "lapsed"
    before = acts("report", "2026-06-10T00:00", "2026-06-10T20:00")
    assert account(facts(events=before), settings)["pql_status"] == "lapsed"
    short = acts("report", "2026-06-09T01:00", "2026-06-10T00:30")
    assert account(facts(events=short), settings)["pql_status"] == "none"
    gap = [*hidden, *acts("report", "2026-06-02T02:00", "2026-06-02T03:00")]
    seen = account(facts(as_of=utc("2026-06-03"), events=gap), settings)
    assert seen["pql_at"] == utc("2026-06-01T22:00")


def test_late_events_give_what_they_would_have_given_in_time() -> None:
    settings = rules(reports=REPORTS)
    in_time = acts("report", "2026-06-10", "2026-06-11", "2026-06-12")
    late = [dict(row) for row in in_time]
    late[0]["received_at"] = utc("2026-06-15")
    assert account(facts(events=late), settings) == account(facts(events=in_time), settings)
    early = facts(as_of=utc("2026-06-14"), events=late)
    assert account(early, settings)["pql_status"] == "none"


def test_who_pays_is_a_customer_and_who_stopped_a_former_one() -> None:
    given = facts(
        accounts=[{"account_id": name} for name in ("acme", "gone", "free", "early")],
        users=[*USERS, {"user_id": "zoe", "account_id": "gone"}, {"user_id": "lea"}],
        events=[
            event(n, utc("2026-03-01"), name="logo", account_id=name, user_id=user)
            for n, (name, user) in enumerate(
                [("acme", "ann"), ("gone", "zoe"), ("free", None), ("early", None)]
            )
        ],
        subscriptions=[
            sub(started_at=utc("2026-04-01")),
            sub(sub_id="s2", account_id="gone", status="canceled", ended_at=utc("2026-05-01")),
            sub(sub_id="s3", account_id="early", started_at=utc("2026-02-01")),
        ],
        subscription_items=[
            item(),
            item(item_id="i2", sub_id="s2"),
            item(item_id="i3", sub_id="s3"),
        ],
    )
    settings = rules(logo=LOGO)
    rows = computed_accounts(given, settings)
    assert {name: row["pql_status"] for name, row in rows.items()} == {
        "acme": "customer",
        "gone": "former_customer",
        "free": "pql",
        "early": "customer",
    }
    assert {name: row["pql"] for name, row in rows.items()} == {
        "acme": False,
        "gone": False,
        "free": True,
        "early": False,
    }
    persons = people(given, settings)
    assert [persons[u]["user_pql_status"] for u in ("ann", "zoe", "lea")] == [
        "customer",
        "former_customer",
        "none",
    ]
    # Whoever paid first never was a lead that qualified.
    first = pql_accounts(inputs_of(given, settings)).collect()
    assert sorted(first["account_id"]) == ["acme", "free"]


def test_readiness_is_now_for_who_qualifies_or_asked_for_a_demo_lately() -> None:
    request = {"submission_id": "r1", "email": "bob@acme.example", "submitted_at": AS_OF}
    given = facts(
        users=[*USERS, {"user_id": "cid", "account_id": "acme"}],
        events=acts("logo", "2026-06-01"),
        demo_requests=[
            {**request, "submitted_at": AS_OF - timedelta(days=14)},
            {**request, "submission_id": "r2", "email": "old@acme.example"}
            | {"submitted_at": utc("2026-05-01")},
        ],
    )
    found = people(given, rules(logo=LOGO))
    assert {user: row["readiness"] for user, row in found.items()} == {
        "ann": "now",
        "bob": "now",
        "cid": "nurture",
        "email:old@acme.example": "nurture",
    }
    assert found["cid"]["readiness_because"].startswith("neither product-qualified nor")
    without = people(given)
    assert without["bob"]["readiness"] == "now"
    assert without["ann"]["readiness"] is None
    assert without["ann"]["readiness_problem"] == "no pql rules"
