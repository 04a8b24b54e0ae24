"""A backfill: a stretch of the past is read again, and what it changes of today's values is sent.

It reads [from, to) whatever the cursors say and leaves these where they are, makes the days after
late rows anew, and plans, guards and pushes once, as of today, at the lowest priority. Past values
are never written to HubSpot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from syncworker.engine import sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.run_words import RunMode
from syncworker.engine.selecting import picked
from syncworker.errors import ConfigError
from syncworker.mapping.duration import duration
from syncworker.mapping.objects import metrics_used
from syncworker.mapping.portal import PortalMapping
from syncworker.model.streams import STREAMS

_MOST_SLICES = 10_000
"""Each is a chunk of the run, and a query of its source."""


def asked(
    engine: Engine,
    portal: str,
    *,
    start: datetime,
    end: datetime | None,
    chunk: str,
    metrics: Sequence[str] = (),
    select: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """A backfill's options, checked.

    Args:
        engine: The ports.
        portal: The portal's name.
        start: From when on rows are read again; aware.
        end: Until when, not included; None: now.
        chunk: How long a slice is, as in a mapping: `7d`.
        metrics: Only the properties of these metrics are sent; none: all.
        select: Only what these pairs of kind and name pick is sent, as in `selecting.picked`.

    Raises:
        MappingError: The mapping is missing or has errors.
        ConfigError: The stretch is empty or ahead, its slices are too many, or the mapping has no
            such metric, object or property.
    """
    mapping = checked(portal, engine.mapping_text(portal))
    now = engine.clock()
    end = now if end is None else end
    if start >= end:
        raise _wrong(
            f"--from {start.isoformat()} does not lie before --to {end.isoformat()}",
            "that is no stretch of time",
        )
    if end > now:
        raise _wrong(
            f"--to {end.isoformat()} lies ahead; it is {now:%Y-%m-%dT%H:%M:%S} UTC",
            "leave --to out to read until now",
        )
    if (slices := -(-(end - start) // duration(chunk))) > _MOST_SLICES:
        raise _wrong(
            f"--chunk {chunk} makes {slices:,} slices, and at most {_MOST_SLICES:,} are read",
            "name a longer one, such as --chunk 7d",
        )
    used = metrics_used(mapping)
    for name in metrics:
        if name not in used:
            near = get_close_matches(name, sorted(used), 1)
            raise _wrong(
                f"the mapping of {portal} sends no metric {name}",
                f"did you mean {near[0]}?" if near else f"it sends: {', '.join(sorted(used))}",
            )
    picked(portal, mapping, select)
    options: dict[str, Any] = {"from": start.isoformat(), "to": end.isoformat(), "chunk": chunk}
    narrowing = {"metrics": list(metrics), "select": [f"{kind}:{name}" for kind, name in select]}
    return {**options, **{name: value for name, value in narrowing.items() if value}}


def start(
    engine: Engine,
    portal: str,
    options: Mapping[str, Any],
    *,
    mode: RunMode = "inline",
    force: bool = False,
) -> Run:
    """Open a backfill; it waits where another run holds the portal or waits for it.

    Args:
        engine: The ports.
        portal: The portal's name.
        options: As `asked`.
        mode: Whether this process or workers do the work.
        force: Let it through the guard.

    Raises:
        MappingError: The mapping has errors.
    """
    return sync.start(
        engine,
        portal,
        kind="backfill",
        mode=mode,
        force=force,
        priority="backfill",
        options=options,
        waits=True,
    )


def not_kept(mapping: PortalMapping, start: datetime, now: datetime) -> dict[str, datetime]:
    """Streams whose rows from `start` on the mapping does not keep, and from when on it does."""
    kept = {
        stream: now - timedelta(days=days)
        for stream, days in mapping.staging.keep_days.items()
        if STREAMS[stream].event_time is not None
    }
    return {stream: since for stream, since in kept.items() if start < since}


def _wrong(message: str, help_: str) -> ConfigError:
    return ConfigError(message, help=help_, code="BACKFILL_ASKED")
