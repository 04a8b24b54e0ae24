"""`kind: files`: CSV, JSON Lines and Parquet, in a folder or in object storage."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from syncworker.mapping.part import BY_STREAM, KIND, Part, Text


class FileStream(Part):
    """One stream read from files."""

    path: Text = Field(description="File or glob, relative to the source's path; ** is any folder")
    format: Literal["csv", "jsonl", "parquet"] | None = Field(
        default=None, description="Empty: by the file's ending, before .gz or .zst"
    )
    shape: Literal["canonical", "stripe", "segment"] = Field(
        default="canonical",
        description="stripe: subscriptions as Stripe publishes them; segment: events as Segment "
        "exports them",
    )
    whole: bool | None = Field(
        default=None,
        description="true: read all files when one has changed; false: read new and changed files "
        "only; empty: false where rows are happenings (events), true where they are states "
        "(accounts)",
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Stream column: file column, where the names differ"
    )


class FilesSource(Part):
    """A folder of CSV, JSON Lines or Parquet files, plain or compressed (.gz, .zst)."""

    kind: Literal["files"] = Field(description=KIND)
    path: Text = Field(
        description="The folder, relative to where syncworker runs, or its URL in object storage: "
        "s3://bucket/folder, gs://…, az://…"
    )
    streams: dict[str, FileStream] = Field(
        min_length=1, description="By stream, its files", json_schema_extra=BY_STREAM
    )
