"""Structured logs with the run, portal and chunk they are about; tokens and people masked."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from syncworker.masking import mask

_FIELDS = ("run", "portal", "chunk", "kind", "seconds")
_DATE = "%Y-%m-%dT%H:%M:%S%z"
_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Every line logged within the block names these: run, portal, chunk or kind."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


class KeyValueFormatter(logging.Formatter):
    """`time=… level=… event="…" run=…` with everything masked."""

    def __init__(self) -> None:
        super().__init__(datefmt=_DATE)

    def format(self, record: logging.LogRecord) -> str:
        """One line, or with an unexpected error its traceback below."""
        parts = [
            f"time={self.formatTime(record, self.datefmt)}",
            f"level={record.levelname.lower()}",
            f"event={json.dumps(mask(record.getMessage()), ensure_ascii=False)}",
        ]
        parts += [f"{name}={value}" for name, value in _fields(record).items()]
        line = " ".join(parts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return mask(line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, a traceback as its `traceback`; everything masked."""

    def __init__(self) -> None:
        super().__init__(datefmt=_DATE)

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        content: dict[str, object] = {
            "time": self.formatTime(record, self.datefmt),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": mask(record.getMessage()),
            **_fields(record),
        }
        if record.exc_info:
            content["traceback"] = mask(self.formatException(record.exc_info))
        return json.dumps(content, default=str, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """What a record is about: what it says itself, else what the block around it says."""
    around = _about.get()
    return {
        name: getattr(record, name, around.get(name))
        for name in _FIELDS
        if hasattr(record, name) or name in around
    }


def show_defects_only() -> None:
    """For a command, which says itself what is wrong: log nothing but an unexpected traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValueFormatter())
    handler.addFilter(lambda record: record.exc_info is not None)
    logging.getLogger().handlers[:] = [handler]


def configure(level: str, style: str = "text") -> None:
    """Send this process's logs to stderr.

    Args:
        level: From which level on; other libraries' from WARNING on.
        style: text (key=value lines) or json (an object a line).
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else KeyValueFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("syncworker").setLevel(level.upper())
