"""Slack's incoming webhooks, and those of chats that take the same: a text, and blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from syncworker.alerts.post import post
from syncworker.engine.alert_stores import AlertDelivery
from syncworker.mapping.alerts import SlackChannel

_LONGEST = 2_900  # Slack takes 3 000 characters in a section
_HEADER = 150
_MARKS = {"opened": "🔴", "recovered": "✅", "test": "👋"}


def send(
    channel: SlackChannel, delivery: AlertDelivery, secret: Callable[[str], str], now: datetime
) -> str:
    """Post it; what Slack answered. Raises AlertError, SettingsError."""
    url = channel.url if "://" in channel.url else secret(channel.url)
    body = json.dumps(message(delivery), ensure_ascii=False).encode()
    return post(url, body, {}, now)


def message(delivery: AlertDelivery) -> dict[str, Any]:
    """What is posted: `text` for notifications and simple chats, `blocks` for the rest."""
    body = delivery.body
    title = f"{_MARKS[delivery.event]} {body['title']}"
    lines = list(_lines(body))
    header = title if len(title) <= _HEADER else title[: _HEADER - 1] + "…"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": header}}
    ]
    if header != title:
        lines.insert(0, _safe(body["title"]))
    blocks += [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in _cut(lines)
    ]
    context = f"syncworker · {body['rule']}" + (f" · run {body['run']}" if body["run"] else "")
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": context}]})
    return {"text": "\n".join([_safe(title), *lines]), "blocks": blocks}


def _lines(body: Mapping[str, Any]) -> Iterator[str]:
    urls = [account.get("url", "") for account in body["accounts"]]
    for place, line in enumerate(body["lines"]):
        url = urls[place] if place < len(urls) else ""
        yield f"• {_safe(line)}" + (f" <{url}|open>" if url else "")
    if body["help"]:
        yield f"Next: {_code(_safe(body['help']))}"


def _code(text: str) -> str:
    return re.sub(r"(syncworker [\w -]+[\w-])", r"`\1`", text, count=1)


def _cut(lines: list[str]) -> Iterator[str]:
    """The lines in texts that Slack takes."""
    text = ""
    for line in lines:
        short = line[:_LONGEST]
        if text and len(text) + len(short) + 1 > _LONGEST:
            yield text
            text = ""
        text = f"{text}\n{short}" if text else short
    if text:
        yield text


def _safe(text: str) -> str:
    """The characters that Slack reads as its own marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
