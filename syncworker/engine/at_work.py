"""A run that is one piece of work: its portal is its own for as long as its process lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncworker.engine import finish
from syncworker.engine.engine import Engine
from syncworker.engine.lease import claimed, held
from syncworker.engine.memory import Chunk, Run
from syncworker.errors import SyncworkerError


@contextmanager
def at_work(engine: Engine, run: Run) -> Iterator[Chunk]:
    """Hold the run's only chunk until the block ends; where the block fails, the run ends with it.

    A run of which nobody holds a chunk counts as left behind by a killed command: the next command
    or tick would take its portal.
    """
    try:
        engine.runs.advance(run.id, old="start", new="compute", payloads=[{}], summary={})
        chunk = claimed(engine, run)
        with held(engine, chunk):
            yield chunk
        engine.chunks.complete(chunk, {})
    except SyncworkerError as error:
        finish.fail(engine, run, error)
        raise
    except KeyboardInterrupt:
        finish.fail(engine, run, SyncworkerError("interrupted", code="CUT_SHORT"))
        raise
