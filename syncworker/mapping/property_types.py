"""Which HubSpot property types a metric can fill; the first is what it fills unless told."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.mapping.desired import PropertyType
from syncworker.mapping.portal import PropertyMapping
from syncworker.metrics.metric import Metric, MetricType

FILLS: Mapping[MetricType, tuple[PropertyType, ...]] = {
    "number": ("number", "string"),
    "money": ("number", "string"),
    "bool": ("bool", "string"),
    "enum": ("enumeration", "string"),
    "multi": ("enumeration", "string"),
    "date": ("date", "string"),
    "datetime": ("datetime", "date", "string"),
    "string": ("string",),
}


def property_type(mapped: PropertyMapping, metric: Metric) -> PropertyType:
    """The HubSpot type of the property: as mapped, else the metric's own."""
    return mapped.type or FILLS[metric.type][0]
