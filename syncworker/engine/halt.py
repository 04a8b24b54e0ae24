"""The end of a run's turn, because a person asked for it or a scheduled sync is due."""

from __future__ import annotations

import logging

from syncworker.engine import finish
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo

log = logging.getLogger(__name__)


def heeded(engine: Engine, run: Run) -> list[Todo]:
    """Do what was asked of the run once nobody works on it any more; then the portal is free."""
    now = engine.clock()
    if engine.chunks.held(run.id, now=now):
        return []  # who holds a chunk stops at its next batch, and asks again
    if run.wish == "cancel":
        finish.cancel(engine, run)
    elif not engine.turns.rest(run, "paused" if run.wish == "pause" else "waiting", now=now):
        return []
    log.info("run stepped aside: %s", run.wish, extra={"run": run.id, "portal": run.portal})
    return [Todo("next_run", run.portal, run.priority)]
