"""Which HubSpot property types a metric can fill; the first is what is made for it unless told."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.mapping.definitions import PortalProperty
from syncworker.mapping.desired import PropertyType
from syncworker.mapping.portal import PropertyMapping
from syncworker.metrics.metric import Metric, MetricType

FILLS: Mapping[MetricType, tuple[PropertyType, ...]] = {
    "number": ("number", "string"),
    "money": ("number", "string"),
    "bool": ("bool", "enumeration", "string"),
    "enum": ("enumeration", "string"),
    "multi": ("enumeration", "string"),
    "date": ("date", "datetime", "string"),
    "datetime": ("datetime", "date", "string"),
    "string": ("string", "enumeration"),
}


def makes(metric: Metric) -> tuple[PropertyType, ...]:
    """The types a property can be made with: text has no options to make an enumeration of."""
    fills = FILLS[metric.type]
    return fills[:1] if metric.type == "string" else fills


def property_type(mapped: PropertyMapping, metric: Metric) -> PropertyType:
    """The HubSpot type a property is made with: as mapped, else the metric's own."""
    return mapped.type or FILLS[metric.type][0]


def type_in_portal(
    mapped: PropertyMapping, metric: Metric, there: PortalProperty | None
) -> PropertyType:
    """The type values are rendered for: the portal's own wherever the metric can fill it."""
    fits = (type_ for type_ in FILLS[metric.type] if there is not None and there.type == type_)
    return next(fits, property_type(mapped, metric))
