"""A portal's streams and samples of them, in lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.engine.sampling import Sample
from syncworker.engine.sources import StreamOverview
from syncworker.masking import mask

_LONGEST = 40


def list_lines(rows: Sequence[StreamOverview]) -> Iterator[str]:
    """A line per stream."""
    head = ("STREAM", "KIND", "GIVES", "STAGED", "NEWEST", "READ")
    table = [
        (
            f"{row.source}.{row.stream}",
            row.kind,
            row.canonical,
            f"{row.rows:,}",
            _time(row.newest),
            row.problem or _time(row.read_at, "never"),
        )
        for row in rows
    ]
    yield from columns([head, *table], indent="")


def list_document(portal: str, rows: Sequence[StreamOverview]) -> dict[str, Any]:
    """The same for JSON."""
    return {"portal": portal, "streams": [asdict(row) for row in rows]}


def check_lines(sample: Sample) -> Iterator[str]:
    """What a stream's source gives: how many rows, and the first ones."""
    if sample.error is not None:
        yield f"{sample.stream}  cannot be read ({sample.error.code})"
        yield f"  {sample.error.message}"
        if sample.error.help:
            yield f"  = help: {sample.error.help}"
        return
    many = "it does not say how many" if sample.count is None else counted(sample.count, "row")
    yield f"{sample.stream}  {many}"
    for name, frame in sample.frames.items():
        if not frame.height:
            yield f"  {name}: no rows"
            continue
        shown = [c for c in frame.columns if c not in ("source", "source_id", "synced_at")]
        table = [tuple(_cell(value) for value in row) for row in frame.select(shown).iter_rows()]
        yield f"  {name}:"
        yield from columns([tuple(shown), *table], indent="    ")
    for row in sample.rejected:
        what = f"{row.field} {row.reason}" if row.field else row.reason
        yield f"  rejected: {row.place}:{row.position}: {what}"


def check_document(portal: str, samples: Sequence[Sample]) -> dict[str, Any]:
    """The same for JSON."""
    streams = [
        {
            "stream": one.stream,
            "count": one.count,
            "rows": {name: frame.to_dicts() for name, frame in one.frames.items()},
            "rejected": [asdict(row) for row in one.rejected],
            "error": one.error
            and {"code": one.error.code, "message": one.error.message, "help": one.error.help},
        }
        for one in samples
    ]
    return {"portal": portal, "streams": streams}


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    # Masked before the columns are measured.
    text = mask(" ".join(_plain(value).split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _time(moment: datetime | None, otherwise: str = "-") -> str:
    return otherwise if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
