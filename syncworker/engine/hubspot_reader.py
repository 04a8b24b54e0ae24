"""What a source may read in a HubSpot portal, as a protocol; the HubSpot adapter fulfils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PastValue:
    """A value a property once had.

    Attributes:
        value: The value as HubSpot writes it; "" where it was taken away.
        at: When it was set; None where HubSpot does not tell.
        source: What set it, in HubSpot's words: CRM_UI, INTEGRATION, ….
    """

    value: str
    at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record of an object.

    Attributes:
        id: HubSpot's id.
        created: When it was made; None where HubSpot does not tell.
        archived: When it was deleted; None: it is there.
        values: By property asked for, its value, None where it never had one. A property that the
            portal does not have is absent.
        history: By property asked for, its values, newest first.
    """

    id: str
    created: datetime | None = None
    archived: datetime | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)
    history: Mapping[str, tuple[PastValue, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """Some records, and where the next ones begin; "" behind the last."""

    records: tuple[CrmRecord, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that somebody sent.

    Attributes:
        id: HubSpot's id of the submission.
        at: When it was sent; None where HubSpot does not tell.
        page: The page's address; None where HubSpot does not tell.
        fields: Names and values, in the form's order; only those of the person who sent it.
    """

    id: str
    at: datetime | None
    page: str | None
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Submissions:
    """Some submissions, newest first, and where the next ones begin; "" behind the last."""

    found: tuple[Submission, ...]
    after: str


class HubSpotReader(Protocol):
    """Reads a portal within its shared budget of requests; retries have happened inside.

    Every method raises PortalError; Forbidden names the scope where HubSpot does.
    """

    def listed(
        self,
        object_name: str,
        properties: Sequence[str],
        history: Sequence[str] = (),
        *,
        after: str = "",
        most: int = 100,
        archived: bool = False,
    ) -> Listed:
        """Up to `most` (100; 50 with history) of all records, or of all archived ones, by id."""
        ...

    def changed(
        self,
        object_name: str,
        properties: Sequence[str],
        changed: str,
        *,
        since: datetime,
        until: datetime,
        after: str = "",
        most: int = 200,
    ) -> Listed:
        """Up to `most` (200) records that changed between two times, both included, by id.

        Search cannot show history, and tells of a change some seconds later.

        Args:
            object_name: The object.
            properties: Their values are shown.
            changed: The object's property that says when a record last changed.
            since: From when on.
            until: Until when.
            after: The `after` of the page before.
            most: How many at most.
        """
        ...

    def read(
        self,
        object_name: str,
        ids: Sequence[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
    ) -> Mapping[str, CrmRecord]:
        """Records by the id asked for; one that is gone is absent."""
        ...

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """By id asked for, ids of the records it belongs to: the primary one first, then by id."""
        ...

    def number(self, object_name: str, property_name: str = "", values: Sequence[str] = ()) -> int:
        """How many records there are; with a property, those that have one of its `values`."""
        ...

    def properties(self, object_name: str) -> Mapping[str, Mapping[str, str]]:
        """The object's properties by name, each with its options' labels by value."""
        ...

    def currency(self) -> str:
        """The portal's own currency, ISO 4217; "" where HubSpot does not tell."""
        ...

    def submissions(self, form: str, *, after: str = "", most: int = 50) -> Submissions:
        """Up to `most` (50) submissions of a form, by its GUID."""
        ...
