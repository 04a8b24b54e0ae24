"""What a source has, and which of its tables are probably which of our streams.

Tables and columns are recognised by the names people give them; nothing of their content is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.engine.offer_words import CAME, CHANGED, COLUMNS, NAMES, TABLES
from syncworker.model.stream import Stream
from syncworker.model.streams import STREAMS


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view or file of a source.

    Attributes:
        name: Its name, `schema.table` outside of the usual schema; of files their pattern.
        columns: The names of its columns.
        times: Those of them that hold times, where the source tells types.
    """

    name: str
    columns: tuple[str, ...]
    times: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one source has.

    Attributes:
        name: What the mapping shall call it.
        kind: sql, stripe or files.
        place: The reference to its URL or key, or the folder.
        tables: Of a database its tables, of a folder its files.
        streams: Of Stripe the streams that the key may read.
        refused: Of Stripe, by stream that it may not read, why.
    """

    name: str
    kind: str
    place: str
    tables: tuple[Table, ...] = ()
    streams: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A table that is probably a stream.

    Attributes:
        stream: The stream's name.
        table: The table.
        columns: Stream column: the table's own, where the names differ.
        missing: Columns that every row must have and the table has not.
        cursor: The table's column that says when a row changed, or "".
    """

    stream: str
    table: Table
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    cursor: str


_FILES = (".csv", ".jsonl", ".ndjson", ".parquet", ".gz", ".zst")
_SUFFIXES = ("view", "export", "all", "table")


def matched(tables: Sequence[Table]) -> tuple[Match, ...]:
    """One table at most for each stream, in the order of `STREAMS`."""
    best: dict[str, tuple[tuple[int, int, str], Match]] = {}
    for table in tables:
        for stream, words in TABLES.items():
            place = _named(table.name, words)
            if place is None:
                continue
            match = _match(STREAMS[stream], table)
            rank = (len(match.missing), place, table.name)
            if stream not in best or rank < best[stream][0]:
                best[stream] = (rank, match)
    return tuple(best[stream][1] for stream in STREAMS if stream in best)


def plain(name: str) -> str:
    """A name without case, underscores and the like: what people mean by it."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _named(name: str, words: Sequence[str]) -> int | None:
    """How surely a table's name is one of the words; the surest is 0."""
    base = name.rpartition("/")[2].partition(".")[0] if "*" in name or "/" in name else name
    bare = plain(base.rpartition(".")[2] if not base.endswith(_FILES) else base.partition(".")[0])
    bare = bare.rstrip("0123456789")
    for suffix in _SUFFIXES:
        bare = bare.removesuffix(suffix) or bare
    for place, word in enumerate(words):
        if bare in {word, f"{word}s", f"{word.removesuffix('y')}ies", f"app{word}s"}:
            return place
    return None


def _match(stream: Stream, table: Table) -> Match:
    there = {plain(column): column for column in reversed(table.columns)}
    renamed: dict[str, str] = {}
    missing: list[str] = []
    filled: set[str] = set()
    for column in stream.columns:
        theirs = _column(stream, column.name, there)
        if theirs is None:
            missing += [column.name] if column.required else []
            continue
        filled.add(column.name)
        if theirs != column.name:
            renamed[column.name] = theirs
    if stream.any_of and not filled & set(stream.any_of):
        missing.append(" or ".join(stream.any_of))
    return Match(stream.name, table, renamed, tuple(missing), _cursor(stream, table, there))


def _column(stream: Stream, name: str, there: Mapping[str, str]) -> str | None:
    words = [plain(name)]
    if stream.key == (name,):
        words += ["id", f"{plain(stream.name).removesuffix('s')}id", "uuid"]
    if name == "name":
        words += NAMES.get(stream.name, ())
    if name not in {stream.event_time, "received_at"} or stream.lasting:
        words += COLUMNS.get(name, ())
    return next((there[word] for word in words if word in there), None)


def _cursor(stream: Stream, table: Table, there: Mapping[str, str]) -> str:
    words: tuple[str, ...] = CHANGED
    if stream.lasting:
        words = (*CAME, plain(stream.event_time or ""), "createdat", "timestamp", *CHANGED)
    for word in words:
        column = there.get(word, "")
        if column and (not table.times or column in table.times):
            return column
    return ""
