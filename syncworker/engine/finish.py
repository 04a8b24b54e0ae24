"""The end of a run: done, stopped at its plan, or failed; each says what was and was not done."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from syncworker import counters, traces
from syncworker.engine import alerts, retention
from syncworker.engine.engine import Engine
from syncworker.engine.memory import READY_KINDS, Run, Step
from syncworker.engine.part import restricted
from syncworker.errors import SyncworkerError, UnsafePlan
from syncworker.masking import mask

log = logging.getLogger(__name__)
_ASKING: tuple[Step, ...] = ("compute", "push", "associate")  # steps that call HubSpot
_PLANS_KEPT = timedelta(days=30)  # what was sent stays in the history


def finish(engine: Engine, run_id: str) -> Run:
    """Close a run whose every record has an outcome; cursors move in the same transaction."""
    run = engine.runs.get(run_id)
    if run.finished_at is None:
        letters = engine.letters.count(run.id)
        pushed = engine.chunks.results(run.id, "push")
        associated = engine.chunks.results(run.id, "associate")
        planning = run.summary["start_requests"] + run.summary.get("plan_requests", 0)
        summary = {
            **run.summary,
            "outcomes": engine.plans.outcomes(run.id),
            "associated": sum(result["associated"] for result in associated),
            "association_requests": sum(result["requests"] for result in associated),
            "dead_letters": letters,
            "requests": planning + sum(result["requests"] for result in [*pushed, *associated]),
            "writes": sum(result["writes"] for result in [*pushed, *associated]),
            "delayed_by_budget": _delayed(engine, run),
        }
        if engine.slots.claim(run.portal, "retention", _day(engine.clock())):
            retention.drop(engine, run)
        _close(engine, replace(run, status="rejects" if letters else "done", summary=summary))
        _sweep(engine, run)
    return engine.runs.get(run_id)


def stop_at_plan(engine: Engine, run: Run, refusal: UnsafePlan | None) -> None:
    """Close a run before anything is sent: it was only a plan, or the guard refused it."""
    summary = {
        **run.summary,
        "dead_letters": engine.letters.count(run.id),
        "requests": run.summary["start_requests"] + run.summary["plan_requests"],
        "writes": 0,
        "delayed_by_budget": _delayed(engine, run),
    }
    if refusal is None:
        _close(engine, replace(run, status="planned", summary=summary))
    else:
        _close(engine, _with_words(replace(run, status="refused", summary=summary), refusal))
    _sweep(engine, run)


def fail(engine: Engine, run: Run, error: SyncworkerError) -> None:
    """Close a run that cannot go on; what HubSpot confirmed stays in the ledger."""
    log.error("%s", error, extra={"run": run.id, "portal": run.portal})
    outcomes = engine.plans.outcomes(run.id)
    summary = {
        **engine.runs.get(run.id).summary,
        "outcomes": outcomes,
        "delayed_by_budget": _delayed(engine, run),
    }
    _close(engine, _with_words(replace(run, status="failed", summary=summary), error))


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _delayed(engine: Engine, run: Run) -> float:
    """Seconds that the run's finished chunks waited for the portal's budget, all together."""
    results = [result for step in _ASKING for result in engine.chunks.results(run.id, step)]
    # A run that an older version began has no such figures.
    waited: float = run.summary.get("start_waited", 0.0) + sum(
        r.get("waited", 0.0) for r in results
    )
    return round(waited, 1)


def _with_words(run: Run, error: SyncworkerError) -> Run:
    return replace(run, message=mask(error.message), help=mask(error.help), code=error.code)


def _close(engine: Engine, run: Run) -> None:
    now = engine.clock()
    ended = replace(run, finished_at=now)
    if engine.runs.finish(ended):
        counters.run(run.portal, run.kind, run.status)
        traces.run(run.id, run.portal, run.kind, run.status, run.created_at, now)
        log.info("run ended: %s", run.status, extra={"run": run.id, "portal": run.portal})
        alerts.after_run(engine, ended)


def _sweep(engine: Engine, run: Run) -> None:
    """Remove staged files that a newer whole reading has replaced, and the plans of old runs.

    Where the portal's properties lacked something, the next run must see what was mended there.
    """
    if any(result.get("refused") for result in engine.chunks.results(run.id, "compute")):
        engine.definitions.forget(run.portal)
    engine.plans.forget(run.portal, finished_before=engine.clock() - _PLANS_KEPT)
    if run.kind not in READY_KINDS and not restricted(run):  # those looked at a few people only
        engine.unlinked.forget(run.portal, before_run=run.id)
    retention.sweep(engine, run)
