"""The regular tick."""

from __future__ import annotations

from syncworker.engine import alert_sending, alerts, upkeep
from tasks.celery import app, engine, send


@app.task(name="syncworker.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """See to lost chunks and due schedules."""
    send(upkeep.tick(engine()))
    for portal in engine().portals():
        alerts.watch(engine(), portal)
    if alert_sending.due(engine()):
        app.send_task("syncworker.deliver_alerts")


@app.task(name="syncworker.deliver_alerts")  # type: ignore[untyped-decorator]
def deliver_alerts() -> None:
    """Send what alerts have to say; a tick must not wait for a chat that is down."""
    alert_sending.deliver(engine())
