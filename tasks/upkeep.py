"""The regular tick, and looking for what is new."""

from __future__ import annotations

from syncworker.engine import schedules, upkeep
from tasks import hearts
from tasks.celery import app, engine, send


@app.task(name="syncworker.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """See to lost work, runs whose time has come, and due schedules."""
    send(upkeep.tick(engine()))
    hearts.ticked(engine().heartbeats)


@app.task(name="syncworker.look_for_news")  # type: ignore[untyped-decorator]
def look_for_news(portal: str) -> None:
    """Look for new rows in the streams of a portal's fast lane."""
    send(schedules.look(engine(), portal))
