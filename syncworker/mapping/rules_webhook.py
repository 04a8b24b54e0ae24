"""What makes a mapping wrong: rules about webhook sources."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.source_webhook import STREAMS_OF, WebhookFormat
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.model.streams import STREAMS

_EVERY = [stream for streams in STREAMS_OF.values() for stream in streams]


def check_webhooks(document: Document) -> Iterator[Finding]:
    """Streams that fit the format (SW160), one for each source (SW161), fields (SW162, SW163)."""
    for source in document.entries("sources"):
        path = ("sources", source)
        name = document.at(*path, "format")
        format_ = next((one for one in STREAMS_OF if one == (name or "form")), None)
        if document.at(*path, "kind") == "webhook" and format_ is not None:
            yield from _streams(document, path, format_)
            yield from _fields(document, path, format_)


def _streams(document: Document, source: Path, format_: WebhookFormat) -> Iterator[Finding]:
    fitting = STREAMS_OF[format_]
    for place, stream in enumerate(_list(document, source)):
        path = (*source, "streams", place)
        if stream not in _EVERY:
            continue  # SW111 says it
        if stream not in fitting:
            message = f"requests of format `{format_}` are no `{stream}`"
            help_ = f"allowed: {listed(fitting)}; or write another `format`"
            yield Finding("SW160", document.value(path), message, help_)
        elif place:
            message = f"`{source[-1]}` would fill two streams with the same requests"
            help_ = "make a source of its own, which has its own address, for each form"
            yield Finding("SW161", document.value(path), message, help_)


def _fields(document: Document, source: Path, format_: WebhookFormat) -> Iterator[Finding]:
    stream = next((one for one in _list(document, source) if one in STREAMS_OF["form"]), None)
    for name, where in document.entries(*source, "fields").items():
        path = (*source, "fields", name)
        if format_ == "stripe":
            message = "Stripe's events have one shape: `fields` are of forms only"
            yield Finding("SW163", document.key(path), message, "remove `fields`")
            return
        if isinstance(stream, str) and STREAMS[stream].column(name) is None:
            columns = [column.name for column in STREAMS[stream].columns]
            help_ = did_you_mean(name, columns, f"allowed: {listed(columns)}")
            message = f"`{name}` is not a column of `{stream}`"
            yield Finding("SW162", document.key(path), message, help_)
        if isinstance(where, str) and where and not all(where.split(".")):
            message = f"`{where}` names no place in JSON"
            help_ = "write names joined by single dots: `data.email`"
            yield Finding("SW163", document.value(path), message, help_)


def _list(document: Document, source: Path) -> list[object]:
    found = document.at(*source, "streams")
    return found if isinstance(found, list) else []
