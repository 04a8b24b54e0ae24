"""What each of Stripe's streams says of itself to the one way in which all of them are read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from syncworker.model.stripe_json import Object, Parts
from syncworker.sources.stripe_client import Parameters


def _all(_: Object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read from start to end.

    Attributes:
        path: Where it is.
        parameters: What is asked for, without page and time.
        takes: Which of its objects count; the others come by another list.
    """

    path: str
    parameters: Parameters = ()
    takes: Callable[[Object], bool] = _all


class Reader(Protocol):
    """A stream, for one reading.

    Attributes:
        listings: The lists that together hold everything, read one after the other.
        event_types: The events that tell of a change, at most 20 of them.
    """

    listings: tuple[Listing, ...]
    event_types: tuple[str, ...]

    def parts(self, value: Object) -> Parts:
        """A listed object, taken apart."""
        ...

    def take(self, event: Object) -> None:
        """Note what an event tells; they come newest first."""
        ...

    def touched(self) -> Collection[str]:
        """The ids of the objects the events tell of."""
        ...

    def changed(self, object_id: str) -> Parts | None:
        """One of these objects as it is now, taken apart; None: it is gone without a trace."""
        ...


def expand(*names: str) -> list[tuple[str, str | int]]:
    """Parameters that ask for whole objects in the place of their ids.

    At most four levels; of a list `data` is the first (https://docs.stripe.com/expand).
    """
    return [("expand[]", name) for name in names]
