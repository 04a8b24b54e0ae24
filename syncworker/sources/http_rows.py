"""Records to rows: each column from its path, in the words of the stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

import orjson
import polars as pl

from syncworker.engine.ports import RejectedRow
from syncworker.mapping.source_http import HttpStream
from syncworker.mapping.source_http_fields import HttpField
from syncworker.masking import mask
from syncworker.model.stream import Stream
from syncworker.sources.http_paths import ABSENT, find, parts
from syncworker.sources.http_records import Record
from syncworker.sources.pages import RawRows, canonical

_AS_JSON = ("props", "tiers")  # columns that hold JSON as text
_WHOLE = "$."
_JOINED = "|"
_MOST_DIGITS = 40  # before or behind the point; no column holds more
_UNLISTED = "has a value that `values` does not name"


@dataclass(frozen=True, slots=True)
class _Path:
    """A path in an element, or in the whole record."""

    whole: bool
    parts: tuple[str, ...]

    def of(self, record: Record, element: object) -> object:
        return find(record if self.whole else element, self.parts)


@dataclass(frozen=True, slots=True)
class _Source:
    column: str
    field: HttpField
    paths: tuple[_Path, ...]
    minus: _Path | None


@dataclass
class Rows:
    """Gathers the rows of a page.

    Args:
        stream: The canonical stream.
        config: Which path fills which column.
        source: The source's name.
        watermark: When the rows were read.
    """

    stream: Stream
    config: HttpStream
    source: str
    watermark: datetime
    names: tuple[str, ...] | None = None
    _positions: list[int] = field(default_factory=list)
    _values: dict[str, list[object]] = field(default_factory=dict)
    _present: set[str] = field(default_factory=set)
    _unlisted: dict[int, str] = field(default_factory=dict)
    _rejected: list[RejectedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._each = parts(self.config.each)
        self._only = [(_path(path), values) for path, values in self.config.only.items()]
        self._sources = [_source(name, each) for name, each in self.config.fields.items()]
        self._values = {source.column: [] for source in self._sources}
        self._always = {
            source.column
            for source in self._sources
            if source.field.path is None or source.field.default is not None
        }

    @property
    def height(self) -> int:
        """How many rows there are, the rejected ones too."""
        return len(self._positions) + len(self._rejected)

    @property
    def rows(self) -> int:
        """How many of them can be looked at."""
        return len(self._positions)

    @property
    def place(self) -> str:
        """What a rejected row came from."""
        return f"{self.config.method} {self.config.path}"

    def reject(self, position: int, reason: str, column: str = "") -> None:
        """A record that holds no row."""
        self._rejected.append(RejectedRow(self.stream.name, self.place, position, column, reason))

    def add(self, record: Record, position: int) -> None:
        """The rows of a record."""
        for element in self._elements(record, position):
            if any(_word(path.of(record, element)) not in values for path, values in self._only):
                continue
            index = len(self._positions)
            self._positions.append(position)
            for source in self._sources:
                self._values[source.column].append(self._value(source, record, element, index))

    def present(self) -> frozenset[str]:
        """The columns that the raw rows had; one with a default or a constant always has a value.

        Where records are lists, their names tell, whether there are rows or not.
        """
        if self.names is None:
            return frozenset(self._present | (self._always if self._positions else set()))
        there = {s.column for s in self._sources if s.paths and s.paths[0].parts[0] in self.names}
        return frozenset(there | self._always)

    def page(self) -> tuple[pl.DataFrame, tuple[RejectedRow, ...]]:
        """The rows that fit, and the others with their place."""
        good = [index for index in range(len(self._positions)) if index not in self._unlisted]
        frame, rejected = self._canonical(good)
        rejected += self._rejected
        for index, column in self._unlisted.items():
            alone, bad = self._canonical([index])
            key = bad[0].key if bad else mask(alone["source_id"][0])
            position = self._positions[index]
            place = self.place
            rejected.append(RejectedRow(self.stream.name, place, position, column, _UNLISTED, key))
        return frame, tuple(sorted(rejected, key=lambda row: row.position))

    def _canonical(self, indexes: Sequence[int]) -> tuple[pl.DataFrame, list[RejectedRow]]:
        whole = len(indexes) == len(self._positions)
        columns: Mapping[str, Sequence[object]] = self._values
        positions: Sequence[int] = self._positions
        if not whole:
            columns = {n: [values[i] for i in indexes] for n, values in self._values.items()}
            positions = [self._positions[i] for i in indexes]
        raw = RawRows(self.place, positions, columns)
        return canonical(self.stream, raw, self.source, self.watermark)

    def _elements(self, record: Record, position: int) -> Iterator[object]:
        if not self._each:
            yield record
            return
        found = find(record, self._each)
        if found is ABSENT or found is None:
            return
        if not isinstance(found, list):
            self.reject(position, "is not a list", self.config.each)
            return
        for element in found:
            if isinstance(element, dict):
                yield element
            else:
                self.reject(position, "holds what is not an object", self.config.each)

    def _value(self, source: _Source, record: Record, element: object, index: int) -> object:
        how = source.field
        if not source.paths:
            return how.const
        found = [path.of(record, element) for path in source.paths]
        if ABSENT not in found:
            self._present.add(source.column)
        if ABSENT in found or None in found:
            return how.default
        value = found[0] if len(found) == 1 else _JOINED.join(map(_word, found))
        if how.values:
            told = how.values.get(_word(value))
            if told is None:
                self._unlisted.setdefault(index, source.column)
            return told
        if source.minus is not None:
            value = _difference(value, source.minus.of(record, element))
        if how.times is not None:
            number = _number(value)
            value = value if number is None else number * Decimal(str(how.times))
        if isinstance(value, dict | list) and source.column in _AS_JSON:
            return orjson.dumps(value).decode()
        return value


def _source(column: str, how: HttpField) -> _Source:
    minus = None if how.minus is None else _path(how.minus)
    return _Source(column, how, tuple(_path(path) for path in how.path or ()), minus)


def _path(path: str) -> _Path:
    return _Path(path.startswith(_WHOLE), parts(path.removeprefix(_WHOLE)))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _difference(value: object, other: object) -> object:
    """The difference; what is no number stays as it is and is refused by its column."""
    if other is ABSENT or other is None:
        return value
    number, less = _number(value), _number(other)
    if number is None:
        return value
    return other if less is None else number - less


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    sane = number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS
    return number if sane else None
