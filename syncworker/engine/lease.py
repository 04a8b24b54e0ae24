"""Holding a chunk while working on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Run
from syncworker.errors import ClaimLost, SyncworkerError

log = logging.getLogger(__name__)


def claimed(engine: Engine, run: Run) -> Chunk:
    """The only chunk of an inline run's step, for this process.

    Raises:
        ClaimLost: Another command took the run for one that was cut short, and has ended it.
    """
    now = engine.clock()
    until = now + engine.limits.lease
    for chunk_id, _ in engine.chunks.take(run.id, now=now, most=1):
        chunk = engine.chunks.claim(chunk_id, owner=run.id, now=now, until=until)
        if chunk is not None:
            return chunk
    raise ClaimLost(
        f"{run.kind} {run.id} was ended by another command; it has done nothing",
        help="type the command again",
    )


@contextmanager
def held(engine: Engine, chunk: Chunk) -> Iterator[None]:
    """Renew the chunk's lease three times per lease until the block ends.

    A thread does it because a computation of a minute has no page or batch to renew it at. The
    thread dies with the process, so a killed worker's lease runs out. A renewal that fails is
    left to the next commit to notice.
    """
    done = threading.Event()
    lease = engine.limits.lease

    def renew() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                engine.chunks.renew(chunk, until=engine.clock() + lease)
            except SyncworkerError as error:
                log.warning("the lease was not renewed: %s", error, extra={"chunk": chunk.id})

    thread = threading.Thread(target=renew, name=f"lease-{chunk.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
