"""Segment's calls to rows of `events`: track calls become events, all other calls are passed over.

The user is `userId`, else `anonymousId`; the account is `context.groupId`. `timestamp` is the time
of the event with the device's clock put right, `receivedAt` when Segment got it.

Source: https://www.twilio.com/docs/segment/connections/spec/common
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.sources.file_props import as_text

STREAM = "events"


@dataclass(slots=True)
class SegmentRows:
    """Raw rows of `events`.

    Attributes:
        positions: Of each row, its line.
        rows: The rows, by column.
        refused: Lines that are no call of Segment's: line, column, reason.
    """

    positions: list[int] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def event_rows(positions: Sequence[int], records: Sequence[Mapping[str, object]]) -> SegmentRows:
    """The track calls among the records; `properties` become JSON text."""
    result = SegmentRows()
    for position, call in zip(positions, records, strict=True):
        kind = call.get("type")
        if not isinstance(kind, str):
            result.refused.append((position, "type", "is missing: a call of Segment has one"))
        elif kind == "track":
            result.positions.append(position)
            result.rows.append(_event(call))
    return result


def _event(call: Mapping[str, object]) -> dict[str, object]:
    context = call.get("context")
    return {
        "event_id": call.get("messageId"),
        "user_id": call.get("userId") or call.get("anonymousId"),
        "account_id": context.get("groupId") if isinstance(context, Mapping) else None,
        "name": call.get("event"),
        "ts": call.get("timestamp") or call.get("originalTimestamp"),
        "received_at": call.get("receivedAt"),
        "props": as_text(call.get("properties")),
    }
