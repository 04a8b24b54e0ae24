"""The part of a portal that a computing or associating chunk works on."""

from __future__ import annotations

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import READY_KINDS, Chunk, Run
from syncworker.engine.selection import narrows
from syncworker.mapping.source_webhook import WebhookSource
from syncworker.metrics.facts import Facts
from syncworker.metrics.focus import focus, focus_keys
from syncworker.metrics.shard import shard
from syncworker.model.streams import STREAMS

_LOOKED_AT = 20  # runs


def restricted(run: Run) -> bool:
    """Whether the run is about a few people only: what it says nothing of stays as it is."""
    return "people" in run.options


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

    It concerns whom its options name, and whom the deliveries name that this run has read.
    """
    if not restricted(run):
        return shard(whole, chunk.payload["shard"], chunk.payload["of"])  # an older version's run
    people, accounts = set(run.options["people"]), set(run.options.get("accounts", ()))
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
    return focus(whole, of_them["key"])


def _brought(engine: Engine, run: Run, stream: str) -> pl.Series:
    """Keys of the rows that webhooks have brought and this run has read."""
    sources = checked(run.portal, run.mapping).sources
    places = [
        page.place
        for page in engine.pages.staged(run.portal, stream, run_id=run.id)
        if isinstance(sources.get(page.source), WebhookSource)
    ]
    rows = engine.staging.scan(stream, places).select("source_id")
    return rows.collect(engine="streaming").to_series()
