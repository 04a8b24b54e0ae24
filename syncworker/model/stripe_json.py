"""Reading Stripe's JSON: values of any shape, and rows beside what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Row = dict[str, object]
Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of an object that cannot be read; the rest of it is."""

    stream: str
    field: str
    reason: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an object was taken apart into.

    Attributes:
        rows: By stream, raw rows that are not yet checked against their schema.
        refused: What could not be read.
    """

    rows: dict[str, list[Row]]
    refused: list[Refused] = field(default_factory=list)

    @classmethod
    def of(cls, streams: Iterable[str]) -> Parts:
        """No rows yet, of these streams."""
        return cls({name: [] for name in streams})


def mapping(value: object) -> Object:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[object]:
    """A list as it is, nothing as an empty one, and a single object as a list of one."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def listed(value: object) -> list[Object]:
    """The objects of one of Stripe's list objects (`{"object": "list", "data": [...]}`)."""
    return [mapping(one) for one in sequence(mapping(value).get("data"))]


def text(value: object) -> str | None:
    """The value where it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def number(value: object) -> int:
    """The value where it is a whole number, else 0."""
    return value if isinstance(value, int) else 0


def id_of(value: object) -> str | None:
    """The id of what may be an id or the expanded object itself."""
    return text(mapping(value).get("id")) if isinstance(value, Mapping) else text(value)
