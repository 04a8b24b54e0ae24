"""The values that planning passes on: what the ledger holds, changes, batches, outcomes.

Property values are HubSpot's strings, already rendered by the property's type; "" is an empty
property.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Action = Literal["update", "create"]
OutcomeStatus = Literal["sent", "unchanged", "held", "rejected", "deferred", "existing"]


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """What HubSpot last confirmed about one record.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key.
        hubspot_id: HubSpot's id of the record.
        values: By property, what HubSpot confirmed ("" for an empty one). A property that is not
            here was never read or written.
        written_at: When we last wrote to it; None: never.
        fresh: Whether `values` were read from HubSpot in this run.
        linked_by: The HubSpot property it was found by, or `created`; "" where it is not known.
    """

    object: str
    key: str
    hubspot_id: str
    values: Mapping[str, str]
    written_at: datetime | None = None
    fresh: bool = False
    linked_by: str = ""


class Change(NamedTuple):
    """One property's change: old -> new, because.

    A tuple, because a push makes thousands of them a second: a frozen dataclass takes three times
    as long.

    `clear_first` is for a lifecycle stage that goes back: HubSpot takes an earlier stage only
    where the property was emptied in a request before.
    """

    property: str
    old: str
    new: str
    because: str = ""
    clear_first: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A change that was wanted and is deliberately not made, with the reason.

    `cause` and `help` are of a value that HubSpot refused not long ago and that is not sent again
    yet; "" for any other.
    """

    property: str
    old: str
    new: str
    reason: str
    cause: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """What happens to one record.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key.
        name: What people know it by.
        hubspot_id: HubSpot's id; None where the record is to be created.
        action: update or create.
        changes: What is sent, sorted by property.
        held: What is not sent and why.
        create_values: Of a record to be created: what is sent besides the changes (its e-mail, its
            name). It is people's afterwards: it never enters the ledger.
        empty: Of a record to be created: the mapped properties that stay empty.
        refused: What the portal cannot take, and why: a dead letter each.
    """

    object: str
    key: str
    name: str
    hubspot_id: str | None
    action: Action
    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    create_values: Mapping[str, str] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    refused: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchInput:
    """One record of one request; `trace_id` is unique in the batch and finds its outcome."""

    trace_id: str
    key: str
    hubspot_id: str | None
    match: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """One HubSpot request: up to 100 records of one object and one action, each record once.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        action: update (by HubSpot id) or create.
        match_property: Of a creation: the unique property whose value is each input's `match`, by
            which a record is found whose answer got lost; not used by updates.
        inputs: The records.
    """

    object: str
    action: Action
    match_property: str
    inputs: tuple[BatchInput, ...]


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """What HubSpot did with one record of a batch.

    Attributes:
        key: Our key.
        status: sent, or rejected (a dead letter), or deferred (not tried: try again), or existing
            (not created, because HubSpot has `hubspot_id` with its unique value already, or not
            updated, because it was merged into `hubspot_id`: nothing was written to that record).
        hubspot_id: The id HubSpot returned (it may differ after a merge); None if rejected.
        values: The property values HubSpot returned for the record.
        cause: Of a rejection: HubSpot's error code or category, for example INVALID_OPTION.
        property: Of a rejection: the property named, or "".
        message: Of a rejection: what is wrong with the value, in words for the admin.
        help: Of a rejection: what to do.
    """

    key: str
    status: OutcomeStatus
    hubspot_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""
    property: str = ""
    message: str = ""
    help: str = ""
