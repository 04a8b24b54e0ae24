"""Sales priority: learned from older accounts, shrunk where they are few."""

from dataclasses import replace
from typing import Any

import polars as pl
from support.growth_facts import visit
from support.metric_facts import Row, event, facts, item, stream, sub, utc

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.passes import PASSES
from syncworker.metrics.population import Population
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_pql import Milestone, PqlSettings
from syncworker.metrics.shard import shard

SETTINGS = MetricSettings(
    pql=PqlSettings(
        milestones={"logo": Milestone("action", "logo"), "page": Milestone("action", "page")},
        any_of=("logo",),
        min_accounts=4,
        prior_strength=2,
    )
)


def world() -> Facts:
    """Eight old accounts and three young leads.

    Of the old ones, four reached the logo (two of them paid), four nothing (none paid in time).
    """
    old = {f"o{n}": n for n in range(8)}
    rows: list[Row] = [{"account_id": name, "created_at": utc("2026-01-01")} for name in old] + [
        {"account_id": name, "created_at": utc("2026-06-01")} for name in ("new", "seen", "paid")
    ]
    logos = ["o0", "o1", "o2", "o3", "new", "paid"]
    events = [
        event(n, utc("2026-01-10" if name in old else "2026-06-02"), name="logo", account_id=name)
        for n, name in enumerate(logos)
    ]
    # After it paid a milestone tells nothing, and after the window a payment comes too late.
    events.append(event(90, utc("2026-04-01"), name="page", account_id="o0"))
    subs = [
        sub(sub_id=name, account_id=name, started_at=utc(when))
        for name, when in (("o0", "2026-02-01"), ("o1", "2026-02-02"), ("o7", "2026-05-20"))
    ] + [sub(sub_id="paid", account_id="paid", started_at=utc("2026-06-05"))]
    items = [item(item_id=each["sub_id"], sub_id=each["sub_id"]) for each in subs]
    return facts(accounts=rows, events=events, subscriptions=subs, subscription_items=items)


def visited(given: Facts, channels: dict[str, str]) -> Facts:
    """A visit of each account, resolved as a run does it."""
    rows = [
        visit(number, "2026-01-01", channel) for number, channel in enumerate(channels.values())
    ]
    whose = pl.Series("account_id", list(channels), dtype=pl.String)
    visits = stream("web_visits", rows).with_columns(whose)
    return replace(given, streams={**given.streams, "web_visits": visits})


def learned(given: Facts, settings: MetricSettings, parts: int = 1) -> Population:
    (own,) = [each for each in PASSES if each.name == "sales_priority"]
    shards = [inputs_of(shard(given, number, parts), settings) for number in range(parts)]
    rows = pl.concat([own.rows(part).collect() for part in shards])
    return Population({own.name: own.freeze(rows, given, settings)})


def told(given: Facts, settings: MetricSettings, value: Population | None) -> dict[str, Any]:
    rows = compute(given, settings, value).accounts.collect().iter_rows(named=True)
    return {row["account_id"]: row for row in rows}


def test_a_chance_is_shrunk_to_that_of_the_same_milestones_and_to_the_portals() -> None:
    given = visited(world(), {"o0": "ads", "o4": "ads", "new": "ads"})
    value = learned(given, SETTINGS)
    assert value == learned(given, SETTINGS, parts=3)
    assert value.values["sales_priority"] == {
        "accounts": 8,
        "won": 2,
        "groups": [
            ["ads", "", 1, 0],
            ["ads", "logo", 1, 1],
            ["unknown", "", 3, 0],
            ["unknown", "logo", 3, 1],
        ],
    }
    rows = told(given, SETTINGS, value)
    # Portal 2/8; logo (2 + 2 x 1/4) / (4 + 2) = 5/12; ads with logo (1 + 2 x 5/12) / 3 = 0.61.
    assert rows["new"]["sales_priority"] == 61
    assert rows["new"]["sales_priority_band"] == "high"
    assert rows["new"]["priority_because"] == (
        "61 % of such accounts become customers (1 seen): from ads, milestones: logo"
    )
    # Nothing reached: (0 + 2 x 1/4) / 6 = 1/12; of an unknown channel (0 + 2 x 1/12) / 5 = 0.03.
    assert rows["seen"]["sales_priority"] == 3
    assert rows["seen"]["sales_priority_band"] == "low"
    assert rows["seen"]["priority_because"].endswith("from an unknown channel, milestones: none")
    # A channel of which nothing is known falls back to the milestones.
    other = visited(world(), {"new": "social"})
    value = learned(world(), SETTINGS)
    assert told(other, SETTINGS, value)["new"]["sales_priority"] == 42
    assert told(other, SETTINGS, value)["new"]["sales_priority_band"] == "medium"
    assert rows["paid"]["sales_priority"] is None
    assert rows["paid"]["priority_because"] == "paid before"
    assert rows["paid"]["priority_problem"] is None


def test_without_enough_to_learn_from_there_is_no_priority_but_a_reason() -> None:
    given = world()
    value = learned(given, SETTINGS)
    strict = replace(SETTINGS, pql=replace(SETTINGS.pql, min_accounts=9))
    nobody = Population({"sales_priority": {"accounts": 50, "won": 0, "groups": []}})
    for settings, population, problem in (
        (SETTINGS, None, "not learned yet"),
        (strict, value, "only 8 accounts to learn from, 9 are needed"),
        (SETTINGS, nobody, "no account to learn from became a customer"),
        (MetricSettings(), value, "no pql rules"),
    ):
        row = told(given, settings, population)["new"]
        assert row["sales_priority"] is row["sales_priority_band"] is None
        assert row["priority_problem"] == problem
    assert learned(given, MetricSettings()).values["sales_priority"]["accounts"] == 0
