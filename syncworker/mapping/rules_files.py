"""What makes a mapping wrong: rules about sources of kind `files`."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed

STORAGES = ("s3", "gs", "az", "abfs", "file", "memory")
# What a shape turns into, by the stream it may be configured as.
_STREAM_OF = {"stripe": "subscriptions", "segment": "events"}


def check_files(document: Document) -> Iterator[Finding]:
    """Where files are (SW153, SW154), and whether their shape fits their stream (SW155)."""
    for source, section in document.entries("sources").items():
        if not isinstance(section, dict) or section.get("kind") != "files":
            continue
        yield from _storage(document, ("sources", source, "path"))
        for stream in document.entries("sources", source, "streams"):
            path: Path = ("sources", source, "streams", stream)
            yield from _inside(document, (*path, "path"))
            yield from _shape(document, path, stream)


def _storage(document: Document, path: Path) -> Iterator[Finding]:
    url = document.at(*path)
    scheme, mark, rest = url.partition("://") if isinstance(url, str) else ("", "", "")
    if not mark:
        return
    if scheme not in STORAGES:
        help_ = did_you_mean(scheme, STORAGES, f"allowed: {listed(STORAGES[:3])}, or a folder")
        yield Finding("SW153", document.value(path), f"`{scheme}://` is no storage we know", help_)
    elif "@" in rest.partition("/")[0] and scheme != "abfs":
        message = "the storage's URL names a user or a key"
        help_ = "leave it out: keys are found where the storage's own tools find them"
        yield Finding("SW153", document.value(path), message, help_)


def _inside(document: Document, path: Path) -> Iterator[Finding]:
    pattern = document.at(*path)
    if isinstance(pattern, str) and not is_inside(pattern):
        message = f"`{pattern}` does not lie in the source's folder"
        help_ = "write it relative to the source's `path`, without `..`"
        yield Finding("SW154", document.value(path), message, help_)


def is_inside(pattern: str) -> bool:
    """Whether a stream's path stays inside the source's folder."""
    return not (pattern.startswith("/") or "://" in pattern or ".." in pattern.split("/"))


def _shape(document: Document, path: Path, stream: str) -> Iterator[Finding]:
    shape = document.at(*path, "shape")
    if not isinstance(shape, str) or shape not in _STREAM_OF:
        return
    if stream != _STREAM_OF[shape]:
        message = f"shape `{shape}` holds {_STREAM_OF[shape]}, not {stream}"
        help_ = f"name the stream `{_STREAM_OF[shape]}`, or remove `shape`"
        yield Finding("SW155", document.value((*path, "shape")), message, help_)
    if document.at(*path, "format") in ("csv", "parquet"):
        help_ = "remove `format`, or write `jsonl`"
        span = document.value((*path, "format"))
        yield Finding("SW155", span, f"shape `{shape}` is JSON Lines", help_)
    if document.entries(*path, "columns"):
        span = document.key((*path, "columns"))
        message = f"shape `{shape}` says already where each column is"
        yield Finding("SW155", span, message, "remove `columns`, or remove `shape`")
