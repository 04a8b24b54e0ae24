"""What was written to HubSpot, by run and by record: the ledger's history, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncworker.planning.records import Change


@dataclass(frozen=True, slots=True)
class Writing:
    """What one run wrote to one record.

    Attributes:
        id: Grows with each; the order they were made in.
        run_id: The run.
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key.
        hubspot_id: HubSpot's id of the record then.
        at: When HubSpot confirmed it; aware UTC.
        created: Whether the run made the record.
        changes: What HubSpot confirmed.
    """

    id: int
    run_id: str
    object: str
    key: str
    hubspot_id: str
    at: datetime
    created: bool
    changes: tuple[Change, ...]


class Histories(Protocol):
    """The history; every method raises StoreError when the database cannot be used."""

    def of_run(self, run_id: str, *, after: int, most: int) -> list[Writing]:
        """What the run wrote after the writing of that id, oldest first."""
        ...

    def of_records(
        self, portal: str, object_name: str, keys: Sequence[str], *, from_run: str = ""
    ) -> list[Writing]:
        """What that run and later ones wrote to these records, oldest first."""
        ...

    def named(self, portal: str, name: str) -> list[tuple[str, str]]:
        """Object and key of every record that has this key or this HubSpot id, or had it once."""
        ...

    def near(self, portal: str, name: str, most: int) -> list[str]:
        """Keys of linked records that begin as the name does, for telling people."""
        ...
