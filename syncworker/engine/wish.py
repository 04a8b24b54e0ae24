"""What a person asks of a run at work: it is heeded between two batches or pages, never inside."""

from __future__ import annotations

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run


class Halted(Exception):
    """The run is to stop here; what was done so far is settled."""


def heed(engine: Engine, run: Run) -> None:
    """Stop where somebody asked for it.

    Raises:
        Halted: The run is to be paused, cancelled, or to give way.
        KeyboardInterrupt: Ctrl-C was pressed in this process.
    """
    if engine.interrupted():
        raise KeyboardInterrupt
    if engine.turns.wish(run.id):
        raise Halted
