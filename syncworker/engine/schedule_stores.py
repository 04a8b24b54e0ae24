"""What is remembered of portals' schedules and pauses, as protocols; every method one transaction.

As in `stores.py`, every method raises `StoreError` when the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncworker.engine.memory import Run
from syncworker.mapping.slots import Job


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One job of a portal's schedule.

    Attributes:
        portal: The portal's name.
        job: sync; full (reads everything whole); or fast (looks for new rows of a few streams).
        spec: Its timetable in words.
        next_at: Its next slot, aware UTC; one that has passed waits for the portal to be free.
        last_slot: The slot that was taken last; None: none yet.
        last_run_id: The run that took it, or empty.
    """

    portal: str
    job: Job
    spec: str
    next_at: datetime
    last_slot: datetime | None = None
    last_run_id: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A portal that a person has paused: since when, why, and until when (None: until resumed)."""

    at: datetime
    why: str = ""
    until: datetime | None = None


class Schedules(Protocol):
    """The next slot of every scheduled job; whoever moves it on has taken it."""

    def of(self, portal: str | None = None) -> list[Scheduled]:
        """The jobs of a portal, or of all."""
        ...

    def plan(self, portal: str, job: Job, spec: str, next_at: datetime) -> None:
        """Add a job, or give it another timetable; the same one changes nothing."""
        ...

    def start(self, taken: Sequence[tuple[Scheduled, datetime]], run: Run) -> bool:
        """Take due slots and open the run that does them, together.

        Args:
            taken: The jobs as they were read, each with its next slot from now on. The first
                decides: where its slot is another's by now, nothing happens.
            run: The run.

        Returns:
            False: the slot was taken already, or another run holds the portal.
        """
        ...

    def take(self, job: Scheduled, next_at: datetime) -> bool:
        """Take a due slot that needs no run; False: it was taken already."""
        ...

    def move(self, portal: str, job: Job, next_at: datetime) -> None:
        """Set a job's next slot."""
        ...

    def drop(self, portal: str, *, keep: Collection[Job]) -> None:
        """Forget the portal's other jobs."""
        ...

    def drop_portals(self, *, keep: Collection[str], due_before: datetime) -> None:
        """Forget the jobs of every other portal whose next slot lies before then."""
        ...


class Pauses(Protocol):
    """The portals that people have paused, those included whose time is over."""

    def all(self) -> Mapping[str, Pause]:
        """By portal."""
        ...

    def put(self, portal: str, pause: Pause) -> None:
        """Pause the portal; a new pause replaces an older one."""
        ...

    def lift(self, portal: str, now: datetime) -> None:
        """End the pause, if there is one."""
        ...

    def ended(self, portal: str) -> datetime | None:
        """When the last pause was over; None: it was never paused, or is."""
        ...

    def end(self, now: datetime) -> None:
        """End every pause whose time is over."""
        ...
