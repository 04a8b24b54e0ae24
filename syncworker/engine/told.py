"""What is told of a chunk while it is worked on: its log lines, its trace and how long it took."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from syncworker import counters, telemetry, traces
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run

log = logging.getLogger(__name__)


@contextmanager
def told(engine: Engine, run: Run, chunk: Chunk) -> Iterator[None]:
    """Tell of the work within the block, whether it is done or stops."""
    begun = engine.clock()
    outcome = "stopped"
    with (
        telemetry.about(run=run.id, portal=run.portal, chunk=chunk.id),
        traces.chunk(run.id, run.portal, chunk.step, chunk.id),
    ):
        try:
            yield
            outcome = "done"
        finally:
            seconds = (engine.clock() - begun).total_seconds()
            counters.chunk(chunk.step, outcome, seconds)
            extra = {"kind": chunk.step, "seconds": round(seconds, 3)}
            log.info("chunk %s", outcome, extra=extra)
