"""Which columns of a query or table a stream needs, and what to say where one is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from syncworker.errors import SourceError
from syncworker.model.stream import SYSTEM_COLUMNS, Stream
from syncworker.sources.pages import require_columns
from syncworker.sources.sql_database import Asked

_DELETED_AT = next(column for column in SYSTEM_COLUMNS if column.name == "deleted_at")
_MOST_NAMES = 30


def needed(
    source: str,
    stream: Stream,
    place: str,
    header: Sequence[tuple[str, object]],
    *,
    renamed: Mapping[str, str],
    cursor: str | None,
) -> list[Asked]:
    """The stream's columns, and `deleted_at`, that are there.

    Args:
        source: The source's name.
        stream: The canonical stream.
        place: "the query" or "table NAME".
        header: Names and type codes of the columns there are.
        renamed: Stream column: their column, where the mapping names one.
        cursor: The cursor column, which must be there too.

    Raises:
        SourceError: A column that is named or required is not there, or is there twice.
    """
    counts = Counter(name for name, _ in header)
    for name in (*renamed.values(), *((cursor,) if cursor else ())):
        if name not in counts:
            raise SourceError(
                f"source {source}, stream {stream.name}: {place} has no column {name}",
                help=_there(name, list(counts)),
                code="SOURCE_COLUMN",
            )
    codes = dict(header)
    asked = [
        Asked(column.name, theirs, column.type, codes[theirs], column.name in stream.key)
        for column in (*stream.columns, _DELETED_AT)
        if (theirs := renamed.get(column.name, column.name)) in counts
    ]
    key = stream.key[-1]
    require_columns(
        source,
        stream,
        place,
        [one.name for one in asked],
        f"Name it under columns: of {stream.name}, or in the query: SELECT ... AS {key}.",
    )
    twice = [one.theirs for one in asked if counts[one.theirs] > 1]
    if twice or (cursor and counts[cursor] > 1):
        raise SourceError(
            f"source {source}, stream {stream.name}: {place} has more than one column "
            f"{(*twice, cursor)[0]}",
            help="Select one of them, or give each a name of its own with AS.",
            code="SOURCE_COLUMN",
        )
    return asked


def _there(name: str, names: list[str]) -> str:
    """Which columns could be meant: names are taken exactly as they are written."""
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.6) or names[:_MOST_NAMES]
    return f"Names count exactly as written. There is: {', '.join(near)}."
