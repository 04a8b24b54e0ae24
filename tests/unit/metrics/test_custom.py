"""Metrics that a mapping declares itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from support.metric_facts import AS_OF, Row, account, event, facts, item, people, sub, utc

from syncworker.metrics.availability import StreamState, unavailable
from syncworker.metrics.catalog import METRICS, catalog_of
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_custom import CustomMetric, Measured, Where

USERS: list[Row] = [
    {"user_id": "ann", "account_id": "acme", "email": "Ann@acme.example", "role": "admin"},
    {"user_id": "bob", "account_id": "acme", "email": "bob@acme.example", "role": "member"},
]
DAY = timedelta(days=1)


def of(entity: Any = "account", measure: Any = "count", of: str = "events", **more: Any) -> Any:
    return CustomMetric(entity, measure, of, **more)


def settings(**custom: CustomMetric) -> MetricSettings:
    return MetricSettings(custom=custom)


def metric(custom: CustomMetric) -> Metric:
    return catalog_of(settings(mine=custom))["mine"]


def exports() -> list[Row]:
    plans = ('{"plan": {"name": "pro"}, "size": 2.5, "big": true}', '{"size": "7"}', "broken", None)
    rows = [
        event(n, AS_OF - (n + 1) * DAY, name="export", props=props, quantity=n)
        for n, props in enumerate(plans)
    ]
    rows.append(event(10, AS_OF - 28 * DAY, name="export", user_id="bob"))
    rows.append(event(11, AS_OF - 28 * DAY - timedelta(seconds=1), name="export"))
    rows.append(event(12, AS_OF - 57 * DAY, name="export"))
    rows.append(event(13, AS_OF - DAY, name="login", user_id="bob", account_id=None))
    return rows


def test_rows_are_counted_told_apart_and_summed_in_elapsed_windows() -> None:
    exported = (Where("name", eq="export"),)
    row = account(
        facts(users=USERS, events=exports()),
        settings(
            exports=of(where=exported, window_days=28),
            ever=of(where=exported),
            everything=of(),
            exporters=of(measure="distinct", column="user_id", where=exported, window_days=28),
            amount=of(measure="sum", column="quantity", where=exported),
            sizes=of(measure="sum", column="props.size"),
            none=of(where=(Where("name", eq="nothing"),)),
            share=CustomMetric(
                "account",
                "ratio",
                "events",
                unit="percent",
                top=Measured(where=exported),
                bottom=Measured(),
            ),
            undefined=CustomMetric(
                "account", "ratio", top=Measured(of="events"), bottom=Measured(of="tickets")
            ),
            trend=of(measure="change", where=exported, window_days=28),
            trend_of_users=of(
                measure="change", change_of="distinct", column="user_id", window_days=28
            ),
            no_trend=of(measure="change", window_days=1),
        ),
    )
    assert (row["exports"], row["ever"], row["everything"]) == (5, 7, 8)
    assert (row["exporters"], row["amount"], row["sizes"], row["none"]) == (2, 6.0, 9.5, 0)
    assert (row["share"], row["share_top"], row["share_bottom"]) == (87.5, 7, 8)
    assert row["undefined"] is None
    assert (row["trend"], row["trend_now"], row["trend_before"]) == (400.0, 5, 1)
    assert row["trend_of_users"] == 100.0
    assert row["no_trend"] == pytest.approx(100.0)


CONDITIONS: list[tuple[dict[str, Any], int]] = [
    ({"column": "props.plan.name", "eq": "pro"}, 1),
    ({"column": "props.plan.name", "ne": "free"}, 1),
    ({"column": "props.plan.name", "contains": "PR"}, 1),
    ({"column": "props.size", "gt": 2.5}, 1),
    ({"column": "props.size", "gte": 2.5}, 2),
    ({"column": "props.size", "lt": 7}, 1),
    ({"column": "props.size", "lte": 7}, 2),
    ({"column": "props.size", "eq": 7}, 1),
    ({"column": "props.big", "eq": True}, 1),
    ({"column": "props.big", "eq": False}, 0),
    ({"column": "quantity", "any_of": (1, 2)}, 2),
    ({"column": "name", "any_of": ("login", "other")}, 1),
    ({"column": "quantity", "ne": 1}, 3),
]


def test_a_condition_counts_the_rows_that_fulfil_it() -> None:
    given = facts(users=USERS, events=exports())
    chosen = {f"c{n}": of(where=(Where(**where),)) for n, (where, _) in enumerate(CONDITIONS)}
    row = account(given, settings(**chosen))
    for n, (where, rows) in enumerate(CONDITIONS):
        assert row[f"c{n}"] == rows, where


def test_the_first_and_the_last_value_are_read_as_their_column_is() -> None:
    given = facts(
        users=USERS,
        events=exports(),
        usage_daily=[{"account_id": "acme", "name": "x", "day": date(2026, 6, 1), "quantity": 1}],
        tickets=[
            {"ticket_id": f"t{n}", "account_id": "acme", "opened_at": utc("2026-06-01")}
            | {"priority": priority}
            for n, priority in enumerate(["low", None, "high"])
        ],
        invoices=[
            {"invoice_id": "i", "account_id": "acme", "created_at": utc("2026-06-01")}
            | {"amount_ex_tax": 500, "currency": "EUR", "paid_at": utc("2026-06-02")}
        ],
    )
    last = {
        "plan": of(measure="last", column="props.plan.name"),
        "size": of(measure="first", column="props.size", type="number"),
        "big": of(measure="last", column="props.big", type="bool"),
        "at": of(measure="first", column="ts"),
        "day": of(measure="last", of="usage_daily", column="day", window_days=28),
        "old_day": of(measure="last", of="usage_daily", column="day", window_days=14),
        "first_priority": of(measure="first", of="tickets", column="priority"),
        "last_priority": of(measure="last", of="tickets", column="priority"),
        "paid": of(measure="last", of="invoices", column="paid_at"),
        "invoiced": of(measure="sum", of="invoices", column="amount_ex_tax"),
    }
    row = account(given, settings(**last))
    assert (row["plan"], row["size"], row["big"]) == ("pro", 7.0, True)
    assert row["at"] == AS_OF - 57 * DAY
    assert (row["day"], row["old_day"]) == (date(2026, 6, 1), None)
    assert (row["first_priority"], row["last_priority"]) == ("low", "high")
    assert (row["paid"], row["invoiced"]) == (utc("2026-06-02"), 500.0)
    types = {name: metric(custom).type for name, custom in last.items()}
    assert types == {
        "plan": "string",
        "size": "number",
        "big": "bool",
        "at": "datetime",
        "day": "date",
        "old_day": "date",
        "first_priority": "string",
        "last_priority": "string",
        "paid": "datetime",
        "invoiced": "number",
    }


def test_a_row_belongs_to_the_account_it_names_or_that_of_its_user_subscription_or_address() -> (
    None
):
    given = facts(
        accounts=[{"account_id": "acme"}, {"account_id": "else"}],
        users=[*USERS, {"user_id": "eve", "account_id": "else", "email": "bob@acme.example"}],
        events=[event(1, utc("2026-06-01"), account_id=None)],
        demo_requests=[
            {"submission_id": f"d{n}", "email": email, "submitted_at": utc("2026-06-01")}
            # Bob's address has two accounts and two users, and so tells nobody.
            for n, email in enumerate(["ANN@acme.example ", "bob@acme.example", "x@y.example"])
        ],
        subscriptions=[sub()],
        subscription_items=[item(), item(item_id="i2", deleted_at=utc("2026-06-01"))],
        survey_responses=[
            {"response_id": "r", "user_id": "bob", "kind": "nps", "score": 9}
            | {"at": utc("2026-06-01")}
        ],
    )
    streams = ("events", "demo_requests", "subscription_items", "survey_responses", "users")
    chosen = settings(
        **{name: of(of=stream) for name, stream in zip("abcde", streams, strict=True)},
        f=of("user", of="demo_requests"),
        g=of("user", of="survey_responses", measure="sum", column="score"),
        h=of("user", of="users", where=(Where("role", eq="admin"),)),
    )
    row = account(given, chosen)
    assert [row[name] for name in "abcde"] == [1, 1, 1, 1, 2]
    found = people(given, chosen)
    assert {user: [row[name] for name in "fgh"] for user, row in found.items()} == {
        "ann": [1, 0.0, 1],
        "bob": [0, 9.0, 0],
        "eve": [0, 0.0, 0],
        "email:x@y.example": [None, None, None],
    }


def test_a_change_of_who_is_too_young_for_both_windows_is_not_known() -> None:
    events = [event(n, AS_OF - n * DAY) for n in (1, 2, 9)]
    week = settings(week=of(measure="change", window_days=7))
    assert account(facts(events=events), week)["week"] == 100.0
    young = [{"account_id": "acme", "created_at": AS_OF - 10 * DAY}]
    assert account(facts(accounts=young, events=events), week)["week"] is None


@pytest.mark.parametrize(
    ("custom", "unit", "formula", "because"),
    [
        (
            of(where=(Where("name", eq="{export}"), Where("quantity", gt=2.0)), window_days=7),
            "events",
            "number of events where name = {export} and quantity > 2 in [as_of - 7 d, as_of)",
            (
                "{mine}: number of events where name = {{export}} and quantity > 2 "
                "in [as_of - 7 d, as_of)"
            ),
        ),
        (
            of(measure="change", change_of="sum", column="quantity", window_days=7),
            "percent",
            (
                "change in percent of (sum of quantity of events) in [as_of - 7 d, as_of) "
                "against the 7 d before"
            ),
            "{mine_now} after {mine_before}: change in percent",
        ),
        (
            CustomMetric(
                "account",
                "ratio",
                "events",
                unit="percent",
                top=Measured(
                    "distinct", column="user_id", where=(Where("name", any_of=("a", "b")),)
                ),
                bottom=Measured(of="users", where=(Where("role", ne=True),)),
            ),
            "percent",
            (
                "100 x (different user_id of events where name in a, b) / (number of users "
                "where role != true) before as_of"
            ),
            "{mine_top} / {mine_bottom}: 100 x",
        ),
        (CustomMetric("user", "ratio"), "ratio", "(number of ) / (number of ) before as_of", ""),
        (
            of(measure="sum", column="quantity", unit="pages"),
            "pages",
            "sum of quantity of ",
            "{mine}",
        ),
        (of(measure="distinct", column="name"), "values", "different name of events", "{mine}"),
        (of(measure="last", column="name"), "", "last name of events before as_of", "{mine}"),
        (of(measure="last", of="nothing", column="x"), "", "last x of nothing", "{mine}"),
    ],
)
def test_a_metric_of_ones_own_is_told_like_any_other(
    custom: CustomMetric, unit: str, formula: str, because: str
) -> None:
    found = metric(custom)
    assert found.formula.startswith(formula)
    assert found.because.startswith(because)
    assert (found.unit, found.label, found.property) == (unit, "Mine", "saas_mine")
    assert found.description.lower().startswith(formula.lower())


def test_what_its_streams_lack_holds_it() -> None:
    chosen = settings(
        asked=of(of="tickets", label="Tickets", description="All tickets."),
        share=CustomMetric(
            "account", "ratio", top=Measured(of="tickets"), bottom=Measured(of="users")
        ),
    )
    states = {"users": StreamState(5, None, AS_OF)}
    reasons = unavailable(states, AS_OF, chosen)
    assert reasons["asked"] == reasons["share"] == "no source provides tickets"
    told = catalog_of(chosen)["asked"]
    assert (told.label, told.description) == ("Tickets", "All tickets.")
    assert catalog_of(MetricSettings()) is METRICS
