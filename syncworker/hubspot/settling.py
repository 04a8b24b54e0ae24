"""What became of records whose answer got lost: read, never guessed.

A search would not do: its index lags behind what was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.engine.ports import PortalRecord
from syncworker.hubspot import reading
from syncworker.hubspot.outcomes import rejected, settled
from syncworker.hubspot.problems import GONE, Problem
from syncworker.hubspot.transport import Transport
from syncworker.mapping.desired import PropertyType
from syncworker.planning.records import Batch, BatchInput, RecordOutcome
from syncworker.planning.values import options, same

_LENIENT: tuple[PropertyType, ...] = ("number", "datetime", "bool", "enumeration")
_GONE = Problem(GONE, "", "HubSpot does not have the record any more")


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found out.

    Attributes:
        done: By trace id, the outcomes that are clear.
        again: What is to be sent (again).
    """

    done: dict[str, RecordOutcome] = field(default_factory=dict)
    again: list[BatchInput] = field(default_factory=list)


def settle(
    transport: Transport, batch: Batch, inputs: Sequence[BatchInput], portal: str
) -> Settled:
    """Read the records: those that hold what was sent are `sent`.

    An update that does not hold it is sent again, which does no harm. A record that was to be
    created and holds something else is somebody else's, and one that was merged into another may
    be another row's now: `existing`.

    Raises:
        PortalError: HubSpot cannot be read either.
    """
    found = _find(transport, batch, inputs)
    told = Settled()
    for one in inputs:
        record = found.get(one.trace_id)
        if record is None and batch.action == "update":
            told.done[one.trace_id] = rejected(one, _GONE, portal)
        elif record is None:
            told.again.append(one)
        elif batch.action == "update" and record.id != one.hubspot_id:
            told.done[one.trace_id] = settled(one, "existing", record.id, record.values)
        elif holds(record.values, one.properties):
            told.done[one.trace_id] = settled(one, "sent", record.id, record.values)
        elif batch.action == "update":
            told.again.append(one)
        else:
            told.done[one.trace_id] = settled(one, "existing", record.id, record.values)
    return told


def holds(held: Mapping[str, str], sent: Mapping[str, str]) -> bool:
    """Whether a record holds what was sent, in whatever spelling; when unsure, it does not."""
    return all(_same(value, held.get(name, "")) for name, value in sent.items())


def _same(sent: str, held: str) -> bool:
    if sent.startswith(";"):  # options are added
        return set(options(sent)) <= set(options(held))
    sent, held = sent.strip(), held.strip()
    return any(same(kind, sent, held) for kind in _LENIENT)


def _find(
    transport: Transport, batch: Batch, inputs: Sequence[BatchInput]
) -> dict[str, PortalRecord]:
    """By trace id, the records there are."""
    names = sorted({name for one in inputs for name in one.properties})
    if batch.action == "update":
        ids = [one.hubspot_id or "" for one in inputs]
        by_id = reading.read(transport, batch.object, ids, names)
        return {one.trace_id: by_id[one.hubspot_id] for one in inputs if one.hubspot_id in by_id}
    by = batch.match_property
    matches = [one.match for one in inputs]
    found = (
        reading.find_by_email(transport, matches, names)
        if (batch.object, by) == ("contacts", "email")
        else reading.find_by_unique(transport, batch.object, by, matches, names)
    )
    return {one.trace_id: found[one.match][0] for one in inputs if one.match in found}
