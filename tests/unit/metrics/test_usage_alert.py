"""Episodes of falling usage, from one local midnight to the next."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, account, event, facts, utc
from support.metric_memory import fold, memory_at, midnights

from syncworker.metrics.billing import Billing
from syncworker.metrics.compute import compute
from syncworker.metrics.counting import counting
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.memory import SNAPSHOT, Memory
from syncworker.metrics.population import Population
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_usage import UsageSettings
from syncworker.metrics.usage_alert import with_usage_alert

DAY = timedelta(days=1)
CHANGES = {"change": pl.Float64, "before": pl.Int64, "old": pl.Boolean, "size": pl.String}
RANK = {"none": 0, "warn": 1, "critical": 2}


def world(
    at: datetime,
    memory: Memory,
    usage: dict[str, dict[str, Any]],
    chosen: MetricSettings | None = None,
) -> pl.LazyFrame:
    """Accounts whose usage is given, with their alert."""
    bare = Facts(at, "Europe/Berlin", "USD", {})
    rows = [
        {"account_id": name, "change": None, "before": 100, "old": True, "size": None, **row}
        for name, row in usage.items()
    ]
    frame = pl.LazyFrame(rows, schema={"account_id": pl.String, **CHANGES})
    now = pl.col("before") * (1 + pl.col("change").fill_null(0) / 100)
    accounts = frame.select(
        "account_id",
        "size",
        usage_change_exact="change",
        usage_prev_28d="before",
        usage_28d=now.round(0).cast(pl.Int64),
        usage_comparable="old",
    )
    nothing = pl.LazyFrame()
    limits = chosen or MetricSettings()
    billing = Billing(bare, counting(limits.revenue), *[nothing] * 5)
    inputs = Inputs(
        facts=bare,
        provided=frozenset(),
        settings=limits,
        activity=nothing,
        billing=billing,
        terms=nothing,
        steps=nothing,
        ledger=nothing,
        population=Population(),
        memory=memory,
    )
    return with_usage_alert(accounts, inputs)


def series(
    changes: dict[str, list[Any]], chosen: MetricSettings | None = None
) -> dict[str, list[dict[str, Any]]]:
    """By account its rows, midnight by midnight, over changes of usage in percent."""
    days = len(next(iter(changes.values())))
    moments = midnights("Europe/Berlin", date(2026, 3, 27), days)  # a clock change inside

    def step(at: datetime, memory: Memory) -> pl.LazyFrame:
        day = moments.index(at)
        given_rows = {
            name: row if isinstance(row := one[day], dict) else {"change": row}
            for name, one in changes.items()
        }
        return world(at, memory, given_rows, chosen)

    folded = fold(step, moments)
    return {name: [folded[at][name] for at in moments] for name in changes}


def levels(rows: list[dict[str, Any]]) -> str:
    return " ".join(row["usage_alert"][0] for row in rows)


def test_an_episode_begins_gets_worse_and_ends_after_three_calm_midnights() -> None:
    silence = {"change": None, "before": 0}
    seen = series(
        {
            "ends": [-30, -30, -10, -10, -10, -10, -30],
            "calm is interrupted": [-30, -14, -14, -15, -14, -14, -14],
            "gets worse": [-30, -50, -30, -26, -14, -14, -14],
            "at once critical": [-60, -30, -30, -30, -30, -30, -30],
            "steady": [-24, -10, 0, 50, -24, None, -24],
            "young": [{"change": -90, "old": False}] * 7,
            "little": [{"change": -90, "before": 19}] * 7,
            "enough": [{"change": -90, "before": 20}] * 7,
            "little later": [-60, *[{"change": -60, "before": 3}] * 6],
            "silent for good": [-100, *[silence] * 6],
        }
    )
    assert {name: levels(rows) for name, rows in seen.items()} == {
        "ends": "w w w w n n w",
        "calm is interrupted": "w w w w w w n",
        "gets worse": "w c c c c c n",
        "at once critical": "c c c c c c c",
        "steady": "n n n n n n n",
        "young": "n n n n n n n",
        "little": "n n n n n n n",
        "enough": "c c c c c c c",
        "little later": "c c c c c c c",
        "silent for good": "c c c c c c c",
    }
    # The day is the one that ended with the midnight; Berlin's clocks went forward on the 29th.
    began = [row["usage_alert_at"] for row in seen["ends"]]
    first, again = utc("2026-03-25T23:00:00"), utc("2026-03-31T22:00:00")
    assert began == [first] * 4 + [None, None, again]
    assert [row["usage_alert_at"] for row in seen["gets worse"]][:3] == [
        first,
        utc("2026-03-26T23:00:00"),
        utc("2026-03-26T23:00:00"),
    ]


def test_the_limits_of_an_episode_are_settings() -> None:
    limits = MetricSettings(usage=UsageSettings(calm_percent=-20, calm_days=1))
    seen = series({"a": [-30, -20, -19, -19]}, limits)
    assert levels(seen["a"]) == "w w n n"


def test_an_account_below_the_floor_of_its_size_is_warned_of() -> None:
    limits = MetricSettings(usage=UsageSettings(floors={"large": 100}))
    large = {"size": "large", "change": 0}
    low, high = {**large, "before": 99}, {**large, "before": 100}
    seen = series(
        {
            "large": [low, low, high, high, high],
            "small": [{**low, "size": "small"}] * 5,
            "no size": [{**low, "size": None}] * 5,
            "hardly any before": [{**low, "before": 19}] * 5,
        },
        limits,
    )
    assert [levels(rows) for rows in seen.values()] == [
        "w w w w n",
        "n n n n n",
        "n n n n n",
        "n n n n n",
    ]
    below = {name: rows[0]["usage_below_floor"] for name, rows in seen.items()}
    assert below == {"large": True, "small": None, "no size": None, "hardly any before": True}


def test_usage_that_comes_back_from_nothing_ends_an_episode() -> None:
    back = AS_OF - 2 * DAY
    state = {"usage_alert": "critical", "usage_alert_at": back, "usage_calm_days": 2}
    empty = pl.LazyFrame({"account_id": ["acme"]}).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in SNAPSHOT.items()
    )
    last = empty.with_columns(pl.lit(value).alias(name) for name, value in state.items())
    given_facts = facts(events=[event(1, AS_OF - DAY)])
    midnight = Facts(utc("2026-06-15"), "UTC", "USD", given_facts.streams)
    columns = ("usage_alert", "usage_alert_at", "usage_calm_days")
    for moment, expected in (
        (given_facts, ("critical", back, 2)),  # noon: the day is not over
        (midnight, ("none", None, 0)),
    ):
        frame = compute(moment, MetricSettings(), memory=Memory(last=last)).accounts
        assert frame.select(columns).collect().row(0) == expected


def test_between_midnights_the_alert_is_told_at_once_with_the_day_it_will_keep() -> None:
    events = [event(n, AS_OF - 40 * DAY) for n in range(20)]
    noon = account(facts(events=events))
    night = account(facts(events=events, as_of=utc("2026-06-16")))
    for row in (noon, night):
        assert (row["usage_alert"], row["usage_alert_at"]) == ("critical", utc("2026-06-15"))


CHANGE = st.sampled_from([-60, -50, -30, -25, -20, -15, -14, 0, None])
STORY = st.lists(CHANGE, min_size=12, max_size=12)


@settings(max_examples=6, deadline=None)
@given(changes=st.lists(STORY, min_size=20, max_size=20), cut=st.integers(1, 11))
def test_a_level_is_told_once_an_episode_and_however_late_it_is_computed(
    changes: list[list[Any]], cut: int
) -> None:
    named = {str(number): one for number, one in enumerate(changes)}
    whole = series(named)
    moments = midnights("Europe/Berlin", date(2026, 3, 27), 12)
    kept: dict[datetime, pl.DataFrame] = {}

    def step(at: datetime, memory: Memory) -> pl.LazyFrame:
        day = next(n for n, moment in enumerate(moments) if at <= moment)
        return world(at, memory, {name: {"change": one[day]} for name, one in named.items()})

    fold(step, moments[:cut], kept)
    noon = moments[cut - 1] + DAY / 2
    step(noon, memory_at(noon, kept)).collect()  # a run in between leaves no trace
    late = fold(step, moments[cut:], kept)
    assert [late[at] for at in moments[cut:]] == [
        {name: rows[day] for name, rows in whole.items()} for day in range(cut, 12)
    ]
    for name, rows in whole.items():
        told = [(row["usage_alert"], row["usage_alert_at"]) for row in rows]
        for (level, since), (after, later) in pairwise(told):
            assert after == "none" or RANK[after] >= RANK[level], name
            assert after != level or later == since, name
