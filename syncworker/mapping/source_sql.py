"""`kind: sql`: a database SQLAlchemy can reach."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from syncworker.mapping.part import (
    BY_STREAM,
    FULL_EVERY,
    KIND,
    OVERLAP,
    Duration,
    Part,
    Reference,
    Text,
)


class SqlStream(Part):
    """One stream read by a query, or from a table, whose columns are the stream's columns."""

    query: Text | None = Field(
        default=None, description="SELECT whose column names are the stream's columns"
    )
    table: Text | None = Field(
        default=None, description="In the place of a query: a table or view, schema.name too"
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Stream column: column of the query or table, where the names differ",
    )
    cursor: Text | None = Field(
        default=None, description="Column that only grows (updated_at); empty: read whole each run"
    )
    overlap: Duration = Field(default="5m", description=OVERLAP)
    full_every: Duration | None = Field(default=None, description=FULL_EVERY)


class SqlSource(Part):
    """A database SQLAlchemy can reach."""

    kind: Literal["sql"] = Field(description=KIND)
    url: Reference = Field(description="Where the database's URL is, for example env:APP_DATABASE")
    statement_seconds: int = Field(
        default=600, ge=1, description="How long the database may work on one query"
    )
    streams: dict[str, SqlStream] = Field(
        min_length=1, description="By stream, what it is read with", json_schema_extra=BY_STREAM
    )
