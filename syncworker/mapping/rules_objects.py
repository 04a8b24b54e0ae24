"""What makes a mapping wrong: rules about objects, how their records are found and made."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.hubspot_names import RESERVED_PREFIX
from syncworker.mapping.objects import KEY_COLUMNS, RECORD_ID, SHARED_KEYS
from syncworker.mapping.portal import ROWS_OF
from syncworker.mapping.rules import INTERNAL_NAME
from syncworker.mapping.shapes import is_object, match_paths, object_names, rows_at
from syncworker.mapping.suggest import closest, did_you_mean, listed
from syncworker.model.streams import STREAMS

_CREATING = ("upsert", "create_only")


def check_objects(document: Document) -> Iterator[Finding]:
    """Ways to find (SW103, SW131), rows (SW125), creating (SW126 to SW129), association (SW130)."""
    for object_name in object_names(document):
        yield from _rows(document, object_name)
        yield from _match(document, object_name)
        yield from _creating(document, object_name)
        yield from _associate(document, object_name)


def _rows(document: Document, object_name: str) -> Iterator[Finding]:
    path = ("objects", object_name)
    stated = document.at(*path, "rows")
    if object_name in ROWS_OF:
        if stated is not None:
            message = f"{object_name} always stand for {ROWS_OF[object_name]}"
            yield Finding("SW125", document.key((*path, "rows")), message, "remove `rows`")
    elif stated is None and isinstance(document.at(*path), dict):
        message = f"it is not said what the records of {object_name} stand for"
        help_ = f"add `rows:` with one of {listed(KEY_COLUMNS)}"
        yield Finding("SW125", document.key(path), message, help_)


def _match(document: Document, object_name: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for way in match_paths(document, object_name):
        name = document.at(*way, "property")
        if isinstance(name, str) and name:
            yield from _match_property(document, (*way, "property"), object_name, name)
            if name in seen:
                message = f"`{name}` is written twice under `match`"
                yield Finding("SW131", document.value((*way, "property")), message, "remove one")
            seen.add(name)
        column = document.at(*way, "column")
        if isinstance(column, str) and column:
            yield from _match_column(document, (*way, "column"), object_name, column)


def _match_property(
    document: Document, path: Path, object_name: str, name: str
) -> Iterator[Finding]:
    standard = [key for key, owner in SHARED_KEYS.items() if owner == object_name]
    if name == RECORD_ID or name in standard:
        return
    hubspots = name in SHARED_KEYS or name.startswith(RESERVED_PREFIX)
    if hubspots or closest(name, standard) or not INTERNAL_NAME.fullmatch(name):
        allowed = listed((*standard, RECORD_ID))
        otherwise = f"allowed: {allowed}, or a property of yours with unique values"
        help_ = did_you_mean(name, (*standard, RECORD_ID), otherwise)
        message = f"`{name}` is not a match key for {object_name}"
        yield Finding("SW103", document.value(path), message, help_)


def _match_column(
    document: Document, path: Path, object_name: str, column: str
) -> Iterator[Finding]:
    rows = rows_at(document, object_name)
    if rows is None or rows not in STREAMS:
        return
    known = [each.name for each in STREAMS[rows].columns if each.type == "string"]
    if column not in known:
        message = f"`{column}` is not a column of `{rows}` to match {object_name} by"
        help_ = did_you_mean(column, known, f"allowed: {listed(known)}")
        yield Finding("SW103", document.value(path), message, help_)


def _creating(document: Document, object_name: str) -> Iterator[Finding]:
    path = ("objects", object_name)
    policy = document.at(*path, "policy")
    pipeline = document.at(*path, "pipeline") is not None
    if pipeline and object_name != "deals":
        message = f"`pipeline` is for deals, not for {object_name}"
        yield Finding("SW128", document.key((*path, "pipeline")), message, "remove it")
    if policy not in _CREATING:
        return
    span = document.value((*path, "policy"))
    if object_name == "tickets":
        message = "tickets are never created, only updated"
        yield Finding("SW129", span, message, "write `policy: update_only`")
        return
    if object_name == "deals" and not pipeline:
        message = "deals are created only in a pipeline that the mapping names"
        help_ = "add `pipeline: {pipeline: …, stages: {active: …}}`, or write `policy: update_only`"
        yield Finding("SW127", span, message, help_)
    ways = [document.at(*way, "property") for way in match_paths(document, object_name)]
    if ways and not any(_creates(way) for way in ways):
        message = f"no way under `match` is one that {object_name} can be created by"
        yield Finding("SW126", span, message, _own_key(document, object_name))


def _creates(way: object) -> bool:
    return isinstance(way, str) and way != RECORD_ID and SHARED_KEYS.get(way) != "companies"


def _own_key(document: Document, object_name: str) -> str:
    rows = rows_at(document, object_name)
    column = KEY_COLUMNS[rows] if rows else "…"
    return f"add `{{property: saas_{column}, column: {column}}}` to `match`, before the others"


def _associate(document: Document, object_name: str) -> Iterator[Finding]:
    path: Path = ("objects", object_name, "associate")
    others = document.at(*path)
    mapped = [
        name
        for name in object_names(document)
        if name != object_name and rows_at(document, name) == "accounts"
    ]
    for i, other in enumerate(others if isinstance(others, list) else ()):
        if not is_object(other) or other in mapped:
            continue  # the models refuse what no object is called
        if other == object_name:
            message = f"{object_name} cannot be associated with themselves"
        elif other not in object_names(document):
            message = f"`{other}` is not among the mapped objects"
        else:
            message = f"`{other}` do not stand for accounts"
        help_ = did_you_mean(str(other), mapped, f"allowed: {listed(mapped)}" if mapped else "")
        yield Finding("SW130", document.value((*path, i)), message, help_ or "map `companies` too")
