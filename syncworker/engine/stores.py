"""What the engine remembers, as protocols: one per concept, every method one transaction.

A method that takes a claimed `Chunk` commits only while the chunk is still this worker's and
raises `ClaimLost` otherwise, so that a late commit of an old owner changes nothing. Every method
raises `StoreError` when the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from syncworker.engine.memory import (
    Chunk,
    DeadLetter,
    Planned,
    Run,
    Settled,
    SettledPairs,
    Step,
    Unlinked,
    Written,
)
from syncworker.engine.ports import Pair, PropertyDefinition
from syncworker.planning.records import LedgerRecord


class Runs(Protocol):
    """The runs, newest first where a list is asked for."""

    def open(self, run: Run) -> None:
        """Store a new run; raises LockHeld while another run of its portal is open."""
        ...

    def get(self, run_id: str) -> Run:
        """The run; raises StoreError where there is none."""
        ...

    def running(self, portal: str) -> Run | None:
        """The portal's run that holds it; a waiting or paused one does not."""
        ...

    def queued(self) -> list[Run]:
        """The runs at work that workers see to."""
        ...

    def latest(self, portal: str | None, most: int) -> list[Run]:
        """The newest runs, of one portal or of all."""
        ...

    def read_until(self, portal: str) -> datetime | None:
        """As of when the portal's sources were last read; None: never."""
        ...

    def advance(
        self,
        run_id: str,
        *,
        old: Step,
        new: Step,
        payloads: Sequence[Mapping[str, Any]],
        summary: Mapping[str, Any],
    ) -> bool:
        """Move on to `new` with its chunks, adding to the summary; False: another worker did."""
        ...

    def hand_over(self, run_id: str) -> bool:
        """Let workers see to an inline run; False: they do already, or it is closed."""
        ...

    def finish(self, run: Run) -> bool:
        """Close the run with its status and words; False: it was closed already.

        In the same transaction: of a sync whose records all have an outcome the streams' cursors
        move, and letters of records that the sync did not meet again are resolved. Of a failed
        run the ledger forgets the values of records that were sent and not settled.
        """
        ...

    def defer(self, run_id: str, *, until: datetime, message: str) -> None:
        """Let the open run rest until then; `message` says why."""
        ...

    def resume(self, run_id: str) -> None:
        """The run goes on: it is no longer deferred."""
        ...


class Chunks(Protocol):
    """The slices of runs that tasks claim."""

    def take(self, run_id: str, *, now: datetime, most: int) -> list[tuple[int, Step]]:
        """Mark chunks as enqueued until `most` of the run are in flight; return the new ones."""
        ...

    def claim(self, chunk_id: int, *, owner: str, now: datetime, until: datetime) -> Chunk | None:
        """Take the chunk if nobody holds it, its lease has run out, or `owner` held it before."""
        ...

    def renew(self, chunk: Chunk, *, until: datetime) -> None:
        """Hold the chunk longer."""
        ...

    def complete(self, chunk: Chunk, result: Mapping[str, Any]) -> None:
        """The chunk is done, with figures for the run's summary."""
        ...

    def release(self, chunk: Chunk) -> None:
        """Give the chunk back unharmed; it is enqueued again."""
        ...

    def postpone(self, chunk: Chunk, *, until: datetime) -> int:
        """Give the chunk back to its message, which comes again then; claims without progress."""
        ...

    def attempts(self, chunk: Chunk) -> int:
        """How often the chunk was claimed since its last progress."""
        ...

    def left(self, run_id: str, step: Step) -> int:
        """How many chunks of the step are not done."""
        ...

    def results(self, run_id: str, step: Step) -> list[Mapping[str, Any]]:
        """The figures of the step's finished chunks."""
        ...

    def free_lost(
        self, *, now: datetime, enqueued_before: datetime, run_id: str | None = None
    ) -> int:
        """Free chunks whose lease ran out or whose message got lost; how many they were.

        Of one run only, where asked.
        """
        ...

    def held(self, run_id: str, *, now: datetime) -> bool:
        """Whether a worker holds a chunk of the run right now."""
        ...

    def last_sign(self, run_id: str) -> datetime | None:
        """When somebody last enqueued a chunk of the run, or until when one was last held."""
        ...


