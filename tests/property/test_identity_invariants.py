"""What holds of identity whatever the rows are."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, facts

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.identity import resolved
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.shard import shard
from syncworker.model.free_mail import FREE_MAIL

SETTINGS = MetricSettings()
ACCOUNTS = ("a", "b", "c")
DOMAINS = ("a.example", "b.example", "mail.a.example", "gmail.com", "x.example")
ACCOUNT = st.sampled_from(ACCOUNTS)
USER = st.sampled_from(["u", "v", "w"])
EMAIL = st.builds("{}@{}".format, st.sampled_from(["p", "q"]), st.sampled_from(DOMAINS))
CUSTOMER = st.sampled_from(["c1", "c2", "c"])
GONE = st.sampled_from([None, None, None, AS_OF])
VALUES = {
    "email": EMAIL,
    "domain": st.sampled_from(DOMAINS),
    "customer": CUSTOMER,
    "user": USER,
    "external": st.sampled_from(["x1", "a"]),
}
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Rows = dict[str, list[dict[str, Any]]]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


IDENTITY = st.sampled_from(list(VALUES)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "value": VALUES[kind],
            "account_id": ACCOUNT,
            "confidence": st.sampled_from([None, 1.0, 0.4]),
            "deleted_at": GONE,
        }
    )
)


@st.composite
def portals(draw: st.DrawFn) -> Rows:
    def rows(key: str, most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        made = draw(st.lists(st.fixed_dictionaries(columns), max_size=most))
        return [{key: str(n), "source_id": str(n), **row} for n, row in enumerate(made)]

    stated = maybe(st.sampled_from([*ACCOUNTS, "x1", "unknown"]))
    domains = [maybe(st.sampled_from(DOMAINS)) for _ in ACCOUNTS]
    return {
        "accounts": [
            {"account_id": name, "domain": draw(domain), "deleted_at": draw(GONE)}
            for name, domain in zip(ACCOUNTS, domains, strict=True)
        ],
        "users": [
            {"user_id": user, "source_id": user, "account_id": draw(stated), "email": draw(EMAIL)}
            for user in ("u", "v", "w")
        ],
        "identity": draw(st.lists(IDENTITY, max_size=6)),
        "events": rows(
            "event_id",
            4,
            account_id=stated,
            user_id=maybe(USER),
            name=st.just("x"),
            ts=st.just(AS_OF),
        ),
        "subscriptions": rows(
            "sub_id", 4, account_id=stated, customer_id=CUSTOMER, status=st.just("active")
        ),
        "tickets": rows(
            "ticket_id",
            4,
            account_id=stated,
            user_id=maybe(USER),
            email=maybe(EMAIL),
            opened_at=st.just(AS_OF),
        ),
        "trials": rows("trial_id", 4, account_id=stated, email=EMAIL, requested_at=st.just(AS_OF)),
        "demo_requests": rows("submission_id", 4, email=EMAIL, submitted_at=st.just(AS_OF)),
    }


def frames(whole: Facts) -> dict[str, pl.DataFrame]:
    """The resolved streams and the reports, in an order that does not depend on the rows'."""
    done = resolved(whole, SETTINGS)
    made = {
        **done.facts.streams,
        "conflicts": done.conflicts.with_columns(pl.col("accounts").list.join("|")),
        "unresolved": done.unresolved,
        "unresolved_rows": done.unresolved_rows,
    }
    return {name: frame.collect().sort(pl.all()) for name, frame in made.items()}


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


@QUICK
@given(portals(), st.integers(0, 2**32))
def test_the_order_of_rows_does_not_matter(rows: Rows, seed: int) -> None:
    whole = facts(**rows)
    shuffled = {
        name: frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy()
        for name, frame in whole.streams.items()
    }
    assert same(frames(whole), frames(replace(whole, streams=shuffled)))


