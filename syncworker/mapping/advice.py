"""What is not wrong with a readable mapping and yet does nothing, or not what it seems to do.

Only `syncworker validate` asks; a run does not. Everything here is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Diagnostic, Finding, Span
from syncworker.mapping.document import Document, Path
from syncworker.mapping.loader import Loaded, diagnosed
from syncworker.mapping.objects import lifecycle_of, rows_of
from syncworker.mapping.portal import PortalMapping, StageRule
from syncworker.mapping.provided import filled_by, provided
from syncworker.mapping.shapes import rule_paths
from syncworker.mapping.suggest import listed
from syncworker.metrics.availability import not_provided
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.metric import Metric
from syncworker.model.streams import STREAMS

_OWN = ("accounts", "users")
"""Streams whose keys are the app's own: two sources would tell of one row in turns."""
_NEEDS_CURSOR = ("overlap", "full_every")


def advice(loaded: Loaded, catalog: Mapping[str, Metric] | None = None) -> tuple[Diagnostic, ...]:
    """Warnings about a mapping that `load` found no error in; its own are not repeated.

    Args:
        loaded: What `load` gave.
        catalog: The metrics; None: ours and the mapping's own.
    """
    mapping, document = loaded.mapping, loaded.document
    if mapping is None or document is None:
        return ()
    if catalog is None:
        catalog = catalog_of(mapping.metrics)
    findings = [
        *_unreachable(mapping, document),
        *_told_twice(mapping, document),
        *_contacts(mapping, document),
        *_cursors(document),
        *_without_rows(mapping, document, catalog),
    ]
    return diagnosed(findings, document.file, document.lines, comments=False)


def _warning(code: str, span: Span, message: str, help_: str) -> Finding:
    return Finding(code, span, message, help_, severity="warning")


def _unreachable(mapping: PortalMapping, document: Document) -> Iterator[Finding]:
    for object_name in mapping.lifecycle:
        lifecycle = lifecycle_of(mapping, object_name)
        rules = lifecycle.rules if lifecycle else []
        paths = rule_paths(document, object_name)
        for i, rule in enumerate(rules):
            for j, earlier in enumerate(rules[:i]):
                if _covers(earlier, rule):
                    line = document.key(paths[j]).line
                    message = f"this rule is never reached: the one in line {line} holds before it"
                    help_ = "put the narrower rule first"
                    yield _warning("SW217", document.key(paths[i]), message, help_)
                    break


def _covers(wider: StageRule, rule: StageRule) -> bool:
    """Whether the wider rule holds wherever the other one does; in doubt not."""
    return all(
        any(
            one.metric == each.metric and _implies(one.comparison, each.comparison)
            for one in rule.when
        )
        for each in wider.when
    )


def _implies(first: tuple[str, object], second: tuple[str, object]) -> bool:
    """Whether a value that fulfils the first comparison fulfils the second."""
    (name, value), (other, limit) = first, second
    if first == second:
        return True
    if not isinstance(value, int | float) or not isinstance(limit, int | float):
        return False
    above = value > limit or (value == limit and name == other)
    below = value < limit or (value == limit and name == other)
    return {
        "gte": name in {"gte", "gt", "eq"} and value >= limit,
        "gt": name in {"gte", "gt", "eq"} and above,
        "lte": name in {"lte", "lt", "eq"} and value <= limit,
        "lt": name in {"lte", "lt", "eq"} and below,
    }.get(other, False)


def _told_twice(mapping: PortalMapping, document: Document) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, source in mapping.sources.items():
        for stream in source.streams:
            for filled in filled_by(source, stream):
                teller = first.setdefault(filled, name)
                if filled not in _OWN or teller == name:
                    continue
                message = f"`{filled}` is read from `{teller}` too; rows of one key take turns"
                help_ = "read it from one source, or give the rows of each their own keys"
                yield _warning("SW220", _stream(document, name, stream), message, help_)


def _stream(document: Document, source: str, stream: str) -> Span:
    path: Path = ("sources", source, "streams", stream)
    return document.key(path if path in document.places else ("sources", source))


def _contacts(mapping: PortalMapping, document: Document) -> Iterator[Finding]:
    config = mapping.objects.get("contacts")
    ways = [way.property for way in config.match] if config else []
    if config and not {"email", "hs_object_id"} & set(ways):
        message = f"contacts are looked for by {listed(ways)} only, which HubSpot fills for nobody"
        help_ = "add `{property: email, column: email}` to `match`"
        yield _warning("SW221", document.key(("objects", "contacts", "match")), message, help_)


def _cursors(document: Document) -> Iterator[Finding]:
    for source in document.entries("sources"):
        if document.at("sources", source, "kind") != "sql":
            continue
        for stream in document.entries("sources", source, "streams"):
            path: Path = ("sources", source, "streams", stream)
            if document.at(*path, "cursor") is not None:
                continue
            for key in document.entries(*path):
                if key in _NEEDS_CURSOR:
                    message = f"`{key}` does nothing without `cursor`"
                    help_ = "name the column that grows under `cursor`, or remove it"
                    yield _warning("SW222", document.key((*path, key)), message, help_)
            if STREAMS[stream].lasting:
                message = f"`{stream}` has no `cursor`: each run reads all of it"
                help_ = "name the column that says when a row came in: `cursor: received_at`"
                yield _warning("SW223", document.key(path), message, help_)


def _without_rows(
    mapping: PortalMapping, document: Document, catalog: Mapping[str, Metric]
) -> Iterator[Finding]:
    streams = provided(mapping)
    for name, config in mapping.objects.items():
        path: Path = ("objects", name)
        rows = rows_of(name, config)
        if rows not in streams:
            message = f"{name} stand for {rows}, which no source has: nothing is written"
            help_ = f"add a stream `{rows}` to a source, or remove `{name}`"
            yield _warning("SW224", document.key(path), message, help_)
            continue
        for property_name in document.entries(*path, "properties"):
            metric = catalog[config.properties[property_name].metric]
            reason = not_provided(metric, streams)
            if reason:
                message = f"`{metric.name}` cannot be computed: {reason}"
                place = (*path, "properties", property_name)
                help_ = "add the stream to a source, or remove the property"
                yield _warning("SW224", document.key(place), message, help_)
