"""Qualification by intervals is what a look at every local midnight would have seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import stream
from support.pql_oracle import Act, Quota, Seen, seen

from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.pql import pql_accounts, with_account_pql, with_user_pql
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_pql import AtLeast, Milestone, PqlSettings
from syncworker.metrics.shard import shard

USERS = {"ann": "a", "bob": "a", "cid": "b"}
NAMES = ("x", "y")
MILESTONES = {
    "once": Milestone("action", "x"),
    "often": Milestone("action", "x", times=2, window_days=2),
    "days": Milestone("frequency", "y", days=2, window_days=3),
    "level": Milestone("volume", "y", amount=3),
    "summed": Milestone("volume", "x", measure="sum", amount=4, window_days=1),
    "quota": Milestone("volume", "x", quota_percent=50, quotas={"p": 5, "q": 7}, quota=6),
}
NAME = st.sampled_from(list(MILESTONES))
SOME = st.lists(NAME, max_size=2, unique=True).map(tuple)
RULES = st.builds(
    PqlSettings,
    milestones=st.just(MILESTONES),
    any_of=SOME,
    all_of=SOME,
    at_least=st.builds(
        AtLeast, count=st.integers(0, 3), of=st.sampled_from([(), tuple(MILESTONES)[:4]])
    ),
    override=NAME | st.just(""),
    account_by=st.sampled_from(["pooled", "any_user"]),
)
HOURS = st.integers(1, 24 * 9).map(lambda hours: timedelta(hours=hours))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Facts, PqlSettings, list[Act], list[Quota]]:
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]))
    # Around the nights in which Berlin's clock changes.
    as_of = draw(
        st.sampled_from(
            [datetime(2026, 4, 2, 22, tzinfo=UTC), datetime(2026, 10, 28, 9, tzinfo=UTC)]
        )
    )
    acts = [
        Act(USERS[user], user, name, as_of - ago, quantity, f"{number}")
        for number, (user, name, ago, quantity) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(list(USERS)),
                        st.sampled_from(NAMES),
                        HOURS,
                        st.sampled_from([0.0, 0.25, 1.0, 3.0, 4.0]),
                    ),
                    max_size=12,
                )
            )
        )
    ]
    quotas = [
        Quota(account, price, as_of - begin, as_of - begin + last)
        for account, price, begin, last in draw(
            st.lists(
                st.tuples(st.sampled_from("ab"), st.sampled_from("pqr"), HOURS, HOURS), max_size=3
            )
        )
    ]
    streams = {
        "accounts": [{"account_id": name} for name in "abc"],
        "users": [{"user_id": user, "account_id": home} for user, home in USERS.items()],
        "events": [
            {
                "event_id": act.id,
                "user_id": act.user,
                "name": act.name,
                "ts": act.ts,
                "quantity": act.quantity,
            }
            for act in acts
        ],
        "subscriptions": [
            {"sub_id": f"{i}", "account_id": q.account, "status": "trialing", "started_at": q.begin}
            for i, q in enumerate(quotas)
        ],
        "subscription_items": [
            {
                "item_id": f"{i}",
                "sub_id": f"{i}",
                "price_id": q.price,
                "currency": "EUR",
                "valid_to": q.end,
            }
            for i, q in enumerate(quotas)
        ],
    }
    lazy = {name: stream(name, rows) for name, rows in streams.items()}
    return Facts(as_of, zone, "EUR", lazy), draw(RULES), acts, quotas


def expected(
    facts: Facts, rules: PqlSettings, acts: list[Act], quotas: list[Quota]
) -> tuple[dict[str, Seen], dict[str, Seen]]:
    zone = ZoneInfo(facts.timezone)
    users = {
        user: seen(
            rules,
            [[act for act in acts if act.user == user]],
            [quota for quota in quotas if quota.account == home],
            facts.as_of,
            zone,
        )
        for user, home in USERS.items()
    }
    accounts = {}
    for name in "abc":
        pooled = [act for act in acts if act.account == name]
        groups = [pooled]
        if rules.account_by == "any_user":
            groups = [
                [a for a in pooled if a.user == u] for u, home in USERS.items() if home == name
            ]
        allowed = [quota for quota in quotas if quota.account == name]
        accounts[name] = seen(rules, groups, allowed, facts.as_of, zone)
        if rules.account_by == "any_user":
            done = seen(rules, [pooled], allowed, facts.as_of, zone).done
            accounts[name] = replace(accounts[name], done=done)
    return accounts, users


def state(found: Seen) -> str:
    return "pql" if found.holds else "lapsed" if found.ever else "none"


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), seed=st.integers(0, 99), parts=st.integers(1, 2))
def test_intervals_see_what_a_look_at_every_midnight_sees(
    world: tuple[Facts, PqlSettings, list[Act], list[Quota]], seed: int, parts: int
) -> None:
    facts, rules, acts, quotas = world
    accounts, users = expected(facts, rules, acts, quotas)
    shuffled = {
        name: frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy()
        for name, frame in facts.streams.items()
    }
    whole = replace(facts, streams=shuffled)
    chosen = MetricSettings(pql=rules)
    got: dict[str, list[object]] = {}
    for number in range(parts):
        part = shard(whole, number, parts)
        inputs = inputs_of(part, chosen)
        paying = account_customers(inputs)
        of_part = part.streams["accounts"].join(paying, on="account_id", how="left")
        accounts_lazy = with_account_pql(of_part, inputs)
        users_lazy = with_user_pql(part.streams["users"], of_part, inputs)
        frames = pl.collect_all([accounts_lazy, users_lazy, pql_accounts(inputs)])
        firsts = dict(frames[2].iter_rows())
        for frame, key, prefix in ((frames[0], "account_id", ""), (frames[1], "user_id", "user_")):
            for row in frame.iter_rows(named=True):
                values = [row[f"{prefix}{n}"] for n in ("pql_status", "pql_at", "milestones_done")]
                got[row[key]] = values if prefix else [*values, firsts.get(row[key])]
    judged = rules.judges
    unknown: list[object] = [None, None, None]
    for name, one in accounts.items():
        told = [state(one), one.since, one.done, one.first]
        assert got[name] == (told if judged else [*unknown, None]), name
    for name, one in users.items():
        assert got[name] == ([state(one), one.since, one.done] if judged else unknown), name
