"""What the engine remembers of the sources, as protocols: staged files, cursors, deliveries.

As in `stores.py`, every method is one transaction, and one that takes a chunk raises `ClaimLost`
where the chunk is another worker's by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from syncworker.engine.memory import (
    Chunk,
    DeadLetter,
    Delivery,
    Run,
    Snapshot,
    StagedPage,
    StreamRead,
)


class Pages(Protocol):
    """What is staged, and how far each stream has been read."""

    def commit(
        self,
        chunk: Chunk,
        pages: Sequence[StagedPage],
        letters: Sequence[DeadLetter],
        progress: Mapping[str, Any],
        met: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Add a page's files and rejected rows, and remember where the chunk goes on.

        Args:
            chunk: The claimed chunk.
            pages: The page's files.
            letters: Its rejected rows.
            progress: Where the chunk goes on.
            met: Stream and letter key of rows rejected earlier that the page holds: resolved,
                unless `letters` has them again.
        """
        ...

    def whole(
        self,
        chunk: Chunk,
        stream: str,
        progress: Mapping[str, Any],
        *,
        deleted: StagedPage | None,
        instead: Sequence[StagedPage] | None = None,
    ) -> None:
        """After a whole reading: its rejected rows are all there are; deleted rows are marked.

        Args:
            chunk: The claimed chunk.
            stream: The canonical stream.
            progress: The chunk's from now on.
            deleted: The file of marks, if there are any.
            instead: Files that count in the place of those of the reading; None: these stay.
        """
        ...

    def merge(self, chunk: Chunk, merged: StagedPage, places: Sequence[str]) -> None:
        """One file counts from now on instead of those."""
        ...

    def swap(self, run: Run, places: Sequence[str], page: StagedPage | None) -> None:
        """Another file, or none, counts from now on instead of those; the run has the portal."""
        ...

    def places(self, portal: str) -> list[str]:
        """Places of every file that is known, outdated ones too."""
        ...

    def staged(self, portal: str, stream: str, *, run_id: str | None = None) -> list[StagedPage]:
        """The stream's files that count; of one run only, where asked."""
        ...

    def outdated(self, portal: str) -> list[str]:
        """Places of files that no longer count."""
        ...

    def forget(self, portal: str, places: Sequence[str]) -> None:
        """The files are gone."""
        ...

    def read(self, portal: str) -> list[StreamRead]:
        """The last whole reading of every stream, by runs that finished."""
        ...


class Inbox(Protocol):
    """What webhooks received, by portal, source and stream, until a run has read it."""

    def put(
        self, portal: str, source: str, stream: str, delivery: str, body: str, now: datetime
    ) -> bool:
        """Store a delivery under the sender's id of it; False: it is there already."""
        ...

    def read(
        self, portal: str, source: str, stream: str, *, after: int, most: int
    ) -> list[Delivery]:
        """Deliveries behind an id, by id; one that is stored later has a higher id."""
        ...

    def remove(
        self, portal: str, source: str, stream: str, *, up_to: int, received_before: datetime
    ) -> int:
        """Remove deliveries up to an id that are older than that; how many they were."""
        ...

    def check(self) -> None:
        """Make sure that deliveries can be stored now."""
        ...


class Snapshots(Protocol):
    """Which files hold what a portal's metrics remember of a day."""

    def put(self, chunk: Chunk, portal: str, made: Sequence[Snapshot]) -> None:
        """Add the chunk's files, instead of those of an earlier attempt at it."""
        ...

    def known(self, portal: str, *, known_by: datetime | None = None) -> list[Snapshot]:
        """All of them, or those that were known at a moment, by day."""
        ...

    def move(self, portal: str, old: str, new: str) -> None:
        """Another file counts from now on instead of that one."""
        ...

    def drop(self, portal: str, *, before: date) -> None:
        """Forget those of earlier days; their files are strays from then on."""
        ...
