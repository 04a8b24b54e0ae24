"""What makes a mapping wrong: rules about HubSpot as a source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.source_hubspot import FORM_STREAMS

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Options of the source that only one stream uses.
_OF_STREAM = {
    "properties": "crm_values",
    "account_property": "tickets",
    "csat_scale": "survey_responses",
}
_THEIRS = "fill_empty"


def check_hubspot_sources(document: Document) -> Iterator[Finding]:
    """Forms (SW156, SW157), options of streams (SW158) and whose values are read (SW159)."""
    for name in document.entries("sources"):
        path: Path = ("sources", name)
        if document.at(*path, "kind") == "hubspot":
            streams = _list(document, path, "streams")
            yield from _forms(document, path, streams)
            yield from _options(document, path, streams)
            yield from _values(document, path)


def _forms(document: Document, path: Path, streams: list[object]) -> Iterator[Finding]:
    fed = []
    for form in document.entries(*path, "forms"):
        here = (*path, "forms", form)
        if not _GUID.fullmatch(form):
            help_ = "HubSpot shows it in the address of the form's page, behind `/forms/`"
            yield Finding("SW156", document.key(here), f"`{form}` is no form's GUID", help_)
        stream = document.at(*here, "stream")
        fed.append(stream)
        if stream in FORM_STREAMS and stream not in streams:
            message = f"the form is of `{stream}`, which is not read"
            yield Finding("SW157", document.key(here), message, f"add `{stream}` under streams")
        if stream == "trials" and document.at(*here, "type") is not None:
            message, help_ = "trials have no type", "remove `type`, or write `demo_requests`"
            yield Finding("SW157", document.key((*here, "type")), message, help_)
    for stream in FORM_STREAMS:
        if stream in streams and stream not in fed:
            span = document.value((*path, "streams", streams.index(stream)))
            help_ = f"write `forms: {{GUID: {{stream: {stream}}}}}`"
            yield Finding("SW157", span, f"no form is of `{stream}`", help_)


def _options(document: Document, path: Path, streams: list[object]) -> Iterator[Finding]:
    for option, stream in _OF_STREAM.items():
        if document.at(*path, option) is not None and stream not in streams:
            span = document.key((*path, option))
            help_ = f"add `{stream}` under streams, or remove `{option}`"
            yield Finding("SW158", span, f"`{option}` is of `{stream}`, which is not read", help_)
    section = (*path, "properties")
    read = [name for one in document.entries(*section) for name in _list(document, section, one)]
    if "crm_values" in streams and not read:
        span = document.value((*path, "streams", streams.index("crm_values")))
        help_ = "write `properties: {contacts: [property_name]}`"
        yield Finding("SW158", span, "`crm_values` reads no property", help_)


def _values(document: Document, path: Path) -> Iterator[Finding]:
    section = (*path, "properties")
    for object_name in document.entries(*section):
        written = document.entries("objects", object_name, "properties")
        for index, name in enumerate(_list(document, section, object_name)):
            if not isinstance(name, str) or name not in written:
                continue
            if document.at("objects", object_name, "properties", name, "mode") != _THEIRS:
                span = document.value((*section, object_name, index))
                help_ = "read a property that people fill, or write it with `mode: fill_empty`"
                message = f"`{name}` is written by this mapping: it would read its own values"
                yield Finding("SW159", span, message, help_)


def _list(document: Document, path: Path, key: str) -> list[object]:
    """The list under a key, or nothing where something else stands there."""
    found = document.at(*path, key)
    return found if isinstance(found, list) else []
