"""What makes a readable mapping wrong: rules about properties and the metrics that fill them.

Rules read the document, not the models, so that one mistake does not hide the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.hubspot_names import (
    DEAL_PIPELINE,
    DEAL_STAGE,
    KNOWN_RESERVED,
    RESERVED_PREFIX,
    STAGE_PROPERTY,
)
from syncworker.mapping.objects import ENTITIES
from syncworker.mapping.property_types import FILLS, makes
from syncworker.mapping.shapes import match_paths, object_names, rows_at
from syncworker.mapping.suggest import did_you_mean
from syncworker.metrics.metric import Metric

INTERNAL_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HUBSPOT_TYPES = frozenset(type_ for fills in FILLS.values() for type_ in fills)
_WHERE = {
    "account": "companies",
    "user": "contacts",
    "subscription": "deals",
    "ticket": "tickets",
}


def check_properties(document: Document, catalog: Mapping[str, Metric]) -> Iterator[Finding]:
    """Metrics (SW104), types (SW105), names (SW106, SW134), append (SW117), twice (SW132)."""
    for object_name in object_names(document):
        for name in document.entries("objects", object_name, "properties"):
            path = ("objects", object_name, "properties", name)
            yield from _property_name(document, path, name)
            yield from _written_elsewhere(document, path, object_name, name)
            yield from _property(document, path, object_name, catalog)


def check_metric(
    document: Document, path: Path, object_name: str, catalog: Mapping[str, Metric]
) -> tuple[Metric | None, list[Finding]]:
    """The metric named at a path, and what is wrong with naming it for that object."""
    name = document.at(*path)
    if not isinstance(name, str) or not name:
        return None, []
    span = document.value(path)
    metric = catalog.get(name)
    if metric is None:
        help_ = did_you_mean(name, catalog, "`syncworker metrics list` shows all")
        return None, [Finding("SW104", span, f"no metric is called `{name}`", help_)]
    rows = rows_at(document, object_name)
    if rows is not None and metric.entity not in ENTITIES[rows]:
        message = f"`{name}` describes a {metric.entity}; {object_name} stand for {rows}"
        return metric, [Finding("SW105", span, message, f"map it under `{_WHERE[metric.entity]}`")]
    return metric, []


def _property_name(document: Document, path: Path, name: str) -> Iterator[Finding]:
    span = document.key(path)
    if INTERNAL_NAME.fullmatch(name):
        if name.startswith(RESERVED_PREFIX) and name not in KNOWN_RESERVED:
            message = f"`{name}`: names that begin with `hs_` are HubSpot's own"
            help_ = did_you_mean(name, KNOWN_RESERVED, "a property of yours needs another name")
            note = "`syncworker validate --online` compares with the portal's properties"
            yield Finding("SW134", span, message, help_, note, severity="warning")
        return
    internal = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if INTERNAL_NAME.fullmatch(internal):
        help_ = f"use `{internal}`; HubSpot shows it beside the label in the property's settings"
    else:
        help_ = "use lower-case letters, digits and `_`, a letter first"
    message = f"`{name}` is a label, not an internal property name"
    yield Finding("SW106", span, message, help_)


def _written_elsewhere(
    document: Document, path: Path, object_name: str, name: str
) -> Iterator[Finding]:
    keys = [document.at(*way, "property") for way in match_paths(document, object_name)]
    pipeline = document.at("objects", object_name, "pipeline") is not None
    if name in keys:
        where = "`match` finds records by it and fills it"
    elif name == STAGE_PROPERTY:
        where = "stages are moved by `lifecycle`"
    elif name in {DEAL_STAGE, DEAL_PIPELINE} and pipeline:
        where = "`pipeline` writes it"
    else:
        return
    message = f"`{name}` cannot be filled by a metric: {where}"
    yield Finding("SW132", document.key(path), message, "remove it here")


def _property(
    document: Document, path: Path, object_name: str, catalog: Mapping[str, Metric]
) -> Iterator[Finding]:
    short = isinstance(document.at(*path), str)
    metric, findings = check_metric(
        document, path if short else (*path, "metric"), object_name, catalog
    )
    yield from findings
    if metric is None or short:
        return
    type_ = document.at(*path, "type")
    fills = makes(metric)
    if isinstance(type_, str) and type_ in _HUBSPOT_TYPES and type_ not in fills:
        message = f"`{metric.name}` is {metric.type} and cannot fill a {type_} property"
        help_ = f"use {' or '.join(f'`type: {each}`' for each in fills)}, or map another metric"
        yield Finding("SW105", document.value((*path, "type")), message, help_)
    options = metric.type in {"enum", "multi"} and type_ in {None, "enumeration"}
    if document.at(*path, "mode") == "append" and not options:
        message = f"`append` adds options, and `{metric.name}` ({metric.type}) has none"
        help_ = "use `mode: fill_empty` or `mode: never_clear`"
        yield Finding("SW117", document.value((*path, "mode")), message, help_)
