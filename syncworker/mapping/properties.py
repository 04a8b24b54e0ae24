"""The HubSpot properties a mapping needs: how each is written, and how it is to be created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncworker.mapping.desired import PropertyRule, PropertyType
from syncworker.mapping.portal import ObjectName, PortalMapping, PropertyMapping
from syncworker.mapping.property_types import property_type
from syncworker.metrics.metric import Metric

_FIELD_TYPES: Mapping[PropertyType, str] = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
}


@dataclass(frozen=True, slots=True)
class WantedProperty:
    """A property as it is to be created in HubSpot.

    Attributes:
        object: `companies` or `contacts`.
        name: HubSpot's internal property name.
        type: HubSpot's property type.
        field_type: HubSpot's form field for it; only certain pairs are accepted.
        label: What people read on the record.
        description: Static text, also an unchanged property's: it never causes a change.
        options: Values and labels of an enumeration or bool, in the order people see.
    """

    object: ObjectName
    name: str
    type: PropertyType
    field_type: str
    label: str
    description: str
    options: tuple[tuple[str, str], ...] = ()


def definition(name: str, mapped: PropertyMapping, metric: Metric) -> PropertyRule:
    """How one property is written."""
    return PropertyRule(
        name=name,
        type=property_type(mapped, metric),
        mode=mapped.mode,
        volatile=metric.volatile,
        guard_numbers=mapped.guard,
    )


def wanted(
    object_name: ObjectName, name: str, mapped: PropertyMapping, metric: Metric
) -> WantedProperty:
    """How one property is to be created."""
    type_ = property_type(mapped, metric)
    options: tuple[tuple[str, str], ...] = ()
    if type_ == "enumeration":
        options = tuple((option.value, option.label) for option in metric.options)
    elif type_ == "bool":
        options = (("true", "Yes"), ("false", "No"))
    several = type_ == "enumeration" and (metric.type == "multi" or mapped.mode == "append")
    return WantedProperty(
        object=object_name,
        name=name,
        type=type_,
        field_type="checkbox" if several else _FIELD_TYPES[type_],
        label=mapped.label or metric.label,
        description=metric.description,
        options=options,
    )


def property_rules(
    mapping: PortalMapping, object_name: ObjectName, catalog: Mapping[str, Metric]
) -> dict[str, PropertyRule]:
    """By name, how every property of an object is written; nothing where it is not mapped."""
    return {
        name: definition(name, mapped, metric)
        for name, mapped, metric in mapped_properties(mapping, object_name, catalog)
    }


def wanted_properties(
    mapping: PortalMapping, object_name: ObjectName, catalog: Mapping[str, Metric]
) -> tuple[WantedProperty, ...]:
    """Every mapped property of an object as it is to be created, in the mapping's order."""
    return tuple(
        wanted(object_name, name, mapped, metric)
        for name, mapped, metric in mapped_properties(mapping, object_name, catalog)
    )


def mapped_properties(
    mapping: PortalMapping, object_name: ObjectName, catalog: Mapping[str, Metric]
) -> Iterator[tuple[str, PropertyMapping, Metric]]:
    """Name, mapping and metric of every mapped property of an object, in the mapping's order."""
    mapped = mapping.objects.get(object_name)
    for name, each in mapped.properties.items() if mapped else ():
        yield name, each, catalog[each.metric]
