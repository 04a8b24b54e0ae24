"""What the state database tells of itself, of the workers and of the schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The state database.

    Attributes:
        product: Which one and its version, for example `PostgreSQL 17.2`.
        journal: SQLite's journal mode; "" elsewhere.
        schema: Its schema's version; None where it is empty.
        newest: The version this syncworker makes.
        mend: What to do where this syncworker does not work with it; "" where it does.
        now: Its server's clock; None of SQLite, which has ours.
    """

    product: str
    journal: str
    schema: str | None
    newest: str
    mend: str
    now: datetime | None


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a worker or of the beat."""

    name: str
    kind: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A portal's job that starts by itself: what it is, its times as written, and the next one."""

    job: str
    spec: str
    next_at: datetime


class Health(Protocol):
    """Reads the state database. Every method raises StoreError."""

    def database(self) -> DatabaseState:
        """The database itself."""
        ...

    def beats(self) -> list[Beat]:
        """Every worker and beat that was seen, the newest sign first."""
        ...

    def scheduled(self, portal: str) -> list[Scheduled]:
        """The portal's jobs."""
        ...
