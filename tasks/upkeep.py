"""The regular tick, and looking for what is new."""

from __future__ import annotations

from syncworker.engine import alert_sending, alerts, schedules, upkeep
from tasks import hearts
from tasks.celery import app, engine, send


@app.task(name="syncworker.tick")
def tick() -> None:
    """See to lost work, runs whose time has come, and due schedules."""
    send(upkeep.tick(engine()))
    for portal in engine().portals():
        alerts.watch(engine(), portal)
    if alert_sending.due(engine()):
        app.send_task("syncworker.deliver_alerts")
    hearts.ticked()


@app.task(name="syncworker.look_for_news")
def look_for_news(portal: str) -> None:
    """Look for new rows in the streams of a portal's fast lane."""
    send(schedules.look(engine(), portal))


@app.task(name="syncworker.deliver_alerts")
def deliver_alerts() -> None:
    """Send what alerts have to say; a tick must not wait for a chat that is down."""
    alert_sending.deliver(engine())
