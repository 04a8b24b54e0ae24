"""An object's profile as properties: what it adds to those that the mapping writes out."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.mapping.objects import rows_of
from syncworker.mapping.portal import Object, PortalMapping, PropertyMapping, Rows
from syncworker.mapping.provided import provided
from syncworker.metrics.availability import not_provided
from syncworker.metrics.metric import Entity, Metric
from syncworker.metrics.profiles import metrics_in

DESCRIBED: Mapping[Rows, Entity] = {
    "accounts": "account",
    "users": "user",
    "subscriptions": "subscription",
    "tickets": "ticket",
}
"""Whom the metrics of a profile describe, by the rows of the object."""


def expanded(mapping: PortalMapping, catalog: Mapping[str, Metric]) -> PortalMapping:
    """The mapping with the properties of its profiles before those that it writes out.

    A metric that no source of the mapping can give is left out, see `lacking`; one that the
    mapping writes out itself stays.
    """
    streams = provided(mapping)
    objects = {
        name: _expanded(name, config, catalog, streams) for name, config in mapping.objects.items()
    }
    return mapping.model_copy(update={"objects": objects})


def lacking(
    mapping: PortalMapping, catalog: Mapping[str, Metric]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the profiles hold and no source can give.

    Returns:
        By object that lacks something, by reason, the metrics' names.
    """
    streams = provided(mapping)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, config in mapping.objects.items():
        reasons: dict[str, tuple[str, ...]] = {}
        for metric in _of_profile(name, config, catalog).values():
            # What a source can give is mapped by now.
            reason = not_provided(metric, streams)
            reasons[reason] = (*reasons.get(reason, ()), metric.name)
        if reasons:
            found[name] = reasons
    return found


def lacking_texts(mapping: PortalMapping, catalog: Mapping[str, Metric]) -> list[str]:
    """The same in words: object, profile, what it leaves out, and why."""
    return [
        f"{name}: the profile {mapping.objects[name].profile} leaves out {', '.join(metrics)}: "
        f"{reason}"
        for name, reasons in lacking(mapping, catalog).items()
        for reason, metrics in reasons.items()
    ]


def _expanded(
    name: str, config: Object, catalog: Mapping[str, Metric], streams: frozenset[str]
) -> Object:
    added = {
        property_name: PropertyMapping(metric=metric.name)
        for property_name, metric in _of_profile(name, config, catalog).items()
        if not not_provided(metric, streams)
    }
    return config.model_copy(update={"properties": added | config.properties})


def _of_profile(name: str, config: Object, catalog: Mapping[str, Metric]) -> dict[str, Metric]:
    """By property, the profile's metrics without those that are not wanted or matched by."""
    if config.profile is None:
        return {}
    others = {*config.without, *(way.property for way in config.match), *config.properties}
    metrics = metrics_in(config.profile, DESCRIBED[rows_of(name, config)], catalog)
    return {metric.property: metric for metric in metrics if metric.property not in others}
