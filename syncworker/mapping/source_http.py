"""`kind: http`: any JSON API, by configuration alone."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from syncworker.mapping.part import BY_STREAM, KIND, BaseUrl, Part, Text


class HttpStream(Part):
    """One stream read from an API."""

    path: Text = Field(description="Path of the endpoint, behind the source's base_url")


class HttpSource(Part):
    """A JSON API."""

    kind: Literal["http"] = Field(description=KIND)
    base_url: BaseUrl = Field(description="Where the API is, for example https://api.example.com")
    streams: dict[str, HttpStream] = Field(
        min_length=1, description="By stream, where it is read", json_schema_extra=BY_STREAM
    )
