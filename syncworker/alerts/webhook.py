"""A message as JSON to an address of one's own, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from syncworker.alerts.post import post
from syncworker.engine.alert_stores import AlertDelivery
from syncworker.mapping.alerts import WebhookChannel

SCHEMA_VERSION = 1
"""Of the JSON; grows when a field changes its meaning or goes."""


def send(
    channel: WebhookChannel, delivery: AlertDelivery, secret: Callable[[str], str], now: datetime
) -> str:
    """Post it; what was answered. Raises AlertError, SettingsError."""
    url = channel.url if "://" in channel.url else secret(channel.url)
    body = json.dumps(document(delivery), ensure_ascii=False).encode()
    headers = {} if channel.secret is None else signature(secret(channel.secret), body, now)
    return post(url, body, headers, now)


def document(delivery: AlertDelivery) -> dict[str, Any]:
    """What is posted. `id` is the same when a message is sent again: who has it can ignore it."""
    body = delivery.body
    text = "\n".join([body["title"], *body["lines"], *([body["help"]] if body["help"] else [])])
    return {
        "schema_version": SCHEMA_VERSION,
        "id": delivery.notice,
        "event": delivery.event,
        "rule": body["rule"],
        "portal": body["portal"],
        "message": body["title"],
        "text": text,
        "subject": body["subjects"][0] if len(body["subjects"]) == 1 else None,
        "subjects": body["subjects"],
        "accounts": body["accounts"],
        "more": body["more"],
        "run": body["run"] or None,
        "opened_at": body["opened_at"],
        "closed_at": body["closed_at"],
        "link": next((one["url"] for one in body["accounts"] if one.get("url")), None),
    }


def signature(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers that prove who sent the body and when: as `syncworker webhook` asks of others."""
    timestamp = str(int(now.timestamp()))
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {"X-Timestamp": timestamp, "X-Signature-256": f"sha256={signed.hexdigest()}"}
