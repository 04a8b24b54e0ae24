"""Clearing a portal's staging up when a person asks for it."""

from __future__ import annotations

from dataclasses import replace

from syncworker.engine import retention, sync
from syncworker.engine.at_work import at_work
from syncworker.engine.engine import Engine
from syncworker.engine.retention import Pruned


def prune(engine: Engine, portal: str, *, dry_run: bool = False) -> Pruned:
    """Drop what the mapping's `staging: keep_days` no longer keeps.

    Args:
        engine: The ports.
        portal: The portal's name.
        dry_run: Count, and drop nothing.

    Raises:
        LockHeld: Another run has the portal.
    """
    run = sync.start(engine, portal, kind="prune")
    with at_work(engine, run):
        pruned = retention.drop(engine, run, dry_run=dry_run)
        retention.sweep(engine, run)
    summary = {"pruned_rows": pruned.rows, "pruned_files": pruned.files, "dry_run": dry_run}
    engine.runs.finish(replace(run, status="done", summary=summary, finished_at=engine.clock()))
    return pruned
