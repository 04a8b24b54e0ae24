"""What only the portal can say about a mapping: its properties, their types, its stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from syncworker.mapping.diagnostics import Diagnostic, Finding
from syncworker.mapping.document import Document
from syncworker.mapping.loader import Loaded, diagnosed
from syncworker.mapping.portal import Object, ObjectName, PortalMapping
from syncworker.mapping.properties import WantedProperty, wanted_properties
from syncworker.mapping.rules import MATCH_PROPERTY
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric

STAGE_PROPERTY = "lifecyclestage"


class PortalProperty(Protocol):
    """A property as the portal has it; `engine.ports.PropertyDefinition` is one."""

    @property
    def type(self) -> str:
        """HubSpot's property type."""
        ...

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Values and labels; empty where HubSpot keeps them elsewhere."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether HubSpot computes it."""
        ...

    @property
    def unique(self) -> bool:
        """Whether no two records share a value."""
        ...


def check_online(
    loaded: Loaded,
    portal: str,
    properties: Mapping[str, Mapping[str, PortalProperty]],
    catalog: Mapping[str, Metric] = METRICS,
) -> tuple[Diagnostic, ...]:
    """Compare a mapping with its portal; the findings of `load` are not repeated.

    Args:
        loaded: A mapping that `load` found no error in.
        portal: Its name, for the commands that mend what is found.
        properties: By object, the portal's properties by name.
        catalog: The metrics a mapping may name.
    """
    mapping, document = loaded.mapping, loaded.document
    if mapping is None or document is None:
        return ()
    findings: list[Finding] = []
    for object_name, mapped in mapping.objects.items():
        there = properties.get(object_name, {})
        findings += _match(document, object_name, mapped, there)
        for wanted in wanted_properties(mapping, object_name, catalog):
            findings += _property(document, portal, wanted, there.get(wanted.name))
        findings += _stages(document, object_name, mapping, there)
    return diagnosed(findings, document.file, document.lines, comments=False)


def _match(
    document: Document,
    object_name: ObjectName,
    mapped: Object,
    there: Mapping[str, PortalProperty],
) -> Iterator[Finding]:
    name = mapped.match.property
    if name == MATCH_PROPERTY[object_name]:
        return
    found = there.get(name)
    if found is None or not found.unique:
        span = document.value(("objects", object_name, "match", "property"))
        why = "the portal has no such property" if found is None else "its values are not unique"
        message = f"`{name}` is not a match key for {object_name}: {why}"
        help_ = did_you_mean(
            name,
            (n for n, p in there.items() if p.unique),
            "HubSpot makes a property unique only when it is created",
        )
        yield Finding("SW103", span, message, help_)


def _property(
    document: Document, portal: str, wanted: WantedProperty, found: PortalProperty | None
) -> Iterator[Finding]:
    span = document.key(("objects", wanted.object, "properties", wanted.name))
    create = f"`syncworker properties create {portal}`"
    if found is None:
        message = f"the portal has no {wanted.object} property `{wanted.name}` ({wanted.type})"
        yield Finding("SW109", span, message, f"{create} makes it")
    elif found.read_only:
        message = f"`{wanted.name}` is computed by HubSpot and cannot be written"
        yield Finding("SW109", span, message, f"map another name and {create}")
    elif found.type != wanted.type:
        message = f"`{wanted.name}` is a {found.type} property in the portal, not {wanted.type}"
        help_ = f"use `type: {found.type}` if the metric can fill it, or another name and {create}"
        yield Finding("SW109", span, message, help_)
    elif wanted.type == "enumeration" and found.options:
        missing = _missing(wanted.options, found.options)
        if missing:
            message = f"`{wanted.name}` lacks the options {listed(missing)} in the portal"
            help_ = f"add them to the property in HubSpot, or map another name and {create}"
            yield Finding("SW109", span, message, help_)


def _missing(wanted: Iterable[tuple[str, str]], found: Iterable[tuple[str, str]]) -> list[str]:
    there = {value for value, _ in found}
    return [value for value, _ in wanted if value not in there]


def _stages(
    document: Document,
    object_name: ObjectName,
    mapping: PortalMapping,
    there: Mapping[str, PortalProperty],
) -> Iterator[Finding]:
    stage_property = there.get(STAGE_PROPERTY)
    labels = dict(stage_property.options) if stage_property else {}
    for i, rule in enumerate(mapping.lifecycle.get(object_name, [])):
        if labels and rule.stage not in labels:
            span = document.value(("lifecycle", object_name, i, "stage"))
            by_label = next((v for v, label in labels.items() if label == rule.stage), None)
            otherwise = f"the portal has {listed(labels)}"
            help_ = (
                f"write `{by_label}`, the internal name of that label"
                if by_label
                else did_you_mean(rule.stage, labels, otherwise)
            )
            message = f"the portal has no lifecycle stage `{rule.stage}`"
            yield Finding("SW107", span, message, help_)
