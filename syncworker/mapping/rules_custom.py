"""What makes a metric of the mapping's own wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syncworker.mapping.custom_where import check_column, check_where
from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.custom_rows import WAYS, Whose, owned
from syncworker.metrics.custom_values import KEY
from syncworker.metrics.metric import Metric
from syncworker.model.stream import SYSTEM_COLUMNS, Stream
from syncworker.model.streams import STREAMS

_CUSTOM: Path = ("metrics", "custom")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ROWS = ("accounts", "users", "subscriptions", "tickets")
_NEEDS_COLUMN = ("distinct", "sum", "first", "last")
_PARTS = {"ratio": ("top", "bottom"), "change": ("now", "before")}
_SIDES = ("top", "bottom")


def check_custom(document: Document, catalog: Mapping[str, Metric]) -> Iterator[Finding]:
    """Names (SW187), streams and columns (SW188), and what fits no measure (SW189).

    Args:
        document: The mapping.
        catalog: The built-in metrics, whose names and components are taken.
    """
    entries = document.entries(*_CUSTOM)
    taken = _taken(catalog)
    for name in entries:
        measure = document.at(*_CUSTOM, name, "measure")
        parts = _PARTS.get(measure, ()) if isinstance(measure, str) else ()
        taken |= {f"{name}_{part}": f"a part of `{name}`" for part in parts}
    for name in entries:
        path = (*_CUSTOM, name)
        yield from _name(document, path, name, taken)
        yield from _declaration(document, path)


def _taken(catalog: Mapping[str, Metric]) -> dict[str, str]:
    """Names that a metric of the mapping's own cannot have, with what they are."""
    columns = [c.name for rows in _ROWS for c in (*STREAMS[rows].columns, *SYSTEM_COLUMNS)]
    taken = dict.fromkeys(columns, "a column of the streams")
    for metric in catalog.values():
        components = re.findall(r"{(\w+)}", metric.because)
        told = (metric.problem, metric.currency, *components)
        taken |= dict.fromkeys(filter(None, told), f"a part of the metric `{metric.name}`")
    return taken | dict.fromkeys(catalog, "a built-in metric")


def _name(document: Document, path: Path, name: str, taken: Mapping[str, str]) -> Iterator[Finding]:
    span = document.key(path)
    if not _NAME.fullmatch(name):
        message = f"`{name}` cannot be the name of a metric"
        yield Finding("SW187", span, message, "use lower-case letters, digits and `_`")
    elif name in taken:
        yield Finding("SW187", span, f"`{name}` is {taken[name]} already", "choose another name")


def _declaration(document: Document, path: Path) -> Iterator[Finding]:
    measure, entity = document.at(*path, "measure"), document.at(*path, "entity")
    own = document.entries(*path)
    if not isinstance(measure, str) or entity not in tuple(WAYS):
        return  # the models say so
    whose: Whose = "user" if entity == "user" else "account"
    for side in _SIDES:
        if side in own and measure != "ratio":
            yield _useless(document, (*path, side), "only a ratio has two sides")
    if measure == "ratio":
        yield from _ratio(document, path, whose)
        return
    stream, findings = _stream(document, (*path, "of"), path, whose)
    yield from findings
    yield from _fits(document, path, measure, stream)
    counted = own.get("change_of", "count") if measure == "change" else measure
    yield from _measured(document, path, str(counted), stream)


def _ratio(document: Document, path: Path, whose: Whose) -> Iterator[Finding]:
    own = document.entries(*path)
    for key in ("column", "where", "change_of", "type"):
        if key in own:
            yield _useless(document, (*path, key), "it belongs to `top` or `bottom`")
    for side in _SIDES:
        if not isinstance(own.get(side), dict):
            if side not in own:
                message = f"a ratio needs `{side}`"
                help_ = "write `top: {…}` and `bottom: {…}`: the first is divided by the second"
                yield Finding("SW189", document.key(path), message, help_)
            continue
        below = (*path, side)
        stated = "of" in document.entries(*below)
        where = (*below, "of") if stated else (*path, "of")
        stream, findings = _stream(document, where, path if not stated else below, whose)
        yield from findings
        yield from _window(document, path, stream)
        measure = document.at(*below, "measure")
        yield from _measured(document, below, str(measure or "count"), stream)


def _stream(
    document: Document, path: Path, section: Path, whose: Whose
) -> tuple[Stream | None, list[Finding]]:
    """The stream that is counted, and what is wrong with counting it."""
    name = document.at(*path)
    if name is None:
        help_ = f"write `of:` and a stream: {listed(s.name for s in _countable(whose))}"
        return None, [Finding("SW189", document.key(section), "no stream is named", help_)]
    if not isinstance(name, str):
        return None, []
    stream = STREAMS.get(name)
    known = [each.name for each in _countable(whose)]
    if stream is None:
        help_ = did_you_mean(name, known, f"there are {listed(known)}")
        message = f"no stream is called `{name}`"
        return None, [Finding("SW188", document.value(path), message, help_)]
    if not owned(stream, whose):
        message = f"rows of `{name}` belong to no {whose}"
        return None, [Finding("SW188", document.value(path), message, f"use {listed(known)}")]
    return stream, []


def _countable(whose: Whose) -> list[Stream]:
    return [stream for stream in STREAMS.values() if owned(stream, whose)]


def _fits(document: Document, path: Path, measure: str, stream: Stream | None) -> Iterator[Finding]:
    """Keys that the measure needs or that do nothing for it."""
    own = document.entries(*path)
    if "change_of" in own and measure != "change":
        yield _useless(document, (*path, "change_of"), "only a change has it")
    column = own.get("column")
    of_props = isinstance(column, str) and KEY.fullmatch(column)
    if "type" in own and not (measure in {"first", "last"} and of_props):
        yield _useless(document, (*path, "type"), "only first and last of a key of `props` have it")
    if measure == "change" and not own.get("window_days"):
        help_ = "write `window_days: 28`: it is compared with the 28 days before"
        yield Finding("SW189", document.key(path), "a change needs a window", help_)
    if measure in {"first", "last"} and stream is not None and stream.event_time is None:
        message = f"rows of `{stream.name}` have no time, so none is {measure}"
        yield Finding("SW189", document.value((*path, "measure")), message, "count them instead")
    else:
        yield from _window(document, path, stream)


def _window(document: Document, path: Path, stream: Stream | None) -> Iterator[Finding]:
    if stream is not None and stream.event_time is None and document.at(*path, "window_days"):
        message = f"rows of `{stream.name}` have no time, so no window either"
        span = document.value((*path, "window_days"))
        yield Finding("SW189", span, message, "remove `window_days`")


def _measured(
    document: Document, path: Path, measure: str, stream: Stream | None
) -> Iterator[Finding]:
    """The column and the conditions of one measured thing."""
    column = document.at(*path, "column")
    if measure in _NEEDS_COLUMN and column is None:
        message = f"{measure} needs a column"
        yield Finding("SW189", document.key(path), message, "write `column:`")
    elif measure == "count" and column is not None:
        yield _useless(document, (*path, "column"), "a count counts rows; use `distinct`")
    elif stream is not None and isinstance(column, str):
        yield from check_column(document, (*path, "column"), stream, number=measure == "sum")
    yield from check_where(document, (*path, "where"), stream)


def _useless(document: Document, path: Path, help_: str) -> Finding:
    return Finding("SW189", document.key(path), f"`{path[-1]}` does nothing here", help_)
