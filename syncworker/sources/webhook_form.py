"""A form's submission to a row of demo_requests or trials."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.engine.memory import Delivery
from syncworker.mapping.source_webhook import WebhookSource as WebhookConfig
from syncworker.model.streams import STREAMS
from syncworker.sources.webhook_json import at, named

Row = dict[str, object]


def delivery_id(config: WebhookConfig, body: str, submission: Mapping[str, object]) -> str:
    """What the submission is stored under: its id, or the SHA-256 of the body.

    A sender that tries again sends the same id, or the same body, and is stored once.
    """
    return named(at(submission, _places(config)[_key(config)]), body)


def form_row(config: WebhookConfig, delivery: Delivery, submission: Mapping[str, object]) -> Row:
    """The submission's values by the columns of its stream.

    One without an id has its delivery's; one that does not say when has come when it was received.
    """
    row = {column: at(submission, place) for column, place in _places(config).items()}
    time = STREAMS[config.streams[0]].event_time
    defaults = {_key(config): delivery.delivery, time: delivery.received_at}
    return row | {name: value for name, value in defaults.items() if name and not row[name]}


def told(config: WebhookConfig, submission: Mapping[str, object]) -> set[str]:
    """The columns that the submission has a value for."""
    places = _places(config).items()
    return {column for column, place in places if at(submission, place) is not None}


def _places(config: WebhookConfig) -> dict[str, str]:
    """Where each column's value stands in the JSON."""
    return {c.name: c.name for c in STREAMS[config.streams[0]].columns} | config.fields


def _key(config: WebhookConfig) -> str:
    return STREAMS[config.streams[0]].key[0]
