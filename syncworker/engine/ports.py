"""What the engine needs from the outside, as protocols; bootstrap says who fulfils them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import polars as pl

from syncworker.engine.account import AccountReader
from syncworker.engine.touched import Touched
from syncworker.planning.records import Batch, RecordOutcome


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A source row that does not fit its stream; the run goes on without it.

    Attributes:
        stream: The canonical stream.
        place: The file or the query it came from.
        position: Line of a file or row number of a query result, from 1.
        field: The column that does not fit, or "" where the whole row cannot be read.
        reason: What is wrong with it, without personal data.
        key: The row's key where it has one, masked where it is an e-mail address.
    """

    stream: str
    place: str
    position: int
    field: str
    reason: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a source returns at a time.

    Attributes:
        frames: By canonical stream, rows in that stream's schema, system columns included. A
            source stream in another shape (Stripe's subscriptions) gives several.
        rejected: Rows that did not fit.
        resume: Where to go on inside this run after this page; opaque.
        cursor: What the next run starts from once this run is done; opaque, or None where the
            source keeps no place.
        columns: By canonical stream, the columns that this page's raw rows had. Where an earlier
            reading had one that is gone now, the stream is stopped before the page is staged.
        declared: Whether `columns` are all the source has (a query's, a file's header). Else they
            are what came (JSON objects), and only a large page tells that one is gone.
        passing: Whether the source keeps only what came lately: no reading of it is whole, and
            what one does not meet is not deleted.
        unchanged: Whether the source knows that nothing has changed since `since`: there are no
            rows, and no row is taken for deleted.
    """

    frames: Mapping[str, pl.DataFrame]
    rejected: tuple[RejectedRow, ...] = ()
    resume: str | None = None
    cursor: str | None = None
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    declared: bool = True
    passing: bool = False
    unchanged: bool = False


Reach = Literal["slices", "stretch", "whole"]
"""How a stretch of the past is read: in slices, at once, or with all the rest of the stream."""


class Source(Protocol):
    """A place rows come from."""

    name: str

    def provides(self, stream: str) -> tuple[str, ...]:
        """The canonical streams that a configured stream's pages hold; no two streams share one."""
        ...

    def incremental(self, stream: str) -> bool:
        """Whether the stream is read from a cursor; else each run reads it whole.

        A reading that starts without a cursor is whole too: what it does not meet is deleted.
        """
        ...

    def full_every(self, stream: str) -> timedelta | None:
        """How often a stream with a cursor is read whole all the same; None: only when asked."""
        ...

    def count(self, stream: str) -> int | None:
        """How many rows the source has now; None where only reading them all would tell.

        Raises:
            SourceError: The source cannot be read.
        """
        ...

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """Read a stream page by page, up to `watermark`, fixed when the run started.

        Args:
            stream: The stream's name in the mapping.
            since: The cursor of the last finished run; the overlap is subtracted here. None: all.
                A stream that is read whole may use it to tell that nothing has changed.
            resume: The `resume` of the last page this run committed. None: from the start.
            watermark: Rows whose cursor column lies after it wait for the next run.

        Raises:
            SourceError: The source cannot be read.
        """
        ...

    def reach(self, stream: str) -> Reach:
        """How a stretch of the past can be read without the rest of the stream, if at all.

        A stream that is `whole` is read by `pages` only; one that is a `stretch` costs as much for
        a small part of it as for all that comes after its start.
        """
        ...

    def between(
        self,
        stream: str,
        *,
        start: datetime,
        end: datetime,
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """The rows whose cursor lies in [start, end), page by page; no overlap is subtracted.

        Rows without a cursor value are left to `pages`. A page's `cursor` means nothing here, and
        what is not met is not deleted. At least one page comes, if an empty one.

        Args:
            stream: A stream whose `reach` is not `whole`.
            start: From when on.
            end: Until when, not included; not after the watermark.
            resume: As in `pages`.
            watermark: The moment the rows are read as of.

        Raises:
            SourceError: The source cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """A property of a portal, as it is or as it should be made.

    Attributes:
        name: HubSpot's internal name.
        type: HubSpot's type: string, number, date, datetime, enumeration or bool.
        field_type: HubSpot's form field.
        label: What people read on the record.
        description: What it means, for the same people.
        group: The property group's internal name.
        options: Values and labels, in the order people see them; empty where HubSpot keeps them
            elsewhere (pipelines, owners).
        read_only: Whether its values cannot be written: calculated, or HubSpot's own.
        unique: Whether no two records share a value.
        number_format: Of a number: HubSpot's display hint (`formatted`, `currency`, `percentage`,
            `unformatted`...), or "".
    """

    name: str
    type: str
    field_type: str
    label: str = ""
    description: str = ""
    group: str = ""
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    unique: bool = False
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class PropertyLimit:
    """How many custom properties an object may have, and how many it has."""

    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline of deals or tickets: its id, its label, and its stages as (id, label)."""

    id: str
    label: str
    stages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two HubSpot records, by id, that belong together."""

    from_id: str
    to_id: str


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of a pair that was to be associated; `cause` is empty where it is now."""

    pair: Pair
    cause: str = ""
    message: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class PortalRecord:
    """A HubSpot record as read: its id and the property values asked for ("" for empty)."""

    id: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a portal allows us, as far as its budget knows: HubSpot is not asked.

    Attributes:
        burst: Requests in any `window`.
        window: Seconds.
        daily: Requests of all apps a day; None: no such limit.
        used: Those of today, of all apps; None: HubSpot has not told yet.
    """

    burst: int
    window: float
    daily: int | None = None
    used: int | None = None


class Portal(Protocol):
    """A HubSpot account. Every method raises PortalError; retries have happened inside."""

    @property
    def requests(self) -> int:
        """HubSpot requests made through this object so far, retries included."""
        ...

    @property
    def waited(self) -> float:
        """Seconds that requests through this object have waited for the portal's budget."""
        ...

    @property
    def writes(self) -> int:
        """Those of the requests that change records or property definitions."""
        ...

    def home(self) -> str:
        """Where people see the portal's records (`…/record/TYPE/ID` below it); "": not told."""
        ...

    @property
    def quota(self) -> Quota:
        """What the portal allows, as far as it is known; `account().today()` asks HubSpot."""
        ...

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        """The object's properties by name."""
        ...

    def create_properties(
        self, object_name: str, group: tuple[str, str], definitions: Sequence[PropertyDefinition]
    ) -> None:
        """Create the group (name, label) if it is missing, and the properties.

        A property that exists already is left as it is.
        """
        ...

    def archive_properties(self, object_name: str, names: Sequence[str]) -> None:
        """Archive properties: their values can no longer be reached, and the names stay taken."""
        ...

    def archived_properties(self, object_name: str) -> frozenset[str]:
        """Names of the object's archived properties, which HubSpot may not give a second time."""
        ...

    def definitions(self) -> dict[str, Any]:
        """Every definition of the account as HubSpot tells it, without records, for a sandbox.

        `objects`: by name, `properties`, `groups`, `pipelines` and, of a custom object, `schema`;
        `left_out`: by what the token may not read, why.
        """
        ...

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        """Records by a property's value, with the values of `properties`.

        Where no two records share a value (`unique`, as the property's definition has it) they are
        read at once; else they are searched for, which takes more requests. Two records for one
        value are both returned: it is for the caller to call it a conflict. A value that no record
        has is absent. Values are compared as HubSpot does (e-mail addresses in lower case; a
        contact's secondary addresses count).
        """
        ...

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        """Records by the id asked for; one that is gone is absent; a merged one has its new id."""
        ...

    def last_changes(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Touched]:
        """By id asked for, who last set each property, when, and to what.

        A record that is gone is absent, and so is a property that never had a value.
        """
        ...

    def app(self) -> str:
        """Our app's id, as histories name it; "" where HubSpot does not tell. Asked once."""
        ...

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        """Send a batch; one outcome per input, correlated by trace id, never by order.

        An answer that got lost is settled by reading the records before anything is sent again.
        """
        ...

    def pipelines(self, object_name: str) -> tuple[Pipeline, ...]:
        """The object's pipelines."""
        ...

    def property_limit(self, object_name: str) -> PropertyLimit | None:
        """How many custom properties there may be; None where the portal does not tell."""
        ...

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> Mapping[str, frozenset[str]]:
        """By id asked for, the ids of the records of `to_object` it belongs to."""
        ...

    def associate(
        self, from_object: str, to_object: str, pairs: Sequence[Pair]
    ) -> tuple[PairOutcome, ...]:
        """Associate pairs by HubSpot's default type; one outcome per pair, in their order."""
        ...

    def account(self) -> AccountReader:
        """What HubSpot tells of the account and the token."""
        ...
