"""What only the portal can say about a mapping, at its place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncworker.mapping.conflicts import Conflict, conflicts
from syncworker.mapping.definitions import PortalPipeline, PortalProperty
from syncworker.mapping.diagnostics import Diagnostic, Finding, Span
from syncworker.mapping.document import Document, Path
from syncworker.mapping.hubspot_names import STAGE_PROPERTY
from syncworker.mapping.loader import Loaded, diagnosed
from syncworker.mapping.property_rules import left_out
from syncworker.mapping.suggest import listed
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.metric import Metric


def check_online(
    loaded: Loaded,
    portal: str,
    properties: Mapping[str, Mapping[str, PortalProperty]],
    pipelines: Sequence[PortalPipeline] = (),
    catalog: Mapping[str, Metric] | None = None,
    *,
    refused: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Diagnostic, ...]:
    """Compare a mapping with its portal; the findings of `load` are not repeated.

    Args:
        loaded: A mapping that `load` found no error in.
        portal: Its name, for the commands that mend what is found.
        properties: By object, the portal's properties by name.
        pipelines: The portal's pipelines of deals, where the mapping names one.
        catalog: The metrics; None: ours and the mapping's own.
        refused: By object, the scopes that the token lacks; such an object is not compared.
    """
    mapping, document = loaded.mapping, loaded.document
    if mapping is None or document is None:
        return ()
    if catalog is None:
        catalog = catalog_of(mapping.metrics)
    findings: list[Finding] = []
    for object_name in mapping.objects:
        scopes = (refused or {}).get(object_name)
        if scopes:
            findings.append(_refused(document, object_name, scopes))
            continue
        there = properties.get(object_name, {})
        found = conflicts(mapping, object_name, catalog, there, pipelines)
        findings += [_finding(document, conflict, portal) for conflict in found]
        absent = left_out(mapping, object_name, there)
        findings += [_left_out(document, object_name, name) for name in absent]
    return diagnosed(findings, document.file, document.lines, comments=False)


def _finding(document: Document, conflict: Conflict, portal: str) -> Finding:
    help_ = conflict.help.replace("PORTAL", portal)
    return Finding(_code(conflict), _span(document, conflict.place), conflict.message, help_)


def _refused(document: Document, object_name: str, scopes: Sequence[str]) -> Finding:
    message = f"the token may not read {object_name}: it lacks {listed(scopes)}"
    help_ = "add what is missing to the service key or private app in HubSpot, under Scopes"
    return Finding("SW227", document.key(("objects", object_name)), message, help_)


def _code(conflict: Conflict) -> str:
    match conflict.kind:
        case "stage" if conflict.property == STAGE_PROPERTY:
            return "SW107"
        case "stage" | "pipeline":
            return "SW135"
        case "not_unique":
            return "SW103"
    return "SW109"


def _left_out(document: Document, object_name: str, name: str) -> Finding:
    message = f"the portal does not track recurring revenue: `{name}` is left out"
    help_ = "a person can switch it on in HubSpot; nothing needs to change here"
    span = _span(document, ("objects", object_name, "properties", name))
    return Finding("SW136", span, message, help_, severity="warning")


def _span(document: Document, place: Path) -> Span:
    path: Path = (*place[:2], "profile")
    if place[2:3] == ("properties",) and place not in document.places and path in document.places:
        return document.value(path)
    # A place is that of the long way to write it; the short way leaves some of its keys out.
    path = ()
    for part in place:
        if (*path, part) in document.places:
            path = (*path, part)
    return document.key(path) if path[-2:-1] == ("properties",) else document.value(path)
