"""Schema drift: a column that a source's rows used to have and have no longer."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from syncworker.engine.ports import Page
from syncworker.errors import SourceError

_TELLING = 100
"""Rows without a field that tell of its going, where a source has no schema (JSON)."""


def check(
    portal: str, source: str, stream: str, page: Page, known: Mapping[str, Collection[str]]
) -> None:
    """Refuse a page whose rows lack a column that earlier readings had.

    Staged as they are, its empty values would clear what the column filled.

    Args:
        portal: The portal's name, for the command to type.
        source: The source's name.
        stream: The configured stream.
        page: The page, not staged yet.
        known: By canonical stream, the columns of earlier readings.

    Raises:
        SourceError: Naming the columns that are gone.
    """
    for name, columns in page.columns.items():
        gone = sorted(set(known.get(name, ())) - set(columns))
        rows = page.frames[name].height if name in page.frames else 0
        if gone and (page.declared or rows >= _TELLING):
            of = "" if name == stream else f" of {name}"
            raise SourceError(
                f"source {source}, stream {stream}: the column {', '.join(gone)}{of} is gone; "
                "the last reading had it",
                help="bring it back or correct its name in the mapping; if it is meant to be gone: "
                f"syncworker extract {portal} --stream {source}.{stream} --full",
                code="SOURCE_DRIFT",
            )


def together(
    one: Mapping[str, Collection[str]], other: Mapping[str, Collection[str]]
) -> dict[str, list[str]]:
    """The columns of both, by canonical stream."""
    return {
        name: sorted({*one.get(name, ()), *other.get(name, ())})
        for name in (*one, *(n for n in other if n not in one))
    }
