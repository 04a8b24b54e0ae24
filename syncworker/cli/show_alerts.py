"""Alerts as people and programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.engine.alert_rules import shown, span
from syncworker.engine.alert_stores import AlertDelivery, Episode


def episode_lines(episodes: Sequence[Episode], told: Sequence[AlertDelivery]) -> list[str]:
    """Each episode with who was told; then what kept alerts from being judged."""
    lines: list[str] = []
    for one in episodes:
        lines.append(f"{one.rule}: {one.message}")
        since = f"since {shown(one.opened_at)}"
        if one.closed_at is not None:
            since += f", over after {span(one.closed_at - one.opened_at)}"
        mine = [f"{d.channel} {_state(d)}" for d in told if d.notice == one.notice]
        lines.append(f"    {since}; {', '.join(reversed(mine)) or 'nobody was told'}")
    broken = [d for d in told if not d.channel]
    return lines + [f"not judged on {d.created_at:%Y-%m-%d}: {d.error}" for d in broken]


def delivery_lines(rows: Sequence[AlertDelivery]) -> list[str]:
    """One line for each delivery, and one for what went wrong."""
    table = [
        (
            f"{one.created_at:%Y-%m-%d %H:%M} UTC",
            one.channel or "-",
            one.event,
            str(one.body.get("title", "")) or "alerts could not be judged",
            _state(one),
        )
        for one in rows
    ]
    return columns(table, indent="") or ["No message was sent yet."]


def list_document(
    portal: str, episodes: Sequence[Episode], told: Sequence[AlertDelivery]
) -> dict[str, Any]:
    """Episodes with their deliveries, for programs."""
    return {
        "portal": portal,
        "episodes": [
            {
                "id": one.id,
                "rule": one.rule,
                "subject": one.subject,
                "message": one.message,
                "opened_at": one.opened_at,
                "closed_at": one.closed_at,
                "deliveries": [_document(d) for d in told if d.notice == one.notice],
            }
            for one in episodes
        ],
        "not_judged": [{"at": d.created_at, "error": d.error} for d in told if not d.channel],
    }


def deliveries_document(portal: str, rows: Sequence[AlertDelivery]) -> dict[str, Any]:
    """Deliveries, for programs."""
    return {"portal": portal, "deliveries": [_document(one) for one in rows]}


def _document(one: AlertDelivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "notice": one.notice,
        "channel": one.channel,
        "event": one.event,
        "title": one.body.get("title", ""),
        "created_at": one.created_at,
        "attempts": one.attempts,
        "delivered_at": one.delivered_at,
        "next_at": one.next_at,
        "error": one.error,
    }


def _state(one: AlertDelivery) -> str:
    if one.delivered_at is not None:
        return f"told {one.delivered_at:%H:%M}"
    failed = f" after {counted(one.attempts, 'attempt')}: {one.error}" if one.error else ""
    if one.next_at is not None:
        return f"next at {shown(one.next_at)}{failed}"
    return "failed" + failed
