"""What makes a stream's query wrong, as far as its text tells."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.sql_text import is_file, selected, several, writes
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.model.streams import STREAMS


def check_queries(document: Document) -> Iterator[Finding]:
    """Columns that a query does not select (SW218), and queries that do not read (SW219)."""
    for source in document.entries("sources"):
        if document.at("sources", source, "kind") != "sql":
            continue
        for stream in document.entries("sources", source, "streams"):
            path: Path = ("sources", source, "streams", stream)
            query = document.at(*path, "query")
            if isinstance(query, str):
                yield from _reads(document, (*path, "query"), query)
                yield from _columns(document, path, stream, query)


def _reads(document: Document, path: Path, query: str) -> Iterator[Finding]:
    span = document.value(path)
    if word := writes(query):
        message = f"a query reads, and this is {word}"
        yield Finding("SW219", span, message, "write a SELECT")
    elif is_file(query):
        message = "this is the name of a file, not a query"
        yield Finding("SW219", span, message, "write the SELECT itself, or `table: name`")
    elif several(query):
        message = "a stream has one query, and this is several statements"
        yield Finding("SW219", span, message, "keep one SELECT; give each stream its own")


def _columns(document: Document, path: Path, stream: str, query: str) -> Iterator[Finding]:
    there = selected(query)
    if there is None or stream not in STREAMS:
        return
    cursor = document.at(*path, "cursor")
    renamed = document.entries(*path, "columns")
    named = [(cursor, (*path, "cursor"))]
    named += [(theirs, (*path, "columns", ours)) for ours, theirs in renamed.items()]
    for name, place in named:
        if isinstance(name, str) and name and name.lower() not in there:
            message = f"the query does not select `{name}`"
            help_ = did_you_mean(name, sorted(there), f"it selects {listed(sorted(there))}")
            yield Finding("SW218", document.value(place), message, help_)
    lacking = [
        column.name
        for column in STREAMS[stream].columns
        if column.required and column.name not in renamed and column.name not in there
    ]
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        message = f"the query does not select {listed(lacking)}, which {verb} required"
        help_ = f"select it under that name: `… AS {lacking[0]}`, or name it under `columns`"
        yield Finding("SW218", document.value((*path, "query")), message, help_)
