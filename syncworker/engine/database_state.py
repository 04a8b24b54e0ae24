"""What the state database tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
