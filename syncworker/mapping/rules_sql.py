"""What makes a source of kind sql wrong beyond its sections' shape."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document
from syncworker.mapping.source_sql import SqlStream

_KEYS = SqlStream.model_fields.keys()


def check_sql(document: Document) -> Iterator[Finding]:
    """A stream has a query or a table: one of the two (SW137)."""
    for source in document.entries("sources"):
        if document.at("sources", source, "kind") != "sql":
            continue
        for stream in document.entries("sources", source, "streams"):
            path = ("sources", source, "streams", stream)
            given = document.at(*path)
            if not isinstance(given, dict):
                continue  # the model says so
            if "query" in given and "table" in given:
                help_ = "keep `query`, which may say more, or `table`"
                message = f"`{stream}` has both `query` and `table`"
                yield Finding("SW137", document.key((*path, "table")), message, help_)
            # An unknown key may be a slip of one of the two; that is told already.
            elif not {"query", "table"} & given.keys() and given.keys() <= _KEYS:
                help_ = "give it `query: SELECT …` or `table: schema.name`"
                message = f"`{stream}` has neither `query` nor `table`"
                yield Finding("SW137", document.key(path), message, help_)
