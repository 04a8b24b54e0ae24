"""Exit codes, and what a stopped run or an error exits with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncworker.errors import LockHeld, PlanError, SyncworkerError

if TYPE_CHECKING:
    from syncworker.engine.memory import Run
    from syncworker.engine.run_words import RunStatus

OK = 0
FAILED = 1
CHANGES = 2
DEAD_LETTERS = 3
REFUSED = 4
LOCKED = 5
DEFERRED = 6
USAGE = 64
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Who read our output has left; what a shell says of a process that SIGPIPE ended."""

OF_STATUS: dict[RunStatus, int] = {
    "running": OK,
    "waiting": OK,
    "paused": OK,
    "planned": OK,
    "done": OK,
    "rejects": DEAD_LETTERS,
    "refused": REFUSED,
    "failed": FAILED,
    "cancelled": FAILED,
}


def of_run(run: Run) -> int:
    """The exit code of a run as it stands."""
    return OF_STATUS[run.status] if run.deferred_until is None else DEFERRED


def of_error(error: SyncworkerError) -> int:
    """The exit code of an error."""
    if isinstance(error, LockHeld):
        return LOCKED
    return REFUSED if isinstance(error, PlanError) else FAILED
