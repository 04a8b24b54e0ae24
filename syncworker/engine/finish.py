"""The end of a run: done, stopped at its plan, or failed; each says what was and was not done."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syncworker import counters, traces
from syncworker.engine import alerts, retention
from syncworker.engine.engine import Engine
from syncworker.engine.memory import READY_KINDS, Run, Step
from syncworker.engine.part import restricted
from syncworker.engine.refused import DEFINED
from syncworker.engine.run_words import RunStatus
from syncworker.errors import SyncworkerError, UnsafePlan
from syncworker.masking import mask

log = logging.getLogger(__name__)
_ASKING: tuple[Step, ...] = ("compute", "canary", "push", "associate")  # steps that call HubSpot
_LAST: tuple[Step, ...] = ("push", "associate", "end")
_SENDING: tuple[Step, ...] = ("canary", "push")
_PLANS_KEPT = timedelta(days=30)  # what was sent stays in the history


def finish(engine: Engine, run_id: str) -> Run:
    """Close a run whose every record has an outcome; cursors move in the same transaction.

    A message may come twice, or late: a run that rests, or is not at its end, stays as it is.
    """
    run = engine.runs.get(run_id)
    if not _is_at_its_end(engine, run):
        return run
    if engine.slots.claim(run.portal, "retention", _day(engine.clock())):
        retention.drop(engine, run)  # while the run is open, no other one can have the portal
        run = engine.runs.get(run_id)
        if not _is_at_its_end(engine, run):  # that may take a while
            return run
    summary = _came_to(engine, run)
    status: RunStatus = "rejects" if summary["dead_letters"] else "done"
    if _close(engine, replace(run, status=status, summary=summary)):
        _sweep(engine, run)
    return engine.runs.get(run_id)


def stop_at_canary(engine: Engine, run: Run, refusal: SyncworkerError) -> None:
    """Close a run whose first records are not in HubSpot as planned; the rest is not sent."""
    run = replace(run, status="refused", summary=_came_to(engine, run))
    if _close(engine, _with_words(run, refusal)):
        _sweep(engine, run)


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
        ended = replace(run, status="planned", summary=summary)
    else:
        ended = _with_words(replace(run, status="refused", summary=summary), refusal)
    if _close(engine, ended):
        _sweep(engine, run)


def came_to(engine: Engine, run: Run) -> dict[str, int]:
    """How many records came to which outcome, with those of a plan that was made anew since."""
    outcomes = engine.plans.outcomes(run.id)
    sent = run.summary.get("before", {}).get("sent", 0) + outcomes.get("sent", 0)
    return {**outcomes, "sent": sent} if sent else outcomes


def cancel(engine: Engine, run: Run) -> None:
    """Close a run that a person does not want any more; what was sent stays, and is told."""
    summary = _so_far(engine, run)
    sent, left = summary["outcomes"].get("sent", 0), summary["outcomes"].get("planned", 0)
    told = f"; {left:,} were left" if left else ""
    words = SyncworkerError(
        f"cancelled at {run.step}: {sent:,} records had been sent{told}",
        help=f"go on with what is left: syncworker runs retry {run.id}",
        code="CANCELLED",
    )
    _close(engine, _with_words(replace(run, status="cancelled", summary=summary), words))


def break_off(engine: Engine, run: Run) -> int:
    """Close a run whose command was broken off, where it is open; how many records it had sent.

    What was sent stays, and the same command makes a plan of the rest.
    """
    summary = _so_far(engine, run)
    sent: int = summary["outcomes"].get("sent", 0)
    words = SyncworkerError(
        f"broken off: {sent:,} records had been sent",
        help="type the same command again for the rest",
        code="CUT_SHORT",
    )
    _close(engine, _with_words(replace(run, status="cancelled", summary=summary), words))
    return sent


def fail(engine: Engine, run: Run, error: SyncworkerError) -> None:
    """Close a run that cannot go on; what HubSpot confirmed stays in the ledger."""
    log.error("%s", error, extra={"run": run.id, "portal": run.portal})
    summary = _so_far(engine, run)
    _close(engine, _with_words(replace(run, status="failed", summary=summary), error))


def _so_far(engine: Engine, run: Run) -> dict[str, Any]:
    """The summary of a run that stops before its end."""
    return {
        **engine.runs.get(run.id).summary,
        "outcomes": came_to(engine, run),
        "delayed_by_budget": _delayed(engine, run),
    }


def _came_to(engine: Engine, run: Run) -> dict[str, Any]:
    """The summary of a run that has sent."""
    pushed = [r for step in _SENDING for r in engine.chunks.results(run.id, step)]
    associated = engine.chunks.results(run.id, "associate")
    planning = run.summary["start_requests"] + run.summary.get("plan_requests", 0)
    before = run.summary.get("before", {})  # what its plan came to before it was made anew
    return {
        **run.summary,
        "outcomes": came_to(engine, run),
        "associated": sum(result["associated"] for result in associated),
        "association_requests": sum(result["requests"] for result in associated),
        "dead_letters": engine.letters.count(run.id),
        "requests": planning
        + before.get("requests", 0)
        + sum(result["requests"] for result in [*pushed, *associated]),
        "writes": before.get("writes", 0)
        + sum(result["writes"] for result in [*pushed, *associated]),
        "delayed_by_budget": _delayed(engine, run),
    }


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


def _is_at_its_end(engine: Engine, run: Run) -> bool:
    at_work = run.finished_at is None and run.status == "running"
    return at_work and run.step in _LAST and not engine.chunks.left(run.id, run.step)


def _close(engine: Engine, run: Run) -> bool:
    """Close it; False: another has done so, and the portal may be the next run's."""
    now = engine.clock()
    ended = replace(run, finished_at=now)
    if not engine.runs.finish(ended):
        return False
    counters.run(run.portal, run.kind, run.status)
    traces.run(run.id, run.portal, run.kind, run.status, run.created_at, now)
    log.info("run ended: %s", run.status, extra={"run": run.id, "portal": run.portal})
    alerts.after_run(engine, ended)
    return True


def _sweep(engine: Engine, run: Run) -> None:
    """Remove staged files that a newer whole reading has replaced, and the plans of old runs.

    Where the portal's properties lacked something, the next run must see what was mended there.
    """
    lacking = any(result.get("refused") for result in engine.chunks.results(run.id, "compute"))
    if lacking or DEFINED & engine.letters.causes(run.id):
        engine.definitions.forget(run.portal)
    engine.plans.forget(run.portal, finished_before=engine.clock() - _PLANS_KEPT)
    if run.kind not in READY_KINDS and not restricted(run):  # those looked at a few people only
        engine.unlinked.forget(run.portal, before_run=run.id)
    retention.sweep(engine, run)
