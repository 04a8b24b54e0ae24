"""Signs of life of the processes that do the work. Imports nothing heavy: probes are started often.

Each is written by its main process; a tick's by whichever child did it, so
it tells that messages are sent and worked on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

HeartKind = Literal["worker", "beat", "tick", "webhook"]
ALIVE = timedelta(minutes=2)
"""A process that gave no sign for longer counts as dead, wherever nobody says otherwise."""
TICK = "tick"
"""The name that every tick's sign of life has."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of a process: `name` ends with `@` and the machine's name."""

    name: str
    kind: HeartKind
    version: str
    started_at: datetime
    at: datetime


def living(beats: Iterable[Heartbeat], now: datetime, within: timedelta = ALIVE) -> list[Heartbeat]:
    """Those whose last sign of life is no older than that."""
    return [beat for beat in beats if now - beat.at <= within]


class Heartbeats(Protocol):
    """The last sign of life by name; raises StoreError."""

    def all(self) -> list[Heartbeat]:
        """Every one, the newest first."""
        ...

    def put(self, beat: Heartbeat) -> None:
        """Keep it in the place of an older one, and forget those that are days old."""
        ...

    def drop(self, name: str) -> None:
        """The process has ended well."""
        ...
