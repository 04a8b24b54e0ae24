"""A portal's mapping, as a person writes it in mappings/<portal>.yaml.

These models are the edge: they say which keys there are, what they mean and what they default to;
mapping.schema.json is generated from them, so every description here is an editor's hover text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from syncworker.mapping.alerts import Alerts
from syncworker.mapping.desired import PropertyType, WriteMode
from syncworker.mapping.part import BASE_URL, Part, Reference, Text
from syncworker.mapping.schedule import Schedule
from syncworker.mapping.sources import SourceConfig
from syncworker.metrics.profiles import PROFILES
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.texts import LANGUAGES
from syncworker.model.streams import STREAMS

OBJECT_NAME = r"^(companies|contacts|deals|tickets|2-[0-9]{1,12})$"
ObjectName = Annotated[str, Field(pattern=OBJECT_NAME)]
Rows = Literal["accounts", "users", "subscriptions", "tickets"]
ROWS_OF: Mapping[str, Rows] = {
    "companies": "accounts",
    "contacts": "users",
    "deals": "subscriptions",
    "tickets": "tickets",
}
"""Which rows an object's records stand for; a custom object's are stated in the mapping."""
Tier = Literal["free", "starter", "professional", "enterprise"]
ApiVersion = Literal["v3", "2026-03", "2026-09"]
Comparison = Literal["eq", "ne", "gt", "gte", "lt", "lte", "any_of"]
SubscriptionState = Literal["trialing", "active", "past_due", "unpaid", "paused", "canceled"]
COMPARISONS: tuple[Comparison, ...] = ("eq", "ne", "gt", "gte", "lt", "lte", "any_of")
Scalar = bool | int | float | str

CURRENCY = r"^[A-Z]{3}$"

MetricName = Annotated[str, Field(min_length=1, json_schema_extra={"x-names": "metrics"})]


class OAuth(Part):
    """An OAuth app that the portal has installed; access tokens are fetched as needed."""

    client_id: Reference = Field(description="Where the app's client id is")
    client_secret: Reference = Field(description="Where the app's client secret is")
    refresh_token: Reference = Field(description="Where the portal's refresh token is")


class HubSpot(Part):
    """Which HubSpot account, and how to reach it."""

    credentials: Reference | OAuth = Field(
        description="Where the token of a service key or private app is, for example "
        "env:ACME_TOKEN; or an OAuth app's client_id, client_secret and refresh_token"
    )
    tier: Tier = Field(default="professional", description="Sets the request limits")
    api_version: ApiVersion = Field(default="2026-09", description="HubSpot's API version")
    base_url: Annotated[str, Field(pattern=BASE_URL)] | None = Field(
        default=None, description="Only for a proxy or a sandbox"
    )


class Reporting(Part):
    """Where days and months begin and in which currency money is reported."""

    timezone: str = Field(default="UTC", description="IANA name, for example Europe/Berlin")
    currency: str = Field(default="USD", pattern=CURRENCY, description="ISO 4217")
    language: str = Field(
        default="en",
        description="Language of the sentences that people read on the record",
        json_schema_extra={"enum": list(LANGUAGES)},
    )


class Match(Part):
    """How a HubSpot record is found for a canonical row."""

    property: Text = Field(
        description="HubSpot property to look in: domain, email, hs_object_id or a unique one of "
        "your own, which is filled when a record is linked"
    )
    column: Text = Field(description="Column of the object's rows with the value to look for")


class PropertyMapping(Part):
    """One HubSpot property: which metric fills it and how it is written."""

    metric: MetricName = Field(description="A metric: `syncworker metrics list` shows all")
    mode: WriteMode = Field(
        default="always",
        description="always: ours, written and cleared; "
        "fill_empty: only where empty; append: adds options; never_clear: never emptied",
    )
    type: PropertyType | None = Field(
        default=None, description="HubSpot type, where the metric's own is not wanted"
    )
    label: Text | None = Field(default=None, description="Label on the record, empty: the metric's")
    guard: bool = Field(default=False, description="Count changed numbers as flips in the guard")


def _written_out(value: object) -> object:
    return {"metric": value} if isinstance(value, str) else value


ShortProperty = Annotated[
    PropertyMapping,
    BeforeValidator(_written_out, json_schema_input_type=MetricName | PropertyMapping),
]


class DealPipeline(Part):
    """The pipeline a subscription's deal is in, and its stage by the subscription's state."""

    pipeline: Text = Field(description="Id or label of the pipeline")
    stages: dict[SubscriptionState, Text] = Field(
        min_length=1,
        description="Subscription state: id or label of the stage; others leave the stage alone",
    )


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Matches = Annotated[
    list[Match],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=Match | list[Match]),
]


class Object(Part):
    """What is written to one HubSpot object."""

    rows: Rows | None = Field(
        default=None, description="Of a custom object: the rows its records stand for"
    )
    match: Matches = Field(
        description="How a HubSpot record is found; of several ways the first that finds one"
    )
    policy: Literal["update_only", "create_only", "upsert"] = Field(
        default="update_only",
        description="upsert: create records that HubSpot does not have; "
        "create_only: create those and never change one that is there",
    )
    pipeline: DealPipeline | None = Field(
        default=None, description="Of deals: the pipeline; without it no deal is created"
    )
    associate: list[ObjectName] = Field(
        default_factory=list, description="Objects of the same account to associate records with"
    )
    profile: str | None = Field(
        default=None,
        description="A choice of metrics, each into the property it proposes: "
        "`syncworker metrics list --profile NAME` shows them",
        json_schema_extra={"enum": list(PROFILES)},
    )
    without: list[Text] = Field(
        default_factory=list, description="HubSpot properties of the profile that are not wanted"
    )
    properties: dict[str, ShortProperty] = Field(
        default_factory=dict,
        description="HubSpot property: metric, or {metric, mode, ...}; beside the profile's, and "
        "in the place of one of the same name",
    )


class Condition(Part):
    """A comparison of one metric with a value; exactly one comparison.

    An empty metric satisfies no comparison, not even `ne`: a stage is only reached by what is
    known. Money is compared in major units (euros), as people read it. A metric with several
    options is compared option by option: `eq` holds where it has that option.
    """

    metric: MetricName = Field(description="A metric: `syncworker metrics list` shows all")
    eq: Scalar | None = Field(default=None, description="Equal to this")
    ne: Scalar | None = Field(default=None, description="Known, and not equal to this")
    gt: float | None = Field(default=None, description="Greater than this number")
    gte: float | None = Field(default=None, description="This number or greater")
    lt: float | None = Field(default=None, description="Less than this number")
    lte: float | None = Field(default=None, description="This number or less")
    any_of: Annotated[list[Scalar], Field(min_length=1)] | None = Field(
        default=None, description="Equal to one of these"
    )

    @property
    def comparison(self) -> tuple[Comparison, Scalar | list[Scalar]]:
        """Which comparison it is, and with what; the loader makes sure that there is one."""
        return next(
            (name, value) for name in COMPARISONS if (value := getattr(self, name)) is not None
        )


class StageRule(Part):
    """A lifecycle stage and when a record has reached it; the first rule that holds counts."""

    stage: Text = Field(description="Internal name or label of the stage")
    when: list[Condition] = Field(min_length=1, description="All must hold")
    allow_back: Text | None = Field(
        default=None,
        description="Why this rule may move a record back; without a reason stages only go forward",
    )


class Lifecycle(Part):
    """When the records of an object reach which stage."""

    keep_peoples: bool = Field(
        default=False, description="Never move a stage that a person set last"
    )
    churned_to_other: bool = Field(
        default=False, description="Move records of churned accounts to the stage `other`"
    )
    rules: list[StageRule] = Field(default_factory=list, description="Checked from the top")


def _with_rules(value: object) -> object:
    return {"rules": value} if isinstance(value, list) else value


ShortLifecycle = Annotated[
    Lifecycle,
    BeforeValidator(_with_rules, json_schema_input_type=list[StageRule] | Lifecycle),
]


class Guard(Part):
    """When a plan is refused; shares of the records that have a value."""

    max_clear_percent: int = Field(
        default=5, ge=0, le=100, description="Refuse where more values of a property are emptied"
    )
    max_flip_percent: int = Field(
        default=30, ge=0, le=100, description="Refuse where more values of a property change over"
    )
    min_records: int = Field(default=10, ge=1, description="Below this many, never refuse")


SNAPSHOTS = "snapshots"
"""Beside the streams: what metrics remember of each day."""


class StagingRules(Part):
    """How long rows from the sources are kept."""

    keep_days: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        description="By stream: events older than this are dropped, of accounts and the like the "
        "versions that were replaced or deleted before; empty: everything is kept. `snapshots` is "
        "what metrics remember of each day: 400 days where it is not named",
        json_schema_extra={"propertyNames": {"enum": [*STREAMS, SNAPSHOTS]}},
    )


class PortalMapping(Part):
    """The whole file."""

    version: Literal[1] = Field(description="Version of this file's format")
    hubspot: HubSpot = Field(description="Which HubSpot account, and how to reach it")
    reporting: Reporting = Field(default_factory=Reporting, description="Timezone and currency")
    sources: dict[str, SourceConfig] = Field(
        min_length=1, description="By a name of your choice, where rows are read"
    )
    metrics: MetricSettings = Field(
        default_factory=MetricSettings, description="How the metrics are computed"
    )
    objects: dict[ObjectName, Object] = Field(
        min_length=1, description="By HubSpot object, what is written"
    )
    lifecycle: dict[Literal["companies", "contacts"], ShortLifecycle] = Field(
        default_factory=dict, description="Opt-in: per object its rules, checked from the top"
    )
    guard: Guard = Field(default_factory=Guard, description="When a plan is refused")
    volatile_days: int = Field(
        default=7, ge=1, description="Send computation times alone after this many days"
    )
    staging: StagingRules = Field(
        default_factory=StagingRules, description="How long rows from the sources are kept"
    )
    schedule: Schedule | None = Field(default=None, description="When workers sync by themselves")
    alerts: Alerts = Field(
        default_factory=Alerts, description="Who is told when something goes wrong"
    )
