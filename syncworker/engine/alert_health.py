"""Which accounts' health fell to red since the last sync that succeeded.

A computing chunk compares its accounts with what was remembered of them then; the end of the run
makes episodes of it. Plans, refused and failed runs change nothing: the next good run compares
with the same day again. An account that is red when a rule is judged for the first time is told
when it falls the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from syncworker.engine.alert_rules import Finding, merged
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.part import restricted
from syncworker.engine.ports import Portal
from syncworker.engine.snapshots import midnight, whole_days
from syncworker.mapping.alerts import AlertRule
from syncworker.mapping.portal import PortalMapping
from syncworker.model.money import major

LISTED = 20
"""Accounts a message names; of the others it says how many they are."""
_COMPANY = "0-2"  # HubSpot's number of the object
_BETTER = ("yellow", "green")
_KNOWN = ("red", *_BETTER)
_LOOKED_BACK = timedelta(days=30)
"""For the last day on which an account's health was known."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What was remembered of the accounts, and the moment it is of."""

    frame: pl.DataFrame
    at: datetime | None = None


def compare(
    engine: Engine,
    run: Run,
    mapping: PortalMapping,
    chunk: Chunk,
    accounts: pl.DataFrame,
    portal: Portal,
) -> dict[str, Any]:
    """By rule, what a shard's accounts say: `fell`, and the health of those that were told.

    Args:
        engine: The ports.
        run: The run.
        mapping: Its mapping.
        chunk: The computing chunk.
        accounts: As computed.
        portal: Tells where people see a record.
    """
    rules = [rule for rule in merged(mapping) if rule.when == "health_red"]
    if not rules or restricted(run) or run.kind not in ("sync", "backfill"):
        return {}
    episodes = engine.alerts.open(run.portal)
    red = accounts.filter(pl.col("health_band") == "red")
    before = _before(engine, run, mapping, chunk, red["account_id"])
    seen = before.frame.select("account_id", before_score="health_score", before_band="health_band")
    found: dict[str, Any] = {}
    for rule in rules:
        told = {one.subject for one in episodes if one.rule == rule.key}
        again: set[str] = set()
        if before.at is not None:
            again = engine.alerts.recovered(run.portal, rule.key, since=before.at)
        fallen = red.filter(~pl.col("account_id").is_in(sorted(told)))
        fallen = fallen.join(seen, on="account_id", how="left").filter(
            pl.col("before_band").is_in(_BETTER) | pl.col("account_id").is_in(sorted(again))
        )
        rows = [row for row in fallen.iter_rows(named=True) if _worth(row) >= (rule.min_mrr or 0)]
        rows.sort(key=lambda row: (-_worth(row), row["account_id"]))
        mine = accounts.filter(pl.col("account_id").is_in(sorted(told)))
        found[rule.key] = {
            "fell": _told(engine, run, portal, rows),
            "now": {
                row["account_id"]: [row["health_band"], row["health_score"], row["name"] or ""]
                for row in mine.iter_rows(named=True)
            },
        }
    return found


def findings(engine: Engine, run: Run, rule: AlertRule) -> list[Finding]:
    """What the run's chunks say of a rule; nothing where health was not to be judged."""
    results = [one.get("health", {}) for one in engine.chunks.results(run.id, "compute")]
    if not results or not all(rule.key in one for one in results):
        return []
    parts = [one[rule.key] for one in results]
    episodes = [one for one in engine.alerts.open(run.portal) if one.rule == rule.key]
    watched = any(not one.subject for one in episodes)
    fell = sorted(
        (account for part in parts for account in part["fell"]),
        key=lambda account: -Decimal(account.get("mrr") or 0),
    )
    found = [
        Finding(
            rule,
            account["id"],
            holds=True,
            told=watched,
            message=f"the health of {account['name'] or account['id']} fell to red",
            line=_line(account),
            help=f"syncworker explain {run.portal} {account['id']}",
            account=account,
        )
        for account in fell
    ]
    if not watched:
        found.append(Finding(rule, "", holds=True, told=False, message="watched from here on"))
    now = {subject: state for part in parts for subject, state in part["now"].items()}
    return found + list(_over(rule, [one.subject for one in episodes if one.subject], now))


