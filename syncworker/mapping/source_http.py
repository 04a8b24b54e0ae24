"""`kind: http`: any JSON API, by configuration alone."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, JsonValue

from syncworker.mapping.part import (
    BY_STREAM,
    FULL_EVERY,
    KIND,
    OVERLAP,
    BaseUrl,
    Duration,
    Part,
    Text,
)
from syncworker.mapping.source_http_auth import HttpAuth
from syncworker.mapping.source_http_fields import Scalar, ShortField
from syncworker.mapping.source_http_paging import NoPaging, Paging

TimeFormat = Literal["iso", "seconds", "milliseconds", "date", "hour"]


class HttpCursor(Part):
    """How only what changed since the last run is asked for."""

    field: Text = Field(description="Path in the record to the time it changed")
    param: Text | None = Field(
        default=None, description="Parameter for from when; empty: only as `{since}`"
    )
    upper_param: Text | None = Field(default=None, description="Parameter for until when, if any")
    format: TimeFormat = Field(
        default="iso",
        description="How both are written, in UTC: iso (2026-11-21T12:00:00Z), seconds or "
        "milliseconds since 1970, date (2026-11-21) or hour (20261121T12); until when is "
        "inclusive with the last two",
    )
    start: date | None = Field(
        default=None, description="From when a whole reading asks; empty: it asks for all"
    )
    window: Duration | None = Field(
        default=None, description="Ask for at most this much time at once; needs start"
    )


class HttpStream(Part):
    """One stream read from an API."""

    path: Text = Field(description="Path of the endpoint, behind the source's base_url")
    method: Literal["GET", "POST"] = Field(default="GET", description="GET, or POST with a body")
    params: dict[str, Scalar] = Field(
        default_factory=dict, description="Parameters of the query string"
    )
    body: dict[str, JsonValue] = Field(default_factory=dict, description="JSON body of a POST")
    send_in: Literal["query", "body"] = Field(
        default="query", description="Where the parameters of paging and cursor go"
    )
    records: str = Field(
        default="", description="Path in the answer to the list of records; empty: the answer"
    )
    columns: str = Field(
        default="",
        description="Path in the answer to the names of the columns, where records are lists",
    )
    each: str = Field(
        default="", description="Path in a record to a list: one row for each of its elements"
    )
    only: dict[str, list[str]] = Field(
        default_factory=dict, description="Path: the values it must have, else there is no row"
    )
    fields: dict[str, ShortField] = Field(
        min_length=1, description="Stream column: path in the record, or a section of it"
    )
    paging: Paging = Field(
        default=NoPaging(by="none"), description="How the list is handed out page by page"
    )
    cursor: HttpCursor | None = Field(
        default=None, description="How only changes are asked for; empty: read whole each run"
    )
    overlap: Duration = Field(default="5m", description=OVERLAP)
    full_every: Duration | None = Field(default=None, description=FULL_EVERY)
    missing_is_empty: bool = Field(
        default=False, description="Whether the API answers 404 where there are no records"
    )


class RateLimit(Part):
    """How often the API may be asked; requests are spaced evenly."""

    per_minute: int | None = Field(default=None, ge=1, description="Requests a minute")
    per_hour: int | None = Field(default=None, ge=1, description="Requests an hour")


class HttpSource(Part):
    """A JSON API."""

    kind: Literal["http"] = Field(description=KIND)
    base_url: BaseUrl = Field(description="Where the API is, for example https://api.example.com")
    auth: HttpAuth | None = Field(default=None, description="How it is told who asks")
    headers: dict[str, str] = Field(
        default_factory=dict, description="Headers of every request; a key belongs under auth"
    )
    rate_limit: RateLimit | None = Field(default=None, description="How often it may be asked")
    timeout_seconds: int = Field(
        default=60, ge=1, le=3600, description="How long it may be silent before it is asked again"
    )
    streams: dict[str, HttpStream] = Field(
        min_length=1, description="By stream, where it is read", json_schema_extra=BY_STREAM
    )
