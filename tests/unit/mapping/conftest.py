"""A small catalog and a small mapping, both complete enough to break in every way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded, load
from syncworker.metrics.metric import Entity, Metric, MetricType, Option

MAPPING = """\
version: 1
hubspot:
  credentials: env:ACME_TOKEN
reporting:
  timezone: Europe/Berlin
  currency: EUR
sources:
  app:
    kind: sql
    url: env:APP_DATABASE
    streams:
      accounts:
        query: select 1
objects:
  companies:
    match: {property: domain, column: domain}
    properties:
      saas_mrr: mrr
      saas_health:
        metric: health_score
        type: number
  contacts:
    match: {property: email, column: email}
    properties:
      saas_events: user_events
lifecycle:
  companies:
    - stage: customer
      when:
        - {metric: health_score, gte: 80}
"""


def metric(
    name: str,
    type_: MetricType,
    entity: Entity = "account",
    *,
    because: str = "",
    options: tuple[Option, ...] = (),
    volatile: bool = False,
    problem: str = "",
) -> Metric:
    return Metric(
        name=name,
        entity=entity,
        type=type_,
        unit="",
        label=name.replace("_", " ").title(),
        description=f"What {name} means.",
        formula=f"{name} = 1",
        inputs=("accounts",),
        property=f"saas_{name}",
        because=because,
        options=options,
        volatile=volatile,
        problem=problem,
    )


CATALOG = {
    each.name: each
    for each in (
        metric("mrr", "money", because="{mrr} of {mrr_currency}", problem="mrr_problem"),
        metric("mrr_currency", "string"),
        metric("health_score", "number", because="score {health_score} on {seen_at}"),
        metric("churned", "bool", because="ended"),
        metric(
            "band",
            "enum",
            options=(Option("red", "At risk"), Option("green", "Healthy")),
            because="{{band}} {unknown_column}",
        ),
        metric("drivers", "multi", options=(Option("seats", "Seats"), Option("billing", "Bills"))),
        metric("signed_on", "date"),
        metric("seen_at", "datetime"),
        metric("computed_at", "datetime", volatile=True),
        metric("user_events", "number", "user", because="{user_events} events"),
        metric(
            "subscription_state",
            "enum",
            "subscription",
            options=(Option("active", "Active"), Option("canceled", "Canceled")),
        ),
        metric("subscription_mrr", "money", "subscription", because="{subscription_mrr} a month"),
        metric(
            "deal_type",
            "enum",
            "subscription",
            options=(Option("new_business", "New business"), Option("renewal", "Renewal")),
        ),
    )
}


@dataclass(frozen=True)
class Property:
    """A property as a portal has it."""

    type: str
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    unique: bool = False
    field_type: str = ""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as a portal has it."""

    id: str
    label: str
    stages: tuple[tuple[str, str], ...]


SALES = Pipeline("71", "Subscriptions", (("901", "Live"), ("902", "Ended")))
DEALS = """\
  deals:
    match: {property: saas_sub, column: sub_id}
    policy: upsert
    pipeline:
      pipeline: subscriptions
      stages: {active: live, canceled: "902"}
    associate: [companies]
    properties:
      saas_state: subscription_state
"""


@pytest.fixture
def portal_property() -> type[Property]:
    return Property


@pytest.fixture
def sales() -> Pipeline:
    return SALES


@pytest.fixture
def with_deals() -> str:
    """The small mapping with deals in a pipeline."""
    return MAPPING.replace("lifecycle:", f"{DEALS}lifecycle:")


@pytest.fixture
def catalog() -> Mapping[str, Metric]:
    return CATALOG


@pytest.fixture
def mapping_text() -> str:
    return MAPPING


@pytest.fixture
def load_text() -> Callable[[str], Loaded]:
    return lambda text: load(text, "acme.yaml", CATALOG)


@pytest.fixture
def changed() -> Callable[..., Loaded]:
    """The small mapping with one text replaced by another, loaded."""

    def change(old: str, new: str) -> Loaded:
        assert old in MAPPING
        return load(MAPPING.replace(old, new, 1), "acme.yaml", CATALOG)

    return change


@pytest.fixture
def one(changed: Callable[..., Loaded]) -> Callable[..., Diagnostic]:
    """The only diagnostic of a changed mapping."""

    def only(old: str, new: str) -> Diagnostic:
        loaded = changed(old, new)
        assert len(loaded.diagnostics) == 1, [d.message for d in loaded.diagnostics]
        return loaded.diagnostics[0]

    return only
