"""How the properties a mapping names are written, by the portal's own definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.definitions import PortalProperty
from syncworker.mapping.desired import PropertyRule, PropertyType
from syncworker.mapping.hubspot_names import DEAL_STAGE, RECURRING_REVENUE
from syncworker.mapping.objects import own_keys
from syncworker.mapping.portal import PortalMapping, PropertyMapping
from syncworker.mapping.property_types import type_in_portal
from syncworker.metrics.metric import Metric


def property_rules(
    mapping: PortalMapping,
    object_name: str,
    catalog: Mapping[str, Metric],
    definitions: Mapping[str, PortalProperty],
) -> dict[str, PropertyRule]:
    """By name, how every property of an object is written; nothing where it is not mapped.

    Beside the mapped properties these are our own keys, written when a record is linked, and
    the stage of deals in the mapped pipeline.

    Args:
        mapping: The portal's mapping.
        object_name: One of its objects.
        catalog: The metrics.
        definitions: The portal's properties of that object by name.
    """
    config = mapping.objects.get(object_name)
    if config is None:
        return {}
    rules = {
        name: rule(name, mapped, metric, definitions.get(name))
        for name, mapped, metric in written_properties(mapping, object_name, catalog, definitions)
    }
    for key in own_keys(config):
        type_ = key_type(definitions.get(key.property))
        rules[key.property] = PropertyRule(key.property, type_, mode="never_clear")
    if config.pipeline:
        rules[DEAL_STAGE] = PropertyRule(DEAL_STAGE, "enumeration")
    return rules


def rule(
    name: str, mapped: PropertyMapping, metric: Metric, there: PortalProperty | None
) -> PropertyRule:
    """How one mapped property is written."""
    return PropertyRule(
        name=name,
        type=type_in_portal(mapped, metric, there),
        mode=mapped.mode,
        volatile=metric.volatile,
        guard_numbers=mapped.guard,
    )


def key_type(there: PortalProperty | None) -> PropertyType:
    """The type of a property of our own keys: text, or a number where the portal has it so."""
    return "number" if there is not None and there.type == "number" else "string"


def left_out(
    mapping: PortalMapping, object_name: str, definitions: Mapping[str, PortalProperty]
) -> tuple[str, ...]:
    """The mapped recurring revenue properties of deals that the portal does not have.

    They are not written and it is no fault: HubSpot makes them when a person switches recurring
    revenue tracking on, and nobody else can.
    """
    config = mapping.objects.get(object_name)
    if config is None or object_name != "deals":
        return ()
    return tuple(
        name for name in config.properties if name in RECURRING_REVENUE and name not in definitions
    )


def written_properties(
    mapping: PortalMapping,
    object_name: str,
    catalog: Mapping[str, Metric],
    definitions: Mapping[str, PortalProperty],
) -> Iterator[tuple[str, PropertyMapping, Metric]]:
    """The mapped properties without those that are left out."""
    absent = left_out(mapping, object_name, definitions)
    for name, mapped, metric in mapped_properties(mapping, object_name, catalog):
        if name not in absent:
            yield name, mapped, metric


def mapped_properties(
    mapping: PortalMapping, object_name: str, catalog: Mapping[str, Metric]
) -> Iterator[tuple[str, PropertyMapping, Metric]]:
    """Name, mapping and metric of every mapped property of an object, in the mapping's order."""
    config = mapping.objects.get(object_name)
    for name, mapped in config.properties.items() if config else ():
        yield name, mapped, catalog[mapped.metric]
