"""What makes a readable mapping wrong: rules about objects and their properties.

Rules read the document, not the models, so that one mistake does not hide the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.property_types import FILLS
from syncworker.mapping.suggest import closest, did_you_mean, listed
from syncworker.metrics.metric import Entity, Metric
from syncworker.model.streams import STREAMS

ENTITY: Mapping[str, Entity] = {"companies": "account", "contacts": "user"}
MATCH_PROPERTY = {"companies": "domain", "contacts": "email"}
_STREAM = {"companies": "accounts", "contacts": "users"}
_INTERNAL_NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_objects(document: Document, catalog: Mapping[str, Metric]) -> Iterator[Finding]:
    """Match keys (SW103), metrics (SW104), types (SW105), names (SW106) and append (SW117)."""
    for object_name in ENTITY:
        yield from _match(document, object_name)
        for name in document.entries("objects", object_name, "properties"):
            path = ("objects", object_name, "properties", name)
            yield from _property_name(document, path, name)
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
    if metric.entity == "user" and object_name == "companies":
        message = f"`{name}` describes a user and cannot fill a company"
        return metric, [Finding("SW105", span, message, "map it under `contacts`")]
    return metric, []


def _match(document: Document, object_name: str) -> Iterator[Finding]:
    path = ("objects", object_name, "match")
    standard, wanted = MATCH_PROPERTY[object_name], document.at(*path, "property")
    if isinstance(wanted, str) and wanted and wanted != standard:
        slip = closest(wanted, (standard,)) is not None
        if slip or not _INTERNAL_NAME.fullmatch(wanted) or wanted in MATCH_PROPERTY.values():
            otherwise = f"allowed: `{standard}`, or a property with unique values"
            help_ = did_you_mean(wanted, (standard,), otherwise)
            message = f"`{wanted}` is not a match key for {object_name}"
            yield Finding("SW103", document.value((*path, "property")), message, help_)
    column = document.at(*path, "column")
    stream = STREAMS[_STREAM[object_name]]
    known = [each.name for each in stream.columns if each.type == "string"]
    if isinstance(column, str) and column and column not in known:
        message = f"`{column}` is not a column of `{stream.name}` to match {object_name} by"
        help_ = did_you_mean(column, known, f"allowed: {listed(known)}")
        yield Finding("SW103", document.value((*path, "column")), message, help_)


def _property_name(document: Document, path: Path, name: str) -> Iterator[Finding]:
    if _INTERNAL_NAME.fullmatch(name):
        return
    internal = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if _INTERNAL_NAME.fullmatch(internal):
        help_ = f"use `{internal}`; HubSpot shows it beside the label in the property's settings"
    else:
        help_ = "use lower-case letters, digits and `_`, a letter first"
    message = f"`{name}` is a label, not an internal property name"
    yield Finding("SW106", document.key(path), message, help_)


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
    fills = FILLS[metric.type]
    if isinstance(type_, str) and type_ in _HUBSPOT_TYPES and type_ not in fills:
        message = f"`{metric.name}` is {metric.type} and cannot fill a {type_} property"
        help_ = f"use {' or '.join(f'`type: {each}`' for each in fills)}, or map another metric"
        yield Finding("SW105", document.value((*path, "type")), message, help_)
    options = metric.type in {"enum", "multi"} and type_ in {None, "enumeration"}
    if document.at(*path, "mode") == "append" and not options:
        message = f"`append` adds options, and `{metric.name}` ({metric.type}) has none"
        help_ = "use `mode: fill_empty` or `mode: never_clear`"
        yield Finding("SW117", document.value((*path, "mode")), message, help_)


_HUBSPOT_TYPES = frozenset(type_ for fills in FILLS.values() for type_ in fills)
