"""What the health score remembers: its band, its trend, and revenue beside it."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, Row, account, accounts, each, event, facts, item, sub, utc
from support.metric_memory import fold, midnights

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.health_bands import band
from syncworker.metrics.memory import SNAPSHOT, Memory, snapshot
from syncworker.metrics.settings import HealthBands, HealthWeights, MetricSettings
from syncworker.metrics.settings_health import HealthSettings
from syncworker.metrics.shard import shard

DAY = timedelta(days=1)


def bands(scores: list[int | None], chosen: MetricSettings | None = None) -> list[str]:
    """The bands of a score day by day, each from the day before."""
    told: list[str] = []
    for score in scores:
        row = {"health_score": score, "last_health_band": told[-1] if told else None}
        frame = pl.DataFrame(
            [row], schema={"health_score": pl.Int64, "last_health_band": pl.String}
        )
        told.append(frame.select(band(chosen or MetricSettings())).item())
    return told


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([50, 51, 52, 53, 52, 48, 47], "red red red yellow yellow yellow red"),
        ([75, 76, 77, 78, 76, 73, 72], "yellow yellow yellow green green green yellow"),
        ([51, 48, 47], "yellow yellow red"),
        ([76, 49, 48, 47], "green yellow yellow red"),
        ([50, 76, 79], "red yellow green"),
        ([100, 0, 100], "green red green"),
        ([76, None, 75, 51], "green unknown yellow yellow"),
        ([50, None, 51], "red unknown yellow"),
    ],
)
def test_a_band_changes_3_points_past_its_border_and_from_unknown_at_it(
    scores: list[int | None], expected: str
) -> None:
    assert bands(scores) == expected.split()


@pytest.mark.parametrize(
    ("hysteresis", "expected"),
    [(0, "red yellow red yellow green yellow"), (25, "red red red red yellow yellow")],
)
def test_how_far_is_a_setting(hysteresis: int, expected: str) -> None:
    chosen = MetricSettings(health=HealthSettings(hysteresis=hysteresis))
    assert bands([50, 51, 50, 51, 76, 75], chosen) == expected.split()


@settings(max_examples=15, deadline=None)
@given(
    border=st.sampled_from([50, 75]),
    steps=st.lists(st.integers(-2, 2), min_size=2, max_size=12),
)
def test_a_band_never_flaps_while_the_score_stays_within_3_points(
    border: int, steps: list[int]
) -> None:
    assert len(set(bands([border + step for step in steps]))) == 1


def remembered(**values: object) -> pl.LazyFrame:
    row = pl.LazyFrame({"account_id": ["acme"]}).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in SNAPSHOT.items()
    )
    return row.with_columns(
        pl.lit(value, dtype=SNAPSHOT[name]).alias(name) for name, value in values.items()
    )


def world(**more: Any) -> Facts:
    return facts(
        events=[event(n, AS_OF - (1 + n % 8) * DAY) for n in range(29)]
        + [event(100 + n, AS_OF - 40 * DAY) for n in range(30)],
        subscriptions=[sub()],
        subscription_items=[item(quantity=1)],
        tickets=[
            {"ticket_id": f"t{n}", "account_id": "acme", "opened_at": AS_OF - DAY} for n in "ab"
        ],
        survey_responses=[
            {"response_id": "r", "account_id": "acme", "kind": "nps", "score": 6, "at": AS_OF - DAY}
        ],
        **more,
    )


def test_a_falling_score_names_what_pulls_it_down_and_a_steady_one_what_is_largest() -> None:
    chosen = MetricSettings(key_features=("a", "b", "c", "d", "report"))
    # trend 75 x 20, frequency 75 x 15, breadth 25 x 15, seats 100 x 15, support 50 x 15,
    # sentiment 40 x 10, billing 100 x 10 of 100: 66.5, half up
    steady = account(world(), chosen)
    assert (steady["health_score"], steady["health_band"]) == (67, "yellow")
    assert (steady["health_coverage"], steady["health_trend_30d"]) == (100, None)
    assert steady["health_drivers"] == (
        "1 of 1 seats active (+7.6), usage down 3 % (+5.1), billing in order (+5.0)"
    )
    for then, trend in ((70, -3), (67, 0), (60, 7)):
        memory = Memory(month_ago=remembered(health_score=then))
        frame = compute(world(), chosen, memory=memory).accounts
        row = frame.select("health_trend_30d", "health_drivers").collect().row(0)
        falling = "1 of 5 key features used (-3.7), likely to recommend: 6.0 of 10 (-0.9)"
        assert row == (trend, falling if trend < 0 else steady["health_drivers"])


def test_a_band_is_kept_from_the_last_midnight() -> None:
    names = ["red", "yellow", "green", "unknown", "new"]
    given_facts = facts(
        accounts=[{"account_id": name} for name in names],
        events=[],
        subscriptions=[sub(sub_id=name, account_id=name) for name in names],
    )
    last = pl.LazyFrame({"account_id": names[:4], "health_band": names[:4]})
    memory = Memory(last=pl.concat([remembered(), last], how="diagonal"))
    narrow = MetricSettings(
        health_weights=HealthWeights(0, 10, 0, 0, 0, 0, 10),  # the score is 50
        health_bands=HealthBands(red=48, yellow=49),
    )
    frame = compute(given_facts, narrow, memory=memory).accounts
    told = dict(frame.select("account_id", "health_band").collect().iter_rows())
    assert told == {n: n if n in names[:3] else "green" for n in names}


def test_an_expired_source_is_missing_and_the_others_carry_its_weight() -> None:
    chosen = MetricSettings(key_features=("report",))
    columns = [f"health_{name}" for name in ("usage_trend", "frequency", "breadth", "seats")]
    columns += ["health_support", "health_sentiment", "health_billing", "health_coverage"]

    def row(*stale: str) -> tuple[Any, ...]:
        frame = compute(world(), chosen, stale=frozenset(stale)).accounts
        return frame.select(columns).collect().row(0)

    assert row() == (75, 75, 100, 100, 50, 40, 100, 100)
    assert row("events") == (None, None, None, None, 50, 40, 100, 35)
    assert row("subscriptions") == (75, 75, 100, None, 50, 40, None, 75)
    assert row("subscription_items") == (75, 75, 100, None, 50, 40, 100, 85)
    assert row("tickets", "survey_responses") == (75, 75, 100, 100, None, None, 100, 75)


def test_support_falls_off_a_cliff_at_4_tickets() -> None:
    points = {0: 100, 1: 75, 2: 50, 3: 50, 4: 0, 9: 0}
    ticket = {"account_id": "acme", "opened_at": AS_OF - DAY}
    rows = each(
        [{"tickets": [{"ticket_id": str(n), **ticket} for n in range(opened)]} for opened in points]
    )
    assert dict(zip(points, [row["health_support"] for row in rows], strict=True)) == points


def test_sentiment_is_nps_and_without_it_csat() -> None:
    scores: dict[str, tuple[str, list[int]]] = {
        "9": ("nps", [9]),
        "8.9": ("nps", [10, *[9] * 7, 8, 8]),
        "7": ("nps", [7]),
        "5": ("nps", [4, 6]),
        "below": ("nps", [4]),
        "csat 90": ("csat", [5] * 9 + [1]),
        "csat 70": ("csat", [4] * 7 + [3] * 3),
        "csat 50": ("csat", [4, 1]),
        "csat 0": ("csat", [1]),
    }
    responses = [
        {"response_id": f"{name} {n}", "account_id": name, "kind": kind, "score": score, "at": at}
        for name, (kind, given_scores) in scores.items()
        for n, score in enumerate(given_scores)
        for at in [AS_OF - DAY]
    ]
    both = {"response_id": "x", "account_id": "9", "kind": "csat", "score": 1, "at": AS_OF - DAY}
    rows = accounts(
        facts(
            accounts=[{"account_id": name} for name in [*scores, "mute"]],
            survey_responses=[*responses, both],
        )
    )
    assert {name: row["health_sentiment"] for name, row in rows.items()} == {
        "9": 100,
        "8.9": 75,
        "7": 75,
        "5": 40,
        "below": 0,
        "csat 90": 100,
        "csat 70": 75,
        "csat 50": 40,
        "csat 0": 0,
        "mute": None,
    }


def test_words_of_satisfaction_where_there_is_no_nps() -> None:
    responses = [
        {"response_id": "r", "account_id": "acme", "kind": "csat", "score": 5, "at": AS_OF - DAY}
    ]
    alone = MetricSettings(health_weights=HealthWeights(0, 0, 0, 0, 0, 10, 0))
    row = account(facts(survey_responses=responses), alone)
    assert row["health_drivers"] == "100.0 % satisfied answers (+50.0)"


def test_a_size_class_has_its_profile_and_onboarding_goes_before_it() -> None:
    chosen = MetricSettings(
        health=HealthSettings(
            profiles={"large": {"billing": 90, "support": 0}, "small": {"frequency": 35}},
            onboarding={"billing": 0, "support": 30},
        ),
        health_weights=HealthWeights(0, 0, 0, 0, 10, 0, 10),
    )
    sizes = {"a": "large", "b": "small", "c": None, "d": "other"}
    given_facts = facts(
        accounts=[{"account_id": name, "size": size} for name, size in sizes.items()]
        + [{"account_id": "new", "size": "large", "created_at": AS_OF - DAY}],
        events=[],
        tickets=[
            {"ticket_id": f"{n} {name}", "account_id": name, "opened_at": AS_OF - DAY}
            for name in [*sizes, "new"]
            for n in range(4)
        ],
        subscriptions=[sub(sub_id=name, account_id=name) for name in [*sizes, "new"]],
    )
    scores = {name: row["health_score"] for name, row in accounts(given_facts, chosen).items()}
    # Billing is 100, support and frequency 0.
    assert scores == {"a": 100, "b": 18, "c": 50, "d": 50, "new": 0}


DISAGREE = {
    "up, down": (20, [(1000, None, "2026-06-01"), (940, "2026-06-01", None)]),
    "up, hardly down": (20, [(1000, None, "2026-06-01"), (960, "2026-06-01", None)]),
    "hardly up, down": (9, [(1000, None, "2026-06-01"), (10, "2026-06-01", None)]),
    "down, up": (-10, [(1000, None, "2026-06-01"), (1050, "2026-06-01", None)]),
    "down, from nothing": (-30, [(1000, "2026-06-01", None)]),
    "up, gone": (30, [(1000, None, "2026-06-01")]),
    "up, up": (30, [(1000, None, "2026-06-01"), (2000, "2026-06-01", None)]),
    "down, without money": (-30, []),
    "no score then": (None, [(1000, None, None)]),
    "down, in two currencies": (-30, [(1000, None, "2026-06-01"), (9000, "2026-06-01", None)]),
}


def test_health_and_revenue_that_tell_opposite_stories_are_told() -> None:
    items: list[Row] = []
    for name, (_, prices) in DISAGREE.items():
        for n, (amount, begin, end) in enumerate(prices):
            euro = "currencies" in name and n
            items.append(
                item(
                    item_id=f"{name} {n}",
                    sub_id=name,
                    unit_amount=amount,
                    valid_from=utc(begin) if begin else None,
                    valid_to=utc(end) if end else None,
                    currency="EUR" if euro else "USD",
                )
            )
    given_facts = facts(
        accounts=[{"account_id": name} for name in DISAGREE],
        events=[],
        subscriptions=[sub(sub_id=name, account_id=name) for name in DISAGREE],
        subscription_items=items,
    )
    alone = MetricSettings(health_weights=HealthWeights(0, 10, 0, 0, 0, 0, 10))  # always 50
    then = [50 - trend for trend, _ in DISAGREE.values() if trend is not None]
    names = [name for name, (trend, _) in DISAGREE.items() if trend is not None]
    month = pl.LazyFrame({"account_id": names, "health_score": then})
    frame = compute(given_facts, alone, memory=Memory(month_ago=month)).accounts
    rows = frame.select(
        "account_id", "health_revenue_disagree", "health_revenue_because", "health_score"
    ).collect()
    assert set(rows["health_score"]) == {50}
    assert dict(zip(rows["account_id"], rows["health_revenue_disagree"], strict=True)) == {
        "up, down": "health_up_revenue_down",
        "up, hardly down": "none",
        "hardly up, down": "none",
        "down, up": "health_down_revenue_up",
        "down, from nothing": "health_down_revenue_up",
        "up, gone": "health_up_revenue_down",
        "up, up": "none",
        "down, without money": None,
        "no score then": None,
        "down, in two currencies": None,
    }
    reasons = dict(zip(rows["account_id"], rows["health_revenue_because"], strict=True))
    assert reasons["up, down"] == "health 20 points, MRR -6 % in 30 d"
    assert reasons["down, from nothing"] == "health -30 points, MRR from nothing in 30 d"
    assert reasons["no score then"] == "no health score now and 30 days ago"
    assert reasons["down, without money"] == "no MRR in one known currency now or 30 days ago"


@pytest.mark.long
def test_days_computed_late_or_in_shards_are_as_computed_at_once() -> None:
    """Three midnights across a clock change, with all rows, and with only those there then."""
    moments = midnights("Europe/Berlin", date(2026, 3, 29), 3)
    begin = moments[0]
    rows = [event(n, begin - timedelta(hours=11 * n)) for n in range(130)]
    rows += [event(200 + n, begin + timedelta(hours=3 * n), user_id="bob") for n in range(24)]
    rows += [{**row, "event_id": f"b{row['event_id']}", "account_id": "b"} for row in rows[60:130]]
    people = [{"account_id": name, "created_at": utc("2020-01-01")} for name in ("acme", "b")]

    def frame(at: datetime, memory: Memory, kept: list[Row], parts: int) -> pl.LazyFrame:
        whole = facts(as_of=at, timezone="Europe/Berlin", accounts=people, events=kept)
        return pl.concat(
            [
                snapshot(compute(shard(whole, n, parts), chosen, memory=memory).accounts)
                for n in range(parts)
            ]
        ).sort("account_id")

    chosen = MetricSettings(key_events=("report",))
    whole = fold(lambda at, memory: frame(at, memory, rows, 1), moments)
    daily = fold(
        lambda at, memory: frame(at, memory, [r for r in rows if r["ts"] < at], 2), moments
    )
    assert whole == daily
    assert {row["usage_alert"] for row in whole[moments[0]].values()} == {"none", "critical"}
