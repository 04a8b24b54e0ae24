"""What is remembered of alerts, as values, and who keeps them, as a protocol."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from syncworker.engine.memory import Run

AlertEvent = Literal["opened", "recovered", "test"]


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that is wrong, from when it was noticed to when it was over.

    Attributes:
        id: Grows with each; 0: not stored yet.
        portal: The portal's name.
        rule: The rule's key.
        subject: An account, a stream, or "".
        message: What is wrong, in one line.
        notice: The message that told it; "": nobody was told.
        opened_at: When it was noticed; aware UTC.
        closed_at: When it was over; None: it goes on.
    """

    id: int
    portal: str
    rule: str
    subject: str
    message: str
    notice: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """A message on its way to one channel.

    Attributes:
        id: Grows with each.
        notice: Names the message; the same for all channels.
        portal: The portal's name.
        channel: The channel's name in the mapping; "": the alerts could not be judged.
        event: opened, recovered or test.
        body: What is said.
        created_at: When it was recorded.
        attempts: How often sending it was begun.
        next_at: When it is sent next; None: delivered, or given up.
        delivered_at: When the channel took it.
        error: What went wrong last, masked; of what was delivered, who did not get it; or "".
    """

    id: int
    notice: str
    portal: str
    channel: str
    event: AlertEvent
    body: Mapping[str, Any]
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    delivered_at: datetime | None = None
    error: str = ""


class PartlyTaken(str):
    """A channel's answer: some of its addresses do not get the message. It counts as delivered."""

    __slots__ = ()


class AlertStore(Protocol):
    """Episodes and deliveries. Every method is one transaction and raises StoreError."""

    def open(self, portal: str) -> list[Episode]:
        """The portal's episodes that go on, oldest first."""
        ...

    def recovered(self, portal: str, rule: str, *, since: datetime) -> set[str]:
        """The subjects of the rule's episodes that were over at that moment or later."""
        ...

    def change(
        self,
        opened: Sequence[Episode],
        closed: Collection[int],
        deliveries: Sequence[AlertDelivery],
        now: datetime,
        run: Run | None = None,
    ) -> bool:
        """Open and close episodes and record what is to be sent.

        Args:
            opened: Episodes that begin.
            closed: The ids of those that are over.
            deliveries: What is to be sent.
            now: The time.
            run: The run that shows it; it counts as judged from then on.

        Returns:
            False: another process was ahead, and nothing is changed.
        """
        ...

    def judged(self, run: Run) -> bool:
        """Whether a run that ended has been judged."""
        ...

    def episodes(self, portal: str, *, most: int) -> list[Episode]:
        """The portal's newest episodes, those that go on first."""
        ...

    def deliveries(
        self, portal: str, *, most: int, notices: Collection[str] | None = None
    ) -> list[AlertDelivery]:
        """The portal's newest deliveries, of certain messages where asked."""
        ...

    def record(self, delivery: AlertDelivery) -> int:
        """Store a delivery that belongs to no episode; its id."""
        ...

    def pending(self, portal: str | None) -> list[AlertDelivery]:
        """What is neither delivered nor given up, of one portal or of all, oldest first."""
        ...

    def claim(self, delivery: AlertDelivery, *, until: datetime) -> bool:
        """Begin an attempt: nobody else tries before `until`; False: somebody else has begun."""
        ...

    def settle(
        self,
        delivery_id: int,
        *,
        delivered_at: datetime | None,
        next_at: datetime | None,
        error: str,
    ) -> None:
        """What an attempt came to."""
        ...

    def again(self, portal: str, now: datetime) -> int:
        """Send now what was given up or waits, from the first attempt on; how many they are."""
        ...

    def succeeded(self, portal: str) -> tuple[datetime | None, datetime | None]:
        """When the last sync of the whole portal succeeded, and when its first run was made."""
        ...

    def judged_until(self, portal: str, *, without: str) -> datetime | None:
        """As of when the last whole sync that succeeded was, one run left out; None: never."""
        ...

    def newest(self, portal: str, stream: str, *, until: datetime) -> datetime | None:
        """The newest event time that is staged of a stream, up to a moment."""
        ...

    def paused(self, portal: str) -> bool:
        """Whether a person has paused the portal."""
        ...