def _over(
    rule: AlertRule, subjects: Iterable[str], now: Mapping[str, Sequence[Any]]
) -> Iterable[Finding]:
    """Accounts that are better now, or gone; of those whose health is unknown nothing is said."""
    for subject in subjects:
        band, score, name = now.get(subject, ("", None, ""))
        account = {"id": subject, "name": name, "after": score}
        if band in _BETTER:
            line = f"{name or subject}: health {score}, {band}"
        elif not band:
            line = f"{subject}: no longer in the sources"
        else:
            continue
        message = f"the health of {name or subject} is no longer red"
        yield Finding(rule, subject, holds=False, message=message, line=line, account=account)


def _before(
    engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk, red: pl.Series
) -> _Before:
    """What is remembered of the accounts that are red now: the last day their health was known."""
    schema = pl.Schema(
        {"account_id": pl.String(), "health_score": pl.Int64(), "health_band": pl.String()}
    )
    found = [pl.DataFrame(schema=schema)]
    last = engine.alerts.judged_until(run.portal, without=run.id)
    if last is None:
        return _Before(found[0])
    zone = mapping.reporting.timezone
    then = last.astimezone(ZoneInfo(zone)).date()
    place = (chunk.payload["shard"], chunk.payload["of"])
    days = whole_days(engine, run, mapping)
    open_ = red.to_frame("account_id")
    for day in sorted((d for d in days if then - _LOOKED_BACK <= d <= then), reverse=True):
        if open_.is_empty():
            break
        # Cut alike, an account is in the file of the same number.
        mine = [one.place for one in days[day] if (one.shard, one.of) == place]
        rows = engine.staging.read(mine or [one.place for one in days[day]], schema)
        known = rows.filter(pl.col("health_band").is_in(_KNOWN))
        found.append(known.join(open_.lazy(), on="account_id", how="semi").collect())
        open_ = open_.join(found[-1], on="account_id", how="anti")
    return _Before(pl.concat(found), midnight(then, zone))


def _worth(row: Mapping[str, Any]) -> Decimal:
    return Decimal(0) if row["mrr"] is None else major(row["mrr"], row["mrr_currency"])


def _told(
    engine: Engine, run: Run, portal: Portal, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    first, rest = rows[:LISTED], rows[LISTED:]
    ids = [row["account_id"] for row in first]
    links = engine.ledger.get(run.portal, "companies", ids) if ids else {}
    home = portal.home() if links else ""
    full = [
        {
            "id": row["account_id"],
            "name": row["name"] or "",
            "before": row["before_score"],
            "after": row["health_score"],
            "drivers": row["health_drivers"] or "",
            "mrr": None if row["mrr"] is None else str(major(row["mrr"], row["mrr_currency"])),
            "currency": row["mrr_currency"] or "",
            "url": _url(home, links[row["account_id"]].hubspot_id)
            if row["account_id"] in links
            else "",
        }
        for row in first
    ]
    return full + [
        {"id": row["account_id"], "name": row["name"] or "", "mrr": str(_worth(row))}
        for row in rest
    ]


def _url(home: str, hubspot_id: str) -> str:
    return f"{home}/record/{_COMPANY}/{hubspot_id}" if home and hubspot_id else ""


def _line(account: Mapping[str, Any]) -> str:
    name = account["name"] or account["id"]
    if "after" not in account:  # beyond the first of its shard
        return f"{name}: red"
    before = "" if account["before"] is None else f"{account['before']} -> "
    mrr = f", MRR {account['mrr']} {account['currency']}" if account["mrr"] else ""
    drivers = f" ({account['drivers']})" if account["drivers"] else ""
    return f"{name}: health {before}{account['after']}{mrr}{drivers}"
