"""Records of a portal, some at a time: all of them, or what changed since and what was archived.

A whole reading lists the records by id. It also shows those that were changed after the watermark,
as they are by then: left out they would be taken for deleted. Later ones wait for the next run.

A reading from a cursor searches for what changed, by id, so that HubSpot's end of a search after
10,000 records does not matter; what changes meanwhile is found by the next run. A search never
shows archived records and they do not count as changed, so their list is looked through as well:
it cannot be asked by date, and HubSpot keeps it for 90 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader, Listed
from syncworker.model.values import Unfit, to_datetime
from syncworker.sources.hubspot_position import Position, newer


@dataclass(frozen=True, slots=True)
class Part:
    """What is read of one object.

    Attributes:
        object: The object.
        properties: Properties whose value is read.
        history: Properties whose past values are read too.
        archived: Whether archived records are told, in a reading from a cursor.
    """

    object: str
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    archived: bool = True

    @property
    def changed(self) -> str:
        """The property that says when a record was last changed."""
        return "lastmodifieddate" if self.object == "contacts" else "hs_lastmodifieddate"

    @property
    def shown(self) -> tuple[str, ...]:
        """All properties to ask for."""
        return (*self.properties, self.changed)


@dataclass(frozen=True, slots=True)
class Some:
    """Records of one part, and where the reading stands behind them."""

    part: Part
    records: tuple[CrmRecord, ...]
    position: Position


def some_records(
    reader: HubSpotReader,
    parts: Sequence[Part],
    position: Position,
    *,
    start: datetime | None,
    watermark: datetime,
    most: int,
) -> Iterator[Some]:
    """Records in lists of about `most`, never an empty one.

    Args:
        reader: Reads the portal.
        parts: What is read, in this order.
        position: Where the reading goes on.
        start: From when on changes are wanted; None: all records.
        watermark: Until when.
        most: Records of a list.
    """
    steps = [
        (part, archived)
        for part in parts
        for archived in (False, True)
        if not archived or (part.archived and start is not None)
    ]
    while position.step < len(steps):
        part, archived = steps[position.step]
        records: list[CrmRecord] = []
        after = position.after
        while True:
            missing = most - len(records)
            if start is None:
                listed = reader.listed(
                    part.object, part.shown, part.history, after=after, most=missing
                )
                records += [one for one in listed.records if not _later(one.created, watermark)]
            elif archived:
                listed = reader.listed(
                    part.object, part.shown, part.history, after=after, most=missing, archived=True
                )
                records += [
                    one
                    for one in listed.records
                    if one.archived is not None and start <= one.archived <= watermark
                ]
            else:
                listed = _changed(reader, part, after, missing, start, watermark)
                records += listed.records
            after = listed.after
            if not after or len(records) >= most:
                break
        moments = [moment for one in records if (moment := _moment(part, one)) <= watermark]
        position = replace(
            position,
            step=position.step if after else position.step + 1,
            after=after,
            rows=position.rows + len(records),
            newest=newer(position.newest, *moments),
        )
        if records:
            yield Some(part, tuple(records), position)


def _changed(
    reader: HubSpotReader,
    part: Part,
    after: str,
    most: int,
    start: datetime,
    watermark: datetime,
) -> Listed:
    shown = () if part.history else part.shown
    found = reader.changed(
        part.object, shown, part.changed, since=start, until=watermark, after=after, most=most
    )
    if not part.history:
        return found
    ids = [one.id for one in found.records]
    read = reader.read(part.object, ids, part.shown, part.history)
    return replace(found, records=tuple(read[one] for one in ids if one in read))


def _later(moment: datetime | None, watermark: datetime) -> bool:
    return moment is not None and moment > watermark


def _moment(part: Part, record: CrmRecord) -> datetime:
    """When the record was last changed or archived; long ago where that cannot be read."""
    try:
        changed = to_datetime(record.values.get(part.changed) or "")
    except Unfit:
        changed = None
    return newer(changed, record.archived) or datetime.min.replace(tzinfo=UTC)
