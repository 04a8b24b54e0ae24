"""A time as an API wants it written, and the pieces a long time is asked for in. All in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from syncworker.mapping.duration import duration
from syncworker.mapping.source_http import HttpCursor, HttpStream, TimeFormat

_COARSE: dict[TimeFormat, timedelta] = {"date": timedelta(days=1), "hour": timedelta(hours=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(moment: datetime, format_: TimeFormat) -> str | int:
    """A time in one of the formats, cut off to its unit, never rounded up."""
    moment = moment.astimezone(UTC)
    match format_:
        case "seconds":
            return (moment - _EPOCH) // timedelta(seconds=1)
        case "milliseconds":
            return (moment - _EPOCH) // timedelta(milliseconds=1)
        case "date":
            return f"{moment:%Y-%m-%d}"
        case "hour":
            return f"{moment:%Y%m%dT%H}"
        case "iso":
            return moment.isoformat().replace("+00:00", "Z")


def first_start(stream: HttpStream, since: str | None) -> datetime | None:
    """From when a reading asks; None: for all there is.

    Args:
        stream: The stream.
        since: The cursor of the last finished run; the overlap is subtracted.
    """
    cursor = stream.cursor
    if cursor is None:
        return None
    if since is not None:
        start = datetime.fromisoformat(since) - duration(stream.overlap)
    elif cursor.start is not None:
        start = datetime.combine(cursor.start, time(), UTC)
    else:
        return None
    return whole_unit(stream, start)


def whole_unit(stream: HttpStream, start: datetime) -> datetime:
    """The start of the unit it lies in: windows that begin there ask for no unit twice."""
    format_ = stream.cursor.format if stream.cursor else "iso"
    return start - (start - _EPOCH) % _COARSE.get(format_, timedelta(microseconds=1))


def asks_until(stream: HttpStream) -> bool:
    """Whether a request says until when; else it brings everything from its start on."""
    if stream.cursor is None:
        return False
    said = str([stream.path, stream.params, stream.body])
    return stream.cursor.upper_param is not None or "{until}" in said


def window_end(cursor: HttpCursor | None, start: datetime | None, watermark: datetime) -> datetime:
    """Where the window that begins at `start` ends; never after the watermark."""
    if cursor is None or cursor.window is None or start is None:
        return watermark
    return min(start + duration(cursor.window), watermark)


def upper(cursor: HttpCursor, end: datetime, watermark: datetime) -> str | int:
    """Until when a window asks, as the API wants it written.

    With a unit of a day or an hour the last one asked for is inside the window: the next window
    begins with the next.
    """
    inside = end < watermark and cursor.format in _COARSE
    return written(end - timedelta(microseconds=1) if inside else end, cursor.format)
