"""The regular tick."""

from __future__ import annotations

from syncworker.engine import upkeep
from tasks.celery import app, engine, send


@app.task(name="syncworker.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """See to lost chunks and due schedules."""
    send(upkeep.tick(engine()))
