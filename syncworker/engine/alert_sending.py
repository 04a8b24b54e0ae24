"""Sending what alerts have to say: retried, each attempt recorded, in order for each channel."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from syncworker.engine import alert_notice
from syncworker.engine.alert_stores import AlertDelivery, PartlyTaken
from syncworker.engine.alerts import mapping_now
from syncworker.engine.engine import Engine
from syncworker.errors import AlertError, ConfigError, SyncworkerError
from syncworker.mapping.portal import PortalMapping
from syncworker.masking import mask

log = logging.getLogger(__name__)
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""After each failed attempt; after one more a message is given up."""
_LEASE = timedelta(minutes=2)  # longer than any channel is waited for


def due(engine: Engine, portal: str | None = None) -> bool:
    """Whether something is to be sent now, of one portal or of any."""
    return next(_due(engine.alerts.pending(portal), engine.clock()), None) is not None


def deliver(engine: Engine, portal: str | None = None) -> None:
    """Send what is due, of one portal or of all; never raises.

    A channel that fails is left alone for this time, so that its messages stay in order and one
    that is down is not waited for again and again.
    """
    try:
        down: set[tuple[str, str]] = set()
        for delivery in _due(engine.alerts.pending(portal), engine.clock()):
            place = (delivery.portal, delivery.channel)
            if place not in down and not _sent(engine, delivery):
                down.add(place)
    except SyncworkerError as error:
        log.warning("alerts could not be sent: %s", error, extra={"portal": portal})
    except Exception:  # a defect of ours, which must not harm what it is told of
        log.exception("a defect in the alerts", extra={"portal": portal})


def try_out(engine: Engine, portal: str, mapping: PortalMapping, channel: str) -> str:
    """Send a test message through one channel at once, and record it; what the channel answered.

    Raises:
        AlertError: It did not take it.
        SettingsError: A secret of the channel is missing.
    """
    now = engine.clock()
    body = alert_notice.test(portal, now)
    delivery = AlertDelivery(0, uuid.uuid4().hex, portal, channel, "test", body, now, attempts=1)
    number = engine.alerts.record(delivery)
    try:
        answer = engine.tell(mapping.alerts.channels[channel], delivery)
    except (AlertError, ConfigError) as error:
        engine.alerts.settle(number, delivered_at=None, next_at=None, error=mask(error.message))
        raise
    engine.alerts.settle(number, delivered_at=engine.clock(), next_at=None, error="")
    return answer


def _due(pending: Sequence[AlertDelivery], now: datetime) -> Iterator[AlertDelivery]:
    """Those whose time has come, unless an earlier one of the same channel still waits."""
    waiting: set[tuple[str, str]] = set()
    for delivery in pending:
        place = (delivery.portal, delivery.channel)
        if place in waiting:
            continue
        if delivery.next_at is None or delivery.next_at > now:
            waiting.add(place)
        else:
            yield delivery


def _sent(engine: Engine, delivery: AlertDelivery) -> bool:
    """Make one attempt and record what came of it; whether the channel can be sent more."""
    if not engine.alerts.claim(delivery, until=engine.clock() + _LEASE):
        return False  # another process is at it
    try:
        mapping = mapping_now(engine, delivery.portal)
    except SyncworkerError as error:  # people mend it: the message waits for them
        return _failed(engine, delivery, error, engine.clock() + _wait(delivery))
    channel = None if mapping is None else mapping.alerts.channels.get(delivery.channel)
    if channel is None:
        gone = f"the mapping has no channel {delivery.channel} any more"
        engine.alerts.settle(delivery.id, delivered_at=None, next_at=None, error=gone)
        return True
    try:
        answer = engine.tell(channel, delivery)
    except SyncworkerError as error:
        return _failed(engine, delivery, error, _next(delivery, error, engine.clock()))
    except Exception as error:
        name = f"a defect in syncworker: {type(error).__name__}"
        engine.alerts.settle(delivery.id, delivered_at=None, next_at=None, error=name)
        raise
    lacking = answer if isinstance(answer, PartlyTaken) else ""
    if lacking:
        log.warning("%s: %s", delivery.channel, lacking, extra={"portal": delivery.portal})
    engine.alerts.settle(delivery.id, delivered_at=engine.clock(), next_at=None, error=lacking)
    return True


def _failed(
    engine: Engine, delivery: AlertDelivery, error: SyncworkerError, next_at: datetime | None
) -> bool:
    """Record it; whether the channel can be sent more, as this message is given up."""
    told = mask(error.message)
    engine.alerts.settle(delivery.id, delivered_at=None, next_at=next_at, error=told)
    log.warning(
        "an alert was not delivered to %s: %s%s",
        delivery.channel,
        told,
        "" if next_at else "; given up",
        extra={"portal": delivery.portal},
    )
    return next_at is None


def _wait(delivery: AlertDelivery) -> timedelta:
    return WAITS[min(delivery.attempts, len(WAITS) - 1)]


def _next(delivery: AlertDelivery, error: SyncworkerError, now: datetime) -> datetime | None:
    if error.recovery == "reject" or delivery.attempts >= len(WAITS):
        return None
    wait = _wait(delivery)
    if isinstance(error, AlertError):
        wait = min(max(wait, timedelta(seconds=error.retry_after)), WAITS[-1])
    return now + wait
