"""What a person may do to a run: pause it, let it go on, cancel it, or try again what is left."""

from __future__ import annotations

from syncworker.engine import halt, pausing, turn
from syncworker.engine.engine import Engine
from syncworker.engine.holder import held_by
from syncworker.engine.memory import READY_KINDS, Run
from syncworker.engine.run_words import RunKind, RunMode, RunStatus, Wish
from syncworker.errors import ConfigError, SyncworkerError

_AGAIN: tuple[RunStatus, ...] = ("failed", "cancelled", "rejects")
_KINDS: tuple[RunKind, ...] = ("sync", "extract", "backfill", "apply", "rollback")


def ask(engine: Engine, run_id: str, wish: Wish) -> Run:
    """Ask an open run to pause or to be cancelled; where nobody works on it, it is so at once.

    Raises:
        StoreError: There is no such run.
        ConfigError: It has ended.
    """
    run = engine.runs.get(run_id)
    if run.finished_at is not None or not engine.turns.ask(run_id, wish):
        raise _ended(engine.runs.get(run_id), f"nothing is left to {wish}")
    if run.status == "running" or wish == "cancel":
        halt.heeded(engine, engine.runs.get(run_id))
    else:
        engine.turns.mark(run_id, "paused")
    return engine.runs.get(run_id)


def resume(engine: Engine, run_id: str) -> bool:
    """Let a paused run go on, or wait for its turn; whether it has the portal now.

    Raises:
        StoreError: There is no such run.
        ConfigError: It is not paused, or the portal is.
        MappingError: The mapping has errors by now.
        StalePlan: Another run has written since, and its plan cannot be made anew.
    """
    run = engine.runs.get(run_id)
    if run.finished_at is not None or run.status not in ("paused", "waiting"):
        raise _ended(run, "only a paused run is resumed")
    pausing.refuse(engine, run.portal, run.kind)  # else it would wait for the portal to go on
    engine.turns.mark(run_id, "waiting")
    try:
        return turn.take(engine, engine.runs.get(run_id))
    except SyncworkerError:
        engine.turns.mark(run_id, "paused")  # else the next tick would take it, and end it
        raise


def retry(engine: Engine, run_id: str, *, mode: RunMode) -> Run:
    """Open a run again that failed, was cancelled, or left dead letters, for what is left of it.

    Chunks that are done stay done. Records that were rejected are sent again, and streams that
    were given up are read again. Where another run has read or written since, the rest is planned
    anew.

    Raises:
        StoreError: There is no such run.
        ConfigError: Nothing of it is left, or the portal is paused.
        StalePlan: Another run has written since, and its plan cannot be made anew.
        LockHeld: Another run holds the portal.
    """
    run = engine.runs.get(run_id)
    if run.finished_at is None:
        raise _ended(run, "it has not ended")
    if run.status == "refused":
        raise _ended(run, "the guard refused it", f"syncworker sync {run.portal} --force")
    if not left(engine, run):
        raise _ended(run, "nothing of it is left to do", f"syncworker plan {run.portal}")
    if not turn.take(engine, run, mode=mode):
        raise held_by(run.portal, engine.runs.running(run.portal), engine.clock())
    return engine.runs.get(run_id)


def left(engine: Engine, run: Run) -> bool:
    """Whether `retry` finds something of an ended run to do."""
    if run.kind not in _KINDS or run.status not in _AGAIN:
        return False
    pushes = any(one.step == "push" for one in engine.turns.counts(run.id))
    if run.kind in READY_KINDS and not pushes:
        return False  # without its whole plan there is nothing to go on with
    if run.status != "rejects":
        return True
    stopped = any("stopped" in result for result in engine.chunks.results(run.id, "extract"))
    return stopped or bool(engine.plans.outcomes(run.id).get("rejected"))


def _ended(run: Run, what: str, help_: str = "") -> ConfigError:
    return ConfigError(
        f"run {run.id} is {run.status}: {what}",
        help=help_ or f"syncworker runs show {run.id}",
        code="RUN_STATUS",
    )
