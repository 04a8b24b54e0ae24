"""Whose turn a portal is: runs that wait, rest, are asked to stop, or are gone on with later."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from syncworker.engine.memory import Run, Step
from syncworker.engine.run_words import RunKind, RunMode, RunStatus, Wish


@dataclass(frozen=True, slots=True)
class Turn:
    """How a run goes on that rested or had ended.

    Attributes:
        mode: Who does the rest.
        as_of: The moment the numbers are for from now on.
        mapping: The mapping's text from now on.
        anew: Whether its plan is made anew. Else it goes on where it was.
        streams: Streams that the mapping still has, as `source.stream`.
        summary: The run's summary from now on.
    """

    mode: RunMode
    as_of: datetime
    mapping: str
    anew: bool
    streams: Collection[str]
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Count:
    """How far one step of a run is: chunks that are done, of how many."""

    step: Step
    done: int
    of: int


class Turns(Protocol):
    """Every method is one transaction and raises StoreError, as in `engine.stores`."""

    def wish(self, run_id: str) -> Wish:
        """What is asked of the run."""
        ...

    def ask(self, run_id: str, wish: Wish) -> bool:
        """Ask it of an open run; False: it has ended."""
        ...

    def rest(self, run: Run, status: Literal["waiting", "paused"], *, now: datetime) -> bool:
        """Let go of the portal; False: a worker holds a chunk of the run, or it is not at work.

        The ledger forgets the values of records that were sent and not settled: other runs write
        meanwhile.
        """
        ...

    def mark(self, run_id: str, status: Literal["waiting", "paused"]) -> None:
        """Let a run that rests wait for its turn, or for a person."""
        ...

    def waiting(self, portal: str | None) -> Sequence[Run]:
        """The runs that wait for their portal, the oldest first."""
        ...

    def overtaken(self, run: Run) -> bool:
        """Whether another run of the portal has been at work since this one was made or taken."""
        ...

    def take(self, run: Run, turn: Turn) -> bool:
        """Let a run that rests, or that ended, have the portal; False: another run holds it.

        What is not done is free. Streams that were given up, and records that were rejected, are
        tried again. With `anew` its plan and all that came of it is dropped, and a stream that was
        half read and is read whole is read from its start.
        """
        ...

    def list(
        self,
        *,
        portal: str | None,
        statuses: Sequence[RunStatus],
        kind: RunKind | None,
        since: datetime | None,
        most: int,
    ) -> Sequence[Run]:
        """The newest runs like that; None or no statuses: any."""
        ...

    def counts(self, run_id: str) -> Sequence[Count]:
        """How far the run's steps are, in their order."""
        ...
