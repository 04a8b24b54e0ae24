"""What makes a mapping wrong: rules about sources and reporting."""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.portal import CURRENCY, SNAPSHOTS
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.texts import LANGUAGES
from syncworker.model.money import CURRENCIES
from syncworker.model.streams import STREAMS

_CURRENCY = re.compile(CURRENCY)
_SOURCE = re.compile(r"\w[\w-]*")


def check_sources(document: Document) -> Iterator[Finding]:
    """Names of sources (SW225), of streams (SW116) and of their columns (SW122)."""
    for source in document.entries("sources"):
        if not _SOURCE.fullmatch(source):
            message = f"`{source}` cannot be the name of a source"
            help_ = "use letters, digits, `_` and `-`"
            yield Finding("SW225", document.key(("sources", source)), message, help_)
        path = ("sources", source, "streams")
        for stream in document.entries(*path):
            yield from _stream(document, (*path, stream), stream)
            yield from _columns(document, (*path, stream, "columns"), stream)
    for section in (("metrics", "stale_days"), ("staging", "keep_days")):
        for stream in document.entries(*section):
            if (*section, stream) != ("staging", "keep_days", SNAPSHOTS):
                yield from _stream(document, (*section, stream), stream)


def check_version(document: Document) -> Iterator[Finding]:
    """The format's version (SW120), where it only equals a known one: `true`, `1.0`."""
    if document.at("version") == 1 and type(document.at("version")) is not int:
        span = document.value(("version",))
        yield Finding("SW120", span, "this version of the format is not known", "write 1")


def check_reporting(document: Document) -> Iterator[Finding]:
    """The reporting timezone (SW114), currency (SW215) and language (SW197)."""
    path = ("reporting", "timezone")
    name = document.at(*path)
    if name == "":
        help_ = "write a value, or remove the key"
        yield Finding("SW111", document.value(path), "`timezone` is empty", help_)
    elif isinstance(name, str) and name not in _timezones():
        help_ = did_you_mean(name, sorted(_timezones()), "an IANA name: `Europe/Berlin`")
        yield Finding("SW114", document.value(path), f"no timezone is called `{name}`", help_)
    path = ("reporting", "currency")
    name = document.at(*path)
    if isinstance(name, str) and _CURRENCY.fullmatch(name) and name not in CURRENCIES:
        help_ = "write its ISO 4217 code: `EUR`"
        yield Finding("SW215", document.value(path), f"no currency is called `{name}`", help_)
    path = ("reporting", "language")
    name = document.at(*path)
    if isinstance(name, str) and name not in LANGUAGES:
        message = f"records cannot be written in the language `{name}`"
        yield Finding("SW197", document.value(path), message, f"one of {listed(LANGUAGES)}")


def _stream(document: Document, path: Path, name: str) -> Iterator[Finding]:
    if name not in STREAMS:
        help_ = did_you_mean(name, STREAMS, f"allowed: {listed(STREAMS)}")
        yield Finding("SW116", document.key(path), f"no stream is called `{name}`", help_)


def _columns(document: Document, path: Path, stream: str) -> Iterator[Finding]:
    for name in document.entries(*path):
        known = _known(stream)
        if known and name not in known:
            help_ = did_you_mean(name, known, f"allowed: {listed(known)}")
            message = f"`{name}` is not a column of `{stream}`"
            yield Finding("SW122", document.key((*path, name)), message, help_)


def _known(stream: str) -> list[str]:
    """What `columns:` of a stream may name: its columns, and when a row was deleted."""
    if stream not in STREAMS:
        return []
    return [*(column.name for column in STREAMS[stream].columns), "deleted_at"]


@functools.cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
