"""A portal's mapping, as a person writes it in mappings/<portal>.yaml.

These models are the edge: they say which keys there are, what they mean and what they default to;
mapping.schema.json is generated from them, so every description here is an editor's hover text.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from syncworker.mapping.desired import WriteMode
from syncworker.metrics.settings import MetricSettings

ObjectName = Literal["companies", "contacts"]
Tier = Literal["free", "starter", "professional", "enterprise"]
ApiVersion = Literal["v3", "2026-03", "2026-09"]
Reference = Annotated[
    str,
    Field(pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$", description="env:NAME, never the value itself"),
]
Scalar = bool | int | float | str


class Part(BaseModel):
    """A section of the mapping: no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HubSpot(Part):
    """Which HubSpot account, and how to reach it."""

    credentials: Reference = Field(description="Where the token is, for example env:ACME_TOKEN")
    tier: Tier = Field(default="professional", description="Sets the request limits")
    api_version: ApiVersion = Field(default="2026-09", description="HubSpot's API version")
    base_url: str | None = Field(default=None, description="Only for a proxy or a sandbox")


class Reporting(Part):
    """Where days and months begin and in which currency money is reported."""

    timezone: str = Field(default="UTC", description="IANA name, for example Europe/Berlin")
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217")


class SqlStream(Part):
    """One stream read by a query whose column names are the stream's columns."""

    query: str = Field(description="SELECT whose column names are the stream's columns")
    cursor: str | None = Field(
        default=None, description="Column that only grows (updated_at); empty: read whole each run"
    )
    overlap: str = Field(
        default="0s", pattern=r"^\d+[smhd]$", description="Read again this much before the cursor"
    )


class SqlSource(Part):
    """A database SQLAlchemy can reach."""

    kind: Literal["sql"]
    url: Reference = Field(description="Where the database's URL is, for example env:APP_DATABASE")
    streams: dict[str, SqlStream] = Field(min_length=1)


class FileStream(Part):
    """One stream read from files."""

    path: str = Field(description="File or glob, relative to the source's path")
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

    kind: Literal["files"]
    path: str = Field(description="The folder, relative to where syncworker runs")
    streams: dict[str, FileStream] = Field(min_length=1)


SourceConfig = Annotated[SqlSource | FilesSource, Field(discriminator="kind")]


class Match(Part):
    """How a HubSpot record is found for a canonical row."""

    property: str = Field(description="HubSpot property to look in: domain, email or a unique one")
    column: str = Field(description="Column of accounts (companies) or users (contacts)")


class PropertyMapping(Part):
    """One HubSpot property: which metric fills it and how it is written."""

    metric: str = Field(description="Name of a metric: `syncworker metrics list` shows all")
    mode: WriteMode = Field(
        default="always",
        description="always: ours, written and cleared; "
        "fill_empty: only where empty; append: adds options; never_clear: never emptied",
    )
    type: Literal["string", "number", "date", "datetime", "enumeration", "bool"] | None = Field(
        default=None, description="HubSpot type, where the metric's own is not wanted"
    )
    label: str | None = Field(default=None, description="Label on the record, empty: the metric's")
    guard: bool = Field(default=False, description="Count changed numbers as flips in the guard")


class Object(Part):
    """What is written to one HubSpot object."""

    match: Match
    policy: Literal["update_only", "upsert"] = Field(
        default="update_only", description="upsert: create records that HubSpot does not have"
    )
    properties: dict[str, str | PropertyMapping] = Field(
        default_factory=dict, description="HubSpot property: metric, or {metric, mode, ...}"
    )


class Condition(Part):
    """A comparison of one metric with a value; exactly one comparison."""

    metric: str
    eq: Scalar | None = None
    ne: Scalar | None = None
    gt: int | float | None = None
    gte: int | float | None = None
    lt: int | float | None = None
    lte: int | float | None = None
    any_of: list[Scalar] | None = Field(default=None, description="Equal to one of these")


class StageRule(Part):
    """A lifecycle stage and when a record has reached it; the first rule that holds counts."""

    stage: str = Field(description="Internal name of the stage")
    when: list[Condition] = Field(min_length=1, description="All must hold")


class Guard(Part):
    """When a plan is refused; shares of the records that have a value."""

    max_clear_percent: int = Field(default=5, ge=0, le=100)
    max_flip_percent: int = Field(default=30, ge=0, le=100)
    min_records: int = Field(default=10, ge=1, description="Below this many, never refuse")


class Schedule(Part):
    """When the worker syncs by itself."""

    every: str = Field(pattern=r"^\d+[mhd]$", description="For example 15m, 6h or 1d")


class PortalMapping(Part):
    """The whole file."""

    version: Literal[1] = Field(description="Version of this file's format")
    hubspot: HubSpot
    reporting: Reporting = Field(default_factory=Reporting)
    sources: dict[str, SourceConfig] = Field(min_length=1)
    metrics: MetricSettings = Field(default_factory=MetricSettings)
    objects: dict[ObjectName, Object] = Field(min_length=1)
    lifecycle: dict[ObjectName, list[StageRule]] = Field(
        default_factory=dict, description="Opt-in: rules per object, checked from the top"
    )
    guard: Guard = Field(default_factory=Guard)
    volatile_days: int = Field(
        default=7, ge=1, description="Send computation times alone after this many days"
    )
    schedule: Schedule | None = None
