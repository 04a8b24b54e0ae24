"""Structured logs: key=value lines with the run, portal and chunk; tokens and people masked."""

from __future__ import annotations

import json
import logging
import sys

from syncworker.masking import mask

_FIELDS = ("run", "portal", "chunk", "kind", "seconds")


class KeyValueFormatter(logging.Formatter):
    """`time=… level=… event="…" run=…` with everything masked."""

    def __init__(self) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """One line, or with an unexpected error its traceback below."""
        parts = [
            f"time={self.formatTime(record, self.datefmt)}",
            f"level={record.levelname.lower()}",
            f"event={json.dumps(mask(record.getMessage()), ensure_ascii=False)}",
        ]
        parts += [f"{f}={getattr(record, f)}" for f in _FIELDS if hasattr(record, f)]
        line = " ".join(parts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return mask(line)


def show_defects_only() -> None:
    """For a command, which says itself what is wrong: log nothing but an unexpected traceback."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValueFormatter())
    handler.addFilter(lambda record: record.exc_info is not None)
    logging.getLogger().handlers[:] = [handler]


def configure(level: str) -> None:
    """Send this process's logs to stderr at `level`, other libraries' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValueFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("syncworker").setLevel(level.upper())
