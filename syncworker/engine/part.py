"""The part of a portal that a computing or associating chunk works on."""

from __future__ import annotations

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import READY_KINDS, Chunk, Run
from syncworker.mapping.objects import KEY_COLUMNS, rows_of
from syncworker.mapping.source_webhook import WebhookSource
from syncworker.metrics.facts import Facts
from syncworker.metrics.focus import focus, focus_keys
from syncworker.metrics.shard import shard
from syncworker.model.streams import STREAMS

_LOOKED_AT = 20  # runs


def restricted(run: Run) -> bool:
    """Whether the run is about a few people only: what it says nothing of stays as it is."""
    return "people" in run.options


def narrows(run: Run) -> bool:
    """Whether the run sends only a part of what it finds."""
    return bool(run.options.get("metrics") or run.options.get("select"))


def asked_records(run: Run) -> dict[str, frozenset[str]] | None:
    """Of a run that tries dead letters again: by object, our keys; None: no such run."""
    if "records" not in run.options:
        return None
    return {name: frozenset(keys) for name, keys in run.options["records"].items()}


def last_whole(engine: Engine, run: Run) -> str | None:
    """The last run that planned the whole portal: a restricted one is judged by its counts.

    Restricted runs hand it on, so it need not be looked for among very many of them.
    """
    for earlier in engine.runs.latest(run.portal, _LOOKED_AT):
        if "judged_by" in earlier.summary:
            return str(earlier.summary["judged_by"])
        ready = earlier.kind in READY_KINDS
        part = restricted(earlier) or narrows(earlier)
        if "plan" in earlier.summary and not ready and not part:
            return earlier.id
    return None


def part(engine: Engine, run: Run, chunk: Chunk, whole: Facts) -> Facts:
    """Of a restricted run, whom it concerns and their accounts; the whole of any other.

    It concerns whom its options name, and whom the deliveries and, in the fast lane, the new rows
    name that this run has read.
    """
    if not restricted(run):
        return shard(whole, chunk.payload["shard"], chunk.payload["of"])  # an older version's run
    people, accounts = set(run.options["people"]), set(run.options.get("accounts", ()))
    apart = _of_records(run, whole, people, accounts)
    for stream, rows in whole.streams.items():
        keys = _brought(engine, run, stream)
        if not keys.len():
            continue
        concerned = rows.filter(pl.col("source_id").is_in(keys.implode()))
        for column, named in (("email", people), ("account_id", accounts)):
            if STREAMS[stream].column(column):
                told = concerned.select(column).drop_nulls().unique().collect(engine="streaming")
                named.update(told[column])
    of_them = focus_keys(whole, people, accounts).collect(engine="streaming")
    return focus(whole, pl.concat([of_them["key"], pl.Series("key", apart, dtype=pl.String)]))


def _of_records(run: Run, whole: Facts, people: set[str], accounts: set[str]) -> list[str]:
    """Add whom the records belong to that are tried again; who has neither account nor address."""
    mapping = checked(run.portal, run.mapping)
    apart: list[str] = []
    for name, keys in (asked_records(run) or {}).items():
        if name not in mapping.objects:
            continue
        stream = rows_of(name, mapping.objects[name])
        column = KEY_COLUMNS[stream]
        wanted = pl.Series(sorted(keys), dtype=pl.String).implode()
        rows = whole.streams[stream].filter(pl.col(column).cast(pl.String).is_in(wanted))
        owners = [c for c in ("account_id", "email") if STREAMS[stream].column(c)]
        told = rows.select(*owners).collect(engine="streaming")
        accounts.update(told["account_id"].drop_nulls())
        if "email" in owners:
            people.update(told["email"].drop_nulls())
            apart.extend(keys)
    return apart


def _brought(engine: Engine, run: Run, stream: str) -> pl.Series:
    """Keys of the new rows that this run has read: what webhooks brought, and the fast lane's."""
    sources = checked(run.portal, run.mapping).sources
    places = [
        page.place
        for page in engine.pages.staged(run.portal, stream, run_id=run.id)
        if run.options.get("fast") or isinstance(sources.get(page.source), WebhookSource)
    ]
    rows = engine.staging.scan(stream, places).select("source_id")
    return rows.collect(engine="streaming").to_series()
