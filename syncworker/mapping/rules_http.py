"""What makes a source of kind http wrong, as far as it can be seen without asking the API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.duration import duration
from syncworker.mapping.part import DURATION, REFERENCE
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.model.stream import Stream
from syncworker.model.streams import STREAMS

TEMPLATE = re.compile(r"\{([a-z_]+)\}")
TEMPLATES = ("since", "until", "cursor", "limit", "offset")
DELETED_AT = "deleted_at"
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")
_PLACES = ("path", "params", "body")
_COARSE = {"date": 86_400, "hour": 3_600}
_SAME_PLACE = "write it under `auth`, where references are looked up"


def check_http(document: Document) -> Iterator[Finding]:
    """Every source of kind http.

    Templates (SW140), fields (SW122, SW141, SW143), cursor (SW142, SW147), paging (SW144), secrets
    (SW145) and bodies (SW146).
    """
    for source, section in document.entries("sources").items():
        if not isinstance(section, dict) or section.get("kind") != "http":
            continue
        path: Path = ("sources", source)
        yield from _secrets(document, path)
        for name in document.entries(*path, "streams"):
            here = (*path, "streams", name)
            yield from _templates(document, here)
            yield from _cursor(document, here)
            yield from _paging(document, here)
            yield from _body(document, here)
            if name in STREAMS and "fields" in document.entries(*here):
                yield from _fields(document, (*here, "fields"), STREAMS[name])


def _secrets(document: Document, path: Path) -> Iterator[Finding]:
    for place, text in _texts(document, (*path, "auth")):
        if TEMPLATE.search(text):
            message = "a secret cannot have a template in it"
            yield Finding("SW145", document.value(place), message, "write `env:NAME`")
    for name in document.entries(*path, "headers"):
        if name.lower() in _SECRET_HEADERS:
            place = (*path, "headers", name)
            message = f"the header `{name}` holds a secret"
            yield Finding("SW145", document.key(place), message, _SAME_PLACE)
    streams = [(*path, "streams", name) for name in document.entries(*path, "streams")]
    for section in ((*path, "headers"), *((*s, part) for s in streams for part in _PLACES)):
        for place, text in _texts(document, section):
            if re.match(REFERENCE, text):
                message = f"`{text}` would be sent as it stands here"
                yield Finding("SW145", document.value(place), message, _SAME_PLACE)


def _templates(document: Document, path: Path) -> Iterator[Finding]:
    filled = _filled(document, path)
    for section in _PLACES:
        for place, text in _texts(document, (*path, section)):
            for name in TEMPLATE.findall(text):
                if name not in TEMPLATES:
                    help_ = did_you_mean(name, TEMPLATES, f"allowed: {listed(TEMPLATES)}")
                    message = f"no template is called `{{{name}}}`"
                    yield Finding("SW140", document.value(place), message, help_)
                elif name not in filled:
                    message = f"nothing fills `{{{name}}}` here"
                    yield Finding("SW140", document.value(place), message, _NEEDS[name])


_NEEDS = {
    "since": "it needs a `cursor` section",
    "until": "it needs a `cursor` section",
    "cursor": "it needs `paging` by cursor",
    "offset": "it needs `paging` by offset",
    "limit": "it needs `paging` with a `size`",
}


def _filled(document: Document, path: Path) -> set[str]:
    paging = document.entries(*path, "paging")
    filled = {"since", "until"} if document.entries(*path, "cursor") else set()
    if paging.get("by") in ("cursor", "offset"):
        filled.add(str(paging["by"]))
    if "size" in paging:
        filled.add("limit")
    return filled


def _cursor(document: Document, path: Path) -> Iterator[Finding]:
    place = (*path, "cursor")
    cursor = document.entries(*place)
    if not cursor:
        return
    if "param" not in cursor and "since" not in _used(document, path):
        message = "the cursor tells the API nothing: every run would read all"
        help_ = "name the `param`, or write `{since}` into path, params or body"
        yield Finding("SW142", document.key(place), message, help_)
    window = cursor.get("window")
    if not isinstance(window, str) or not re.match(DURATION, window):
        return
    if "start" not in cursor:
        help_ = "write the first day there is data of: `start: 2024-01-01`"
        message = "a whole reading in windows must begin somewhere"
        yield Finding("SW147", document.value((*place, "window")), message, help_)
    unit = _COARSE.get(str(cursor.get("format")), 1)
    seconds = duration(window).total_seconds()
    if seconds < 1 or seconds % unit:
        message = f"a window of `{window}` does not fit the format `{cursor.get('format', 'iso')}`"
        help_ = "write whole days for date, whole hours for hour, and more than nothing"
        yield Finding("SW147", document.value((*place, "window")), message, help_)


def _paging(document: Document, path: Path) -> Iterator[Finding]:
    place = (*path, "paging")
    paging = document.entries(*place)
    by = paging.get("by")
    if by in ("cursor", "offset") and "param" not in paging and by not in _used(document, path):
        help_ = f"name the `param`, or write `{{{by}}}` into path, params or body"
        message = "the API is never told which page is wanted"
        yield Finding("SW144", document.key(place), message, help_)
    if by == "cursor" and ("path" in paging) == ("field" in paging):
        message = "paging by cursor needs `path` or `field`, one of the two"
        help_ = "path: a place in the answer; field: a field of the page's last record"
        yield Finding("SW144", document.key(place), message, help_)


def _body(document: Document, path: Path) -> Iterator[Finding]:
    stream = document.entries(*path)
    if stream.get("method") == "POST":
        return
    if "body" in stream:
        message = "a request without `method: POST` has no body"
        yield Finding("SW146", document.key((*path, "body")), message, "add `method: POST`")
    if stream.get("send_in") == "body":
        message = "a request without `method: POST` has no body to send parameters in"
        yield Finding("SW146", document.value((*path, "send_in")), message, "add `method: POST`")


def _fields(document: Document, path: Path, stream: Stream) -> Iterator[Finding]:
    fields = document.entries(*path)
    known = [*(column.name for column in stream.columns), DELETED_AT]
    for name, field in fields.items():
        if name not in known:
            help_ = did_you_mean(name, known, f"allowed: {listed(known)}")
            message = f"`{name}` is not a column of `{stream.name}`"
            yield Finding("SW122", document.key((*path, name)), message, help_)
        if isinstance(field, dict) and ("path" in field) == ("const" in field):
            message = f"`{name}` needs `path` or `const`, one of the two"
            help_ = "path: a place in the record; const: the same value in every row"
            yield Finding("SW143", document.key((*path, name)), message, help_)
    missing = [c.name for c in stream.columns if c.required and c.name not in fields]
    if stream.any_of and not set(stream.any_of) & set(fields):
        missing.append(" or ".join(stream.any_of))
    if missing:
        message = f"no field fills {listed(missing)}: every row of `{stream.name}` must have it"
        yield Finding("SW141", document.key(path), message, "add it with its path in the record")


def _used(document: Document, path: Path) -> set[str]:
    return {
        name
        for section in _PLACES
        for _, text in _texts(document, (*path, section))
        for name in TEMPLATE.findall(text)
    }


def _texts(document: Document, section: Path) -> Iterator[tuple[Path, str]]:
    """Every text at or below a place, with its own place."""
    found = document.at(*section)
    if isinstance(found, str):
        yield section, found
    elif isinstance(found, dict):
        for key in found:
            yield from _texts(document, (*section, key))
    elif isinstance(found, list):
        for index in range(len(found)):
            yield from _texts(document, (*section, index))
