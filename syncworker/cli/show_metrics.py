"""The catalog of metrics, in lines for people and as JSON; of a portal too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncworker.cli.console import columns
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.provided import provided
from syncworker.metrics.availability import not_provided
from syncworker.metrics.metric import Metric
from syncworker.metrics.profiles import profiles_of
from syncworker.metrics.reference import OURS, freshness, freshness_text, needs
from syncworker.metrics.settings import MetricSettings


@dataclass(frozen=True, slots=True)
class InPortal:
    """How the metrics stand in one portal; without a portal everything is empty.

    Attributes:
        stale_days: Its setting of that name, the default without a portal.
        mapped: By metric, where it is mapped: `companies.saas_mrr (always)`.
        lacking: By metric, why no source of the mapping can give it.
    """

    stale_days: Mapping[str, int] = field(default_factory=lambda: MetricSettings().stale_days)
    mapped: Mapping[str, Sequence[str]] | None = None
    lacking: Mapping[str, str] = field(default_factory=dict)


def in_portal(mapping: PortalMapping, catalog: Mapping[str, Metric]) -> InPortal:
    """What a mapping says of the metrics."""
    mapped: dict[str, list[str]] = {}
    for name, config in mapping.objects.items():
        for property_name, one in config.properties.items():
            mapped.setdefault(one.metric, []).append(f"{name}.{property_name} ({one.mode})")
    streams = provided(mapping)
    reasons = {name: not_provided(metric, streams) for name, metric in catalog.items()}
    lacking = {name: reason for name, reason in reasons.items() if reason}
    return InPortal(mapping.metrics.stale_days, mapped, lacking)


def list_lines(metrics: Sequence[Metric], portal: InPortal) -> Iterator[str]:
    """A line per metric; of a portal where it is mapped, or why it cannot be."""
    rows = [
        (m.name, m.entity, m.type, m.unit or "-", m.owner or "-", m.property, m.label)
        if portal.mapped is None
        else (m.name, m.entity, ", ".join(portal.mapped.get(m.name, ())) or "-", _state(m, portal))
        for m in metrics
    ]
    yield from columns(rows, indent="")


def list_document(metrics: Sequence[Metric], portal: InPortal) -> dict[str, Any]:
    """The metrics in full, for JSON."""
    return {"metrics": [_json(m, portal) for m in metrics]}


def show_document(metric: Metric, portal: InPortal, example: tuple[str, str]) -> dict[str, Any]:
    """Everything about one metric for JSON."""
    value, reason = example
    return {**_json(metric, portal), "example": {"value": value, "because": reason}}


def show_rows(
    metric: Metric, portal: InPortal, example: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    """Everything about one metric: a name and a text each.

    Args:
        metric: The metric.
        portal: How it stands in a portal.
        example: A value of it and the reason beside it.
    """
    value, reason = example
    yield "name", metric.name
    yield "describes", metric.entity
    yield "type", f"{metric.type} {metric.unit}".strip()
    yield "formula", metric.formula
    yield "inputs", needs(metric)
    if metric.also:
        yield "also uses", ", ".join(metric.also)
    yield "stale", freshness_text(metric, portal.stale_days)
    yield "owner", metric.owner or "nobody yet"
    yield "authority", metric.authority or OURS
    yield "property", metric.property
    yield "label", metric.label
    yield "meaning", metric.description
    if metric.options:
        yield "options", ", ".join(f"{one.value} ({one.label})" for one in metric.options)
    yield "profiles", ", ".join(profiles_of(metric))
    yield "example", f"{value}, because {reason}"
    if portal.mapped is not None:
        yield "mapped", ", ".join(portal.mapped.get(metric.name, ())) or "nowhere"
        yield "available", _state(metric, portal)


def _state(metric: Metric, portal: InPortal) -> str:
    reason = portal.lacking.get(metric.name)
    return f"no: {reason}" if reason else "yes"


def _json(metric: Metric, portal: InPortal) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": metric.name,
        "entity": metric.entity,
        "type": metric.type,
        "unit": metric.unit,
        "label": metric.label,
        "description": metric.description,
        "formula": metric.formula,
        "inputs": metric.inputs,
        "also": metric.also,
        "stale_days": freshness(metric, portal.stale_days),
        "owner": metric.owner,
        "authority": metric.authority,
        "property": metric.property,
        "options": [{"value": one.value, "label": one.label} for one in metric.options],
        "profiles": profiles_of(metric),
    }
    if portal.mapped is not None:
        document["mapped"] = list(portal.mapped.get(metric.name, ()))
        document["lacking"] = portal.lacking.get(metric.name, "")
    return document
