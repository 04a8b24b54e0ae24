"""`kind: files`: CSV, JSON Lines and Parquet, in a folder or in object storage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from syncworker.mapping.part import BY_STREAM, KIND, Part, Text


class FileStream(Part):
    """One stream read from files."""

    path: Text = Field(description="File or glob, relative to the source's path")
    format: Literal["csv", "jsonl", "parquet"] | None = Field(
        default=None, description="Empty: by the file's ending"
    )
    shape: Literal["canonical", "stripe"] = Field(
        default="canonical", description="stripe: subscriptions as Stripe publishes them"
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Stream column: file column, where the names differ"
    )


class FilesSource(Part):
    """A folder of CSV, JSON Lines or Parquet files."""

    kind: Literal["files"] = Field(description=KIND)
    path: Text = Field(description="The folder, relative to where syncworker runs")
    streams: dict[str, FileStream] = Field(
        min_length=1, description="By stream, its files", json_schema_extra=BY_STREAM
    )
