"""What people see: results on stdout, the rest on stderr; colour only on a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from syncworker.cli import modes

SCHEMA_VERSION = 1
"""Of every command's JSON; grows when a field changes its meaning or goes."""

_STYLES = {
    "  ~ ": "yellow",
    "  + ": "green",
    "  = ": "bright_black",
    "  OK ": "green",
    "  WARN": "yellow",
    "  FAIL": "red",
    "Plan:": "bright_white",
    "Next:": "cyan",
}


_NEXT = re.compile(r"(?:^|(?<=[.!]) )Next: .*", re.DOTALL)


def say(text: str = "") -> None:
    """A line of the result, on stdout; tokens and e-mail addresses masked.

    With --quiet what to type next is left out.
    """
    text = _mask(text)
    if modes.on(modes.QUIET) and "Next: " in text:
        text = _NEXT.sub("", text)
        if not text:
            return
    colour = next((c for start, c in _STYLES.items() if text.startswith(start)), None)
    _echo(click.style(text, fg=colour) if colour else text)


def say_json(document: Mapping[str, Any], *, unmasked: Mapping[str, str] | None = None) -> None:
    """The result as one JSON object on stdout; every text masked, moments in ISO 8601.

    Args:
        document: The content; `schema_version` is put before it.
        unmasked: What is to be copied from here, such as the token of a sandbox.
    """
    click.echo(json_text(document, unmasked=unmasked))


def json_text(document: Mapping[str, Any], *, unmasked: Mapping[str, str] | None = None) -> str:
    """The same as text, for a file."""
    import json

    whole = {"schema_version": SCHEMA_VERSION, **_masked(document), **(unmasked or {})}
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2)


def _masked(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The same with every text masked, before JSON's escapes can hide an address."""
    if isinstance(value, str):
        return _mask(value)
    if isinstance(value, Mapping):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> str:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def tell(text: str) -> None:
    """A line about what is going on, on stderr; masked likewise, and left out with --quiet."""
    if not modes.on(modes.QUIET):
        tell_always(text)


def tell_always(text: str) -> None:
    """A line on stderr that --quiet does not leave out: part of an error."""
    _echo(_mask(text), err=True)


def complain(message: str, *, help: str = "", code: str = "FAILED") -> None:
    """An expected error: what is wrong and what to do, on stderr, masked.

    Where a program was to read the result it is told on stdout, in the result's place.
    """
    if modes.on(modes.JSON):
        one_line = " ".join(help.split())
        say_json({"error": {"message": message, "help": one_line, "code": code}})
    tell_always(f"{click.style('error:', fg='red', bold=True)} {message}")
    if help:
        tell_always(f"  = help: {help}")


def _echo(text: str, *, err: bool = False) -> None:
    click.echo(text, err=err, color=modes.colour())


def _mask(text: str) -> str:
    from syncworker.masking import mask  # its patterns take a while to compile, and help has none

    return mask(text)


def counted(number: int, one: str, many: str = "") -> str:
    """The number with its noun, whose plural ends in -s unless given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def columns(rows: Sequence[tuple[str, ...]], indent: str = "  ") -> list[str]:
    """Rows as aligned lines; the last column is not padded."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return [
        indent + "  ".join([*(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
