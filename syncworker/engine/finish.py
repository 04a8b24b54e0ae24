"""The end of a run: done, stopped at its plan, or failed; each says what was and was not done."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import SyncworkerError, UnsafePlan
from syncworker.masking import mask

log = logging.getLogger(__name__)
_PLANS_KEPT = timedelta(days=30)  # what was sent stays in the history


def finish(engine: Engine, run_id: str) -> Run:
    """Close a run whose every record has an outcome; cursors move in the same transaction."""
    run = engine.runs.get(run_id)
    if run.finished_at is None:
        letters = engine.letters.count(run.id)
        results = engine.chunks.results(run.id, "push")
        planning = run.summary["start_requests"] + run.summary["plan_requests"]
        summary = {
            **run.summary,
            "outcomes": engine.plans.outcomes(run.id),
            "dead_letters": letters,
            "requests": planning + sum(result["requests"] for result in results),
            "writes": sum(result["writes"] for result in results),
        }
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
    summary = {**engine.runs.get(run.id).summary, "outcomes": outcomes}
    _close(engine, _with_words(replace(run, status="failed", summary=summary), error))


def _with_words(run: Run, error: SyncworkerError) -> Run:
    return replace(run, message=mask(error.message), help=mask(error.help), code=error.code)


def _close(engine: Engine, run: Run) -> None:
    if engine.runs.finish(replace(run, finished_at=engine.clock())):
        log.info("run ended: %s", run.status, extra={"run": run.id, "portal": run.portal})


def _sweep(engine: Engine, run: Run) -> None:
    """Remove staged files that a newer whole reading has replaced, and the plans of old runs."""
    engine.plans.forget(run.portal, finished_before=engine.clock() - _PLANS_KEPT)
    places = engine.pages.outdated(run.portal)
    if places:
        engine.staging.remove(places)
        engine.pages.forget(run.portal, places)
