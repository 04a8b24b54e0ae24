"""How many tickets a customer opens, and who is flagged for it."""

from datetime import timedelta

import polars as pl
import pytest
from support.metric_facts import AS_OF, Row, accounts, facts, item, sub

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.passes import PASSES, Pass, frozen
from syncworker.metrics.population import Population
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_support import SupportSettings
from syncworker.metrics.shard import shard
from syncworker.metrics.ticket_flag import TICKET_RATES, freeze_ticket_rates

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def opened(account_id: str | None, times: int, age: timedelta = DAY, **more: object) -> list[Row]:
    return [
        {
            "ticket_id": f"{account_id} {age} {n}",
            "account_id": account_id,
            "opened_at": AS_OF - age,
            **more,
        }
        for n in range(times)
    ]


def test_tickets_opened_in_30_days_are_counted_and_the_open_ones_apart() -> None:
    tickets = [
        *opened("acme", 1, timedelta(0)),  # open, and not in the window yet
        *opened("acme", 2, INSTANT, closed_at=AS_OF),
        *opened("acme", 1, 30 * DAY),
        *opened("acme", 1, 30 * DAY + INSTANT),
        *opened(None, 1, user_id="ann"),
        *opened("acme", 1, 2 * DAY, deleted_at=AS_OF),
    ]
    given = facts(
        accounts=[{"account_id": "acme"}, {"account_id": "calm"}],
        users=[{"user_id": "ann", "account_id": "acme"}],
        tickets=tickets,
    )
    seen = {n: (r["tickets_opened_30d"], r["open_tickets"]) for n, r in accounts(given).items()}
    assert seen == {"acme": (4, 4), "calm": (0, 0)}


@pytest.fixture(scope="module")
def portal() -> Facts:
    """Eleven small accounts of one seat with 0 to 3 tickets, and a few others."""
    small = {f"small {n:02}": tickets for n, tickets in enumerate([0] * 4 + [1] * 5 + [2, 3])}
    others = {"large 1": 3, "large 2": 0, "no seats": 3, "many": 4, "other": 2}
    return facts(
        accounts=[
            {"account_id": name, "size": "small" if name.startswith("small") else "large"}
            for name in small | others
            if name != "other"
        ]
        + [{"account_id": "other"}, {"account_id": "gone", "size": "small", "deleted_at": AS_OF}],
        tickets=[
            row
            for name, times in {**small, **others, "gone": 50}.items()
            for row in opened(name, times)
        ],
        subscriptions=[
            sub(sub_id=name, account_id=name)
            for name in (*small, *others, "gone")
            if name != "no seats"
        ],
        subscription_items=[
            item(item_id=name, sub_id=name, quantity=1) for name in (*small, *others, "gone")
        ],
    )


def population(given: Facts, shards: int = 1, settings: MetricSettings | None = None) -> Population:
    chosen = settings or MetricSettings()

    def rows(one: Pass) -> pl.DataFrame:
        parts = [shard(given, number, shards) for number in range(shards)]
        return pl.concat([one.rows(inputs_of(part, chosen)).collect() for part in parts])

    only = [one for one in PASSES if one.name == TICKET_RATES]
    assert [one.name for one in only] == [TICKET_RATES]
    return Population({one.name: one.freeze(rows(one), given, chosen) for one in only})


def test_who_opens_more_per_seat_than_9_of_10_of_its_kind_is_flagged(portal: Facts) -> None:
    known = population(portal)
    # Of 0 0 0 0 1 1 1 1 1 2 3 the 90th percentile (linear) is the tenth: 2.
    assert known.values == {TICKET_RATES: {"small": 2.0}}
    frame = compute(portal, MetricSettings(), known).accounts
    rows = frame.select("account_id", "ticket_flag", "ticket_flag_because").collect()
    flags = {name: flag for name, flag, _ in rows.iter_rows()}
    assert {name for name, flag in flags.items() if flag} == {"small 10", "many"}
    assert {flag for name, flag in flags.items()} == {True, False}
    reasons = {name: because for name, _, because in rows.iter_rows()}
    assert reasons["small 10"] == (
        "tickets opened in 30 d: 3, seats: 1; more per seat than 90 % of its segment"
    )
    assert reasons["many"] == "tickets opened in 30 d: 4"
    assert reasons["small 00"] == "tickets opened in 30 d: 0"


def test_the_percentile_does_not_depend_on_how_the_portal_is_cut(portal: Facts) -> None:
    assert population(portal, 3) == population(portal)


def test_without_percentiles_only_the_many_are_known(portal: Facts) -> None:
    frame = compute(portal, MetricSettings()).accounts.select("account_id", "ticket_flag").collect()
    flags = dict(frame.iter_rows())
    assert flags.pop("many") is True
    assert set(flags.values()) == {None}


def test_every_pass_is_frozen_by_name() -> None:
    given = inputs_of(facts(), MetricSettings())
    rows = {one.name: one.rows(given).collect() for one in PASSES}
    values = frozen(rows, facts(), MetricSettings()).values
    assert values.keys() == rows.keys()
    assert values[TICKET_RATES] == {}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SupportSettings(), {"a": 9.1}),  # 1 to 10: 1 + 0.9 x 9
        (SupportSettings(flag_percentile=50), {"a": 5.5}),
        (SupportSettings(flag_accounts=11), {}),
        (SupportSettings(flag_accounts=2), {"a": 9.1, "b": 1.9}),
    ],
)
def test_percentiles_are_linear_and_need_enough_accounts(
    settings: SupportSettings, expected: dict[str, float]
) -> None:
    rows = pl.DataFrame(
        {"segment": ["a"] * 10 + ["b"] * 2, "rate": [float(n) for n in range(1, 11)] + [1.0, 2.0]}
    )
    frozen_rates = freeze_ticket_rates(rows, facts(), MetricSettings(support=settings))
    assert frozen_rates == pytest.approx(expected)


def test_the_segment_is_a_setting_and_none_is_a_segment_too() -> None:
    given = facts(
        accounts=[{"account_id": str(n), "industry": None if n < 10 else "law"} for n in range(12)],
        tickets=opened("3", 1),
        subscriptions=[sub(sub_id=str(n), account_id=str(n)) for n in range(12)],
        subscription_items=[item(item_id=str(n), sub_id=str(n), quantity=2) for n in range(12)],
    )
    settings = MetricSettings(support=SupportSettings(segment="industry"))
    known = population(given, 1, settings)
    assert known.values == {TICKET_RATES: {"unknown": pytest.approx(0.05)}}
    frame = compute(given, settings, known).accounts.select("account_id", "ticket_flag").collect()
    assert {name for name, flag in frame.iter_rows() if flag} == {"3"}