class Ledger(Protocol):
    """The values HubSpot confirmed."""

    def get(self, portal: str, object_name: str, keys: Sequence[str]) -> dict[str, LedgerRecord]:
        """The records by our key; unknown ones are absent."""
        ...

    def history(self, portal: str, object_name: str, key: str, most: int) -> list[Written]:
        """What was written to a record, the newest first."""
        ...

    def position(self, portal: str) -> int:
        """How far the history goes; grows with everything that is written to HubSpot."""
        ...

    def written_since(
        self, portal: str, object_name: str, keys: Sequence[str], position: int
    ) -> dict[str, str]:
        """By our key, the last run that wrote to it after that position; others are absent."""

    def linked(self, portal: str) -> Iterator[LedgerRecord]:
        """Every linked record of the portal, by object and key; values are left out."""
        ...

    def count(self, portal: str, object_name: str) -> int:
        """How many records of the object are linked."""
        ...

    def page(self, portal: str, object_name: str, *, after: str, most: int) -> list[LedgerRecord]:
        """The object's next records by key, with their values; "" starts."""
        ...

    def owners(self, portal: str, object_name: str, ids: Sequence[str]) -> dict[str, str]:
        """By HubSpot id, our key that is linked to it; one of them where there are several."""
        ...

    def claims(self, portal: str, object_name: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """By HubSpot id, every key of ours that is linked to it, sorted."""
        ...

    def confirm(
        self, chunk: Chunk, portal: str, records: Sequence[LedgerRecord], now: datetime
    ) -> None:
        """Store what HubSpot returned on reading."""
        ...

    def forget(self, chunk: Chunk, portal: str, object_name: str, keys: Sequence[str]) -> None:
        """Drop the rows of keys whose HubSpot record is another key's now."""
        ...

    def doubt(self, portal: str, object_name: str, keys: Sequence[str]) -> None:
        """Drop what is known of the records' values: the next run reads them first.

        Needs no claim, as it can only cost a reading.
        """
        ...


class Unlinkeds(Protocol):
    """Rows that have no HubSpot record, as the portal's last run found them."""

    def replace(
        self,
        chunk: Chunk,
        portal: str,
        object_name: str,
        keys: Sequence[str],
        found: Sequence[Unlinked],
        now: datetime,
    ) -> None:
        """Of these keys, `found` are unlinked now and the others are not."""
        ...

    def forget(self, portal: str, *, before_run: str) -> None:
        """Drop what no run since then found: rows that the source no longer has."""
        ...

    def all(self, portal: str) -> list[Unlinked]:
        """The portal's unlinked rows, by object and key."""
        ...


class Associations(Protocol):
    """The associations HubSpot confirmed, so that nothing is asked or sent twice."""

    def known(
        self, portal: str, from_object: str, to_object: str, from_ids: Sequence[str]
    ) -> set[Pair]:
        """The known pairs of those records."""
        ...

    def settle(self, chunk: Chunk, portal: str, settled: SettledPairs, now: datetime) -> None:
        """Confirmed pairs and dead letters of a stretch, together; known pairs are fine."""
        ...


class Plans(Protocol):
    """The plan of a run and the outcome of each of its records."""

    def clear(self, chunk: Chunk) -> None:
        """Drop what an earlier attempt at this chunk planned."""
        ...

    def add(
        self,
        chunk: Chunk,
        portal: str,
        records: Sequence[Planned],
        letters: Sequence[DeadLetter],
        fine: Sequence[tuple[str, str]],
        now: datetime,
    ) -> None:
        """Add a stretch of the chunk's plan, with what cannot be planned as dead letters.

        Args:
            chunk: The claimed chunk.
            portal: The portal's name.
            records: Numbered from 0 within the chunk by `position`.
            letters: New dead letters.
            fine: Object and key of records that need nothing: their letters are resolved.
            now: The time.
        """
        ...

    def number(self, run_id: str) -> int:
        """Give the plan's records their positions, from 0; return how many there are."""
        ...

    def open(self, run_id: str, first: int, last: int) -> list[Planned]:
        """Records at positions first..last that have no outcome yet."""
        ...

    def show(self, run_id: str, most: int) -> list[Planned]:
        """The first records of the plan, for people."""
        ...

    def sending(self, chunk: Chunk, positions: Sequence[int]) -> None:
        """These records are about to be sent; not settled, they may or may not be in HubSpot."""
        ...

    def settle(self, chunk: Chunk, portal: str, settled: Sequence[Settled], now: datetime) -> None:
        """Outcomes, ledger, history and dead letters of one batch, together."""
        ...

    def forget(self, portal: str, *, finished_before: datetime) -> None:
        """Drop the plans of runs that ended before that moment."""
        ...

    def outcomes(self, run_id: str) -> dict[str, int]:
        """How many records came to which outcome."""
        ...


class Slots(Protocol):
    """The schedule's slots, each claimed once however many beats there are."""

    def claim(self, portal: str, job: str, slot: datetime) -> bool:
        """Whether this caller is the one who runs the slot."""
        ...


class Definitions(Protocol):
    """HubSpot's property definitions, remembered for a while so that a quiet run asks nothing."""

    def get(
        self, portal: str, object_name: str, *, after: datetime
    ) -> dict[str, PropertyDefinition] | None:
        """The definitions if they were read after that moment."""
        ...

    def put(
        self,
        portal: str,
        object_name: str,
        definitions: Mapping[str, PropertyDefinition],
        now: datetime,
    ) -> None:
        """Remember them."""
        ...

    def forget(self, portal: str) -> None:
        """Read them anew next time; what they were is kept, to tell what has changed."""
        ...
