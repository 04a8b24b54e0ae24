"""The objects of a first mapping, with what the portal has for them already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from syncworker.engine.draft_values import comment
from syncworker.engine.draft_wish import OBJECTS, PortalFacts, Wish
from syncworker.engine.offers import plain
from syncworker.engine.ports import Pipeline, PropertyDefinition
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Entity
from syncworker.metrics.profiles import metrics_in

_MOST = 30
NEEDS = {
    "companies": "accounts",
    "contacts": "users",
    "deals": "subscriptions",
    "tickets": "tickets",
}
"""The stream whose rows an object's records stand for."""
_ENTITIES: Mapping[str, Entity] = {
    "companies": "account",
    "contacts": "user",
    "deals": "subscription",
    "tickets": "ticket",
}


def objects(wish: Wish, facts: PortalFacts, streams: set[str]) -> Iterator[str]:
    """The section, line by line; an object whose rows no source has is commented out."""
    yield "# What is written, by object. A profile is a choice of metrics: starter, sales,"
    yield f"# customer_success or full (`syncworker metrics list --profile {wish.profile}`)."
    yield "objects:"
    for name in OBJECTS:
        if name in wish.objects:
            mark = "" if NEEDS[name] in streams else "# "
            for line in _object(wish, name, facts):
                yield f"  {mark}{line}" if line else line
            if mark:
                yield f"  # {name} need a stream `{NEEDS[name]}`, which no source has yet"
    yield ""


def _object(wish: Wish, name: str, facts: PortalFacts) -> Iterator[str]:
    there = facts.properties.get(name, {})
    yield f"{name}:"
    yield "  match: # the first way that finds a record counts (docs/identity.md)"
    match name:
        case "companies":
            yield from _way("saas_account_id", "account_id", there, known=bool(facts.properties))
            yield "    - {property: domain, column: domain}"
        case "contacts":
            yield "    - {property: email, column: email}"
        case "deals":
            yield from _way("saas_subscription_id", "sub_id", there, known=bool(facts.properties))
        case _:
            yield "    - {property: hs_object_id, column: hubspot_ticket_id}"
    if name != "tickets":
        yield "  policy: update_only # upsert creates records that HubSpot does not have"
    if name == "deals":
        yield from _pipelines(facts.pipelines)
    if name == "contacts" and "companies" in wish.objects:
        yield "  # associate: [companies] # with the company of the same account"
    yield f"  profile: {wish.profile}"
    yield "  # without: [] # properties of the profile that are not wanted"
    yield "  # properties: # beside the profile's: HubSpot property: metric"
    yield from _alike(wish, name, there)


def _way(
    property_name: str, column: str, there: Mapping[str, PropertyDefinition], *, known: bool
) -> Iterator[str]:
    found = there.get(property_name)
    note = "ours: filled once a record is found"
    if known:
        note = "is there" if found else "`syncworker properties create` makes it"
        if found is not None and not found.unique:
            note = "is there, but not with unique values: choose another name"
    yield f"    - {{property: {property_name}, column: {column}}} # {note}"


def _pipelines(pipelines: Sequence[Pipeline]) -> Iterator[str]:
    if not pipelines:
        yield "  # pipeline: {pipeline: Subscriptions, stages: {active: Live, canceled: Ended}}"
    for pipeline in pipelines[:_MOST]:
        stages = ", ".join(label for _, label in pipeline.stages)
        yield f"  # pipeline {comment(pipeline.label)}: its stages are {comment(stages)}"


def _alike(wish: Wish, name: str, there: Mapping[str, PropertyDefinition]) -> Iterator[str]:
    """Properties of the portal that are called like a metric of the profile."""
    names: dict[str, str] = {}
    for metric in metrics_in(wish.profile, _ENTITIES[name], METRICS):
        for word in (metric.name, metric.label, metric.property.removeprefix("saas_")):
            names.setdefault(plain(word), metric.name)
    for one in there.values():
        metric_name = names.get(plain(one.name)) or names.get(plain(one.label))
        if metric_name and not one.read_only:
            yield f"  #   {one.name}: {metric_name} # the portal has this property already"