@QUICK
@given(portals())
def test_no_row_is_lost_or_doubled_and_what_it_says_stays(rows: Rows) -> None:
    whole = facts(**rows)
    done = frames(whole)
    keys = {"events": "event_id", "tickets": "ticket_id", "demo_requests": "submission_id"}
    for name, key in keys.items():
        before = whole.streams[name].collect()
        assert sorted(done[name][key]) == sorted(before[key])
    left_out = done["unresolved_rows"].filter(pl.col("stream") == "subscriptions")["key"]
    kept = done["subscriptions"]
    assert sorted([*left_out, *kept["sub_id"]]) == sorted(
        row["sub_id"] for row in rows["subscriptions"]
    )
    assert kept["account_id"].null_count() == 0
    for name in ("events", "tickets", "users"):
        said = whole.streams[name].collect().select("source_id", said="account_id")
        both = said.join(done[name], on="source_id").filter(pl.col("said").is_in(ACCOUNTS))
        assert both["said"].to_list() == both["account_id"].to_list()


@QUICK
@given(portals(), st.sampled_from(["email", "domain", "customer"]), st.data())
def test_a_claim_of_a_second_account_never_assigns_to_either(
    rows: Rows, kind: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[kind])
    one, other = data.draw(st.permutations(ACCOUNTS))[:2]
    claims = [{"kind": kind, "value": value, "account_id": each} for each in (one, other)]
    rows["accounts"] = [{**row, "deleted_at": None, "domain": None} for row in rows["accounts"]]
    rows["users"] = []
    rows["identity"] = [*(row for row in rows["identity"] if row["kind"] == "external"), *claims]
    email = value if kind == "email" else f"z@{value}"
    rows["demo_requests"] = [{"submission_id": "d", "email": email, "submitted_at": AS_OF}]
    rows["subscriptions"] = [{"sub_id": "s", "customer_id": value, "status": "active"}]
    done = frames(facts(**rows))
    if kind == "customer":
        assert done["subscriptions"].is_empty()
    else:
        assert done["demo_requests"]["account_id"].to_list() == [None]
    if kind == "customer" or "gmail.com" not in value or kind == "email":
        assert one in done["conflicts"]["accounts"].str.split("|").explode().to_list()


@QUICK
@given(portals(), st.sampled_from(sorted(FREE_MAIL)), st.sampled_from(["", "mx."]))
def test_a_free_mail_domain_never_tells_an_account(rows: Rows, domain: str, below: str) -> None:
    rows["accounts"].append({"account_id": "free", "domain": domain})
    rows["identity"].append({"kind": "domain", "value": domain, "account_id": "free"})
    requests = [{"submission_id": "d", "email": f"new@{below}{domain}", "submitted_at": AS_OF}]
    done = frames(facts(**{**rows, "demo_requests": requests}))
    assert done["demo_requests"]["account_id"].to_list() == [None]
    for name in ("users", "tickets", "trials"):
        assert "free" not in done[name]["account_id"].to_list()


@QUICK
@given(portals(), IDENTITY)
def test_an_identity_learnt_late_gives_the_same_as_one_known_before(
    rows: Rows, late: dict[str, Any]
) -> None:
    early = {**rows, "identity": [late, *rows["identity"]]}
    afterwards = {**rows, "identity": [*rows["identity"], {**late, "synced_at": AS_OF}]}
    assert same(frames(facts(**early)), frames(facts(**afterwards)))


@QUICK
@given(portals())
def test_resolving_what_is_resolved_changes_nothing(rows: Rows) -> None:
    once = resolved(facts(**rows), SETTINGS).facts
    twice = resolved(once, SETTINGS).facts
    for name, frame in once.streams.items():
        assert frame.collect().sort(pl.all()).equals(twice.streams[name].collect().sort(pl.all()))


@pytest.mark.long
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(portals())
def test_shards_together_hold_what_the_whole_holds(rows: Rows) -> None:
    whole = resolved(facts(**rows), SETTINGS).facts
    parts = [shard(whole, number, 3).streams for number in range(3)]
    once = ("accounts", "users", "subscriptions", "trials", "tickets")
    for name in once:
        together = pl.concat([part[name].collect() for part in parts]).sort(pl.all())
        assert together.equals(whole.streams[name].collect().sort(pl.all()))
    for part in parts:
        homes = set(part["accounts"].collect()["account_id"])
        tickets = set(part["tickets"].collect()["account_id"])
        assert tickets & set(ACCOUNTS) <= homes
    computed = [compute(shard(whole, number, 3), SETTINGS).accounts for number in range(3)]
    together = pl.concat([frame.collect() for frame in computed]).sort("account_id")
    assert together.equals(compute(whole, SETTINGS).accounts.collect().sort("account_id"))
