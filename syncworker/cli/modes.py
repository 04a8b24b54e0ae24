"""How a command was asked to behave: global options and the terminal's wishes."""

from __future__ import annotations

import os
import sys
from typing import IO

import click

QUIET, VERBOSE, DEBUG, NO_INPUT = "quiet", "verbose", "debug", "no_input"
JSON = "json"
"""A program reads the result, and so the error in its place."""
_PREFIX = "syncworker.mode."


def on(mode: str) -> bool:
    """Whether a global option was given to the command that runs, before or after its name."""
    context = click.get_current_context(silent=True)
    return context is not None and _PREFIX + mode in context.meta


def switch_on(context: click.Context, mode: str) -> None:
    """Remember a global option for as long as the command runs."""
    context.meta[_PREFIX + mode] = True


def colour() -> bool | None:
    """Whether people want colours: True always, False never, None: where there is a terminal."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def animated(stream: IO[str] | None = None) -> bool:
    """Whether a bar may be drawn: on a terminal that can move its cursor, unless --quiet."""
    stream = stream or sys.stderr
    dumb = os.environ.get("TERM") == "dumb"
    return stream.isatty() and not dumb and not on(QUIET)
