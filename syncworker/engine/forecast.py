"""What a backfill would take: slices and rows to read, HubSpot requests, the day's share, time.

Nothing is read from the sources but a count where they have one, and nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syncworker.engine import backfill_slices
from syncworker.engine.account import Day
from syncworker.engine.backfill import not_kept
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.ports import Reach
from syncworker.errors import SyncworkerError

_BATCH = 100
_ROWS_PER_SECOND = 10_000.0
_RECORDS_PER_SECOND = 200.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One stream: how it is read, in how many slices, and its rows where the source can count."""

    name: str
    reach: Reach
    slices: int
    rows: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of a backfill.

    Attributes:
        portal: The portal's name.
        options: As `Run.options`.
        readings: The streams.
        records: Records that it may write to at most: every linked one.
        requests: HubSpot requests at most.
        day: The portal's requests of today, where it tells.
        seconds: How long it may take, at the rate of the last run that sent enough to tell, or at
            a usual one.
        measured: Whether that rate was measured here.
        not_kept: By stream, from when on the mapping keeps rows; older ones are not staged.
    """

    portal: str
    options: Mapping[str, Any]
    readings: tuple[Reading, ...]
    records: int
    requests: int
    day: Day | None
    seconds: float
    measured: bool
    not_kept: Mapping[str, datetime] = field(default_factory=dict)


def forecast(engine: Engine, portal: str, options: Mapping[str, Any]) -> Forecast:
    """What a backfill with these options would take.

    Raises:
        MappingError: The mapping has errors.
        SettingsError: A secret is missing.
        PortalError: HubSpot cannot be asked for the day's requests.
    """
    text = engine.mapping_text(portal)
    mapping = checked(portal, text)
    now = engine.clock()
    run = Run(
        id="forecast",
        portal=portal,
        kind="backfill",
        mode="inline",
        as_of=now,
        force=False,
        mapping=text,
        created_at=now,
        options=options,
    )
    sources = engine.sources(portal, mapping)
    slices = Counter[tuple[str, str]]()
    for one in backfill_slices.payloads(sources, run, mapping):
        slices[one["source"], one["stream"]] += 1
    readings = tuple(
        Reading(
            f"{name}.{stream}",
            sources[name].reach(stream),
            number,
            _rows(engine, portal, name, stream),
        )
        for (name, stream), number in sorted(slices.items())
    )
    linked = Counter(one.object for one in engine.ledger.linked(portal))
    records = {name: linked[name] for name in mapping.objects}
    writes = sum(-(-number // _BATCH) for number in records.values())
    hubspot = engine.connect(portal, mapping, "backfill")
    rate, measured = _rate(engine, portal)
    rows = sum(one.rows or 0 for one in readings)
    return Forecast(
        portal=portal,
        options=options,
        readings=readings,
        records=sum(records.values()),
        requests=writes + len(records),
        day=hubspot.account().today(),
        seconds=rows / _ROWS_PER_SECOND + sum(records.values()) / rate,
        measured=measured,
        not_kept=not_kept(mapping, datetime.fromisoformat(options["from"]), now.astimezone(UTC)),
    )


def _rows(engine: Engine, portal: str, source: str, stream: str) -> int | None:
    """The stream's rows in all: no source counts a stretch without reading it."""
    mapping = checked(portal, engine.mapping_text(portal))
    try:
        return engine.sources(portal, mapping)[source].count(stream)
    except SyncworkerError:
        return None  # what cannot be read is told when it is read


def _rate(engine: Engine, portal: str) -> tuple[float, bool]:
    """Records sent per second, by the portal's last run that sent at least a batch."""
    for run in engine.runs.latest(portal, 20):
        sent = run.summary.get("outcomes", {}).get("sent", 0)
        if sent >= _BATCH and run.finished_at is not None and "computed_at" in run.summary:
            begun = datetime.fromisoformat(run.summary["computed_at"])
            seconds = (run.finished_at - begun).total_seconds()
            if seconds > 0:
                return sent / seconds, True
    return _RECORDS_PER_SECOND, False
