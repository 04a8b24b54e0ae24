"""A channel's kind to what sends through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from syncworker.alerts import email, slack, webhook
from syncworker.engine.alert_stores import AlertDelivery
from syncworker.mapping.alerts import Channel, SlackChannel, WebhookChannel

Secret = Callable[[str], str]


def send(
    channel: Channel, delivery: AlertDelivery, *, secret: Secret, clock: Callable[[], datetime]
) -> str:
    """Send a message; what the channel answered.

    Args:
        channel: Its section of the mapping.
        delivery: What is sent.
        secret: The value of a reference.
        clock: The time now; aware UTC.

    Raises:
        AlertError: The channel did not take it.
        SettingsError: A secret is not where the mapping says.
    """
    if isinstance(channel, SlackChannel):
        return slack.send(channel, delivery, secret, clock())
    if isinstance(channel, WebhookChannel):
        return webhook.send(channel, delivery, secret, clock())
    return email.send(channel, delivery, secret, clock())
