"""What a backfill would take, in lines for people and as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.cli.pace import spoken
from syncworker.cli.show_plan import percent
from syncworker.engine.backfill import not_kept
from syncworker.engine.engine import Engine
from syncworker.engine.forecast import Forecast
from syncworker.engine.mappings import checked

_HOW = {
    "slices": "only that time",
    "stretch": "from that time on",
    "whole": "whole, once: it cannot be asked by time",
}


def lines(expected: Forecast) -> Iterator[str]:
    """A line per stream, then records, requests, the day's share and the time."""
    asked = expected.options
    start, end = (_moment(asked[name]) for name in ("from", "to"))
    yield f"{expected.portal}  backfill  {start} to {end}, in slices of {asked['chunk']}"
    yield from columns(
        [
            (
                one.name,
                counted(one.slices, "slice"),
                "" if one.rows is None else f"{one.rows:,} rows in all",
                _HOW[one.reach],
            )
            for one in expected.readings
        ]
    )
    requests = counted(expected.requests, "HubSpot request")
    yield f"At most {expected.records:,} records, {requests}{_share(expected)}."
    rate = "at the rate of the last run" if expected.measured else "at a usual rate"
    yield f"About {spoken(expected.seconds)} {rate}, without waiting for others."
    yield f"Next: {_command(expected)}"


def _command(expected: Forecast) -> str:
    """What does the work that was told, and no more: with all that was asked."""
    asked = expected.options
    words = ["syncworker", "backfill", expected.portal]
    words += ["--from", asked["from"], "--to", asked["to"], "--chunk", asked["chunk"]]
    if asked.get("metrics"):
        words += ["--metrics", ",".join(asked["metrics"])]
    for one in asked.get("select", ()):
        words += ["--select", one]
    return shlex.join(words)


def as_document(expected: Forecast) -> dict[str, Any]:
    """The forecast for people's programs."""
    return asdict(expected)


def not_kept_lines(engine: Engine, portal: str, asked: Mapping[str, Any]) -> Iterator[str]:
    """Which streams' rows are too old for the mapping to keep."""
    mapping = checked(portal, engine.mapping_text(portal))
    yield from _not_kept(not_kept(mapping, datetime.fromisoformat(asked["from"]), engine.clock()))


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _not_kept(streams: Mapping[str, datetime]) -> Iterator[str]:
    for stream, since in sorted(streams.items()):
        yield (
            f"  left alone: {stream} of before {since:%Y-%m-%d}: the mapping does not keep them "
            "(staging: keep_days)"
        )


def _share(expected: Forecast) -> str:
    day = expected.day
    if day is None:
        return ""
    left = day.limit - day.used
    share = percent(100 * expected.requests / day.limit)
    enough = "" if expected.requests <= left else "; not enough: it goes on tomorrow"
    return f" ({share} of a day's {day.limit:,}; {left:,} left today{enough})"
