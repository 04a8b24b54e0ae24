"""Dead letters as they are kept, and the port that keeps them.

As in `stores.py` every method is one transaction and raises `StoreError` when the database cannot
be used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncworker.engine.memory import Chunk, DeadLetter, LetterKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are meant; what is None is not asked for.

    Attributes:
        cause: Its code.
        property: The column or property at fault.
        key: Our key, a row's own key, or the place of a row.
        run_id: The run it last came up in.
        kind: row, record, stream or identity.
    """

    cause: str | None = None
    property: str | None = None
    key: str | None = None
    run_id: str | None = None
    kind: LetterKind | None = None


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter with what became of it.

    Attributes:
        letter: The letter.
        run_id: The run it last came up in.
        source: Of a source's row: the source; else "".
        last_at: When it last came up.
        tried_at: When its values were last sent to HubSpot; None: they may be at once.
        resolved_at: When it was resolved, or discarded; None: it is open.
        discarded: Why a person discarded it; "": nobody did.
    """

    letter: DeadLetter
    run_id: str
    source: str
    last_at: datetime
    tried_at: datetime | None = None
    resolved_at: datetime | None = None
    discarded: str = ""


class Letters(Protocol):
    """The dead letters.

    A discarded one that comes up again with the same cause and the same value stays discarded.
    """

    def open(
        self, portal: str, *, run_id: str | None, most: int, discarded: bool = False
    ) -> list[DeadLetter]:
        """Those that are not resolved, of one run where asked, oldest first.

        With `discarded` those too that a person discarded: they are as wrong as the others.
        """
        ...

    def number(self, portal: str) -> int:
        """How many of the portal's are open."""
        ...

    def kept(self, portal: str, wanted: Wanted, *, discarded: bool = False) -> list[KeptLetter]:
        """Open ones, with `discarded` those as well that were discarded, oldest first."""
        ...

    def portals(self) -> list[str]:
        """Names of the portals that have open or discarded letters, sorted."""
        ...

    def discard(
        self, portal: str, letters: Sequence[DeadLetter], reason: str, now: datetime
    ) -> None:
        """A person needs no more of these, and says why."""
        ...

    def of_records(
        self, portal: str, object_name: str, keys: Sequence[str]
    ) -> Mapping[str, list[DeadLetter]]:
        """By key, the open letters of these records; those of associations too."""
        ...

    def refused(
        self, portal: str, object_name: str, keys: Sequence[str], *, after: datetime
    ) -> Mapping[str, list[DeadLetter]]:
        """By key, the letters of records whose values were sent after that moment.

        Open and discarded ones; those of associations too.
        """
        ...

    def try_again(self, portal: str, object_name: str, properties: Collection[str]) -> None:
        """Something about these properties has changed: their values may be sent at once."""
        ...

    def causes(self, run_id: str) -> set[str]:
        """The causes of the run's letters, discarded ones included."""
        ...

    def count(self, run_id: str) -> dict[str, int]:
        """How many of each kind the run left open."""
        ...

    def renew(
        self,
        chunk: Chunk,
        portal: str,
        kind: LetterKind,
        letters: Sequence[DeadLetter],
        now: datetime,
    ) -> None:
        """These are all letters of a kind from now on; every other one is resolved."""
        ...

    def resolve(
        self, portal: str, kind: LetterKind, subject: str, keys: Sequence[str], now: datetime
    ) -> None:
        """What these were about got through."""
        ...
