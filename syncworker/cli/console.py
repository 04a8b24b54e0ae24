"""What people see: results on stdout, the rest on stderr; colour only on a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from syncworker.masking import mask

SCHEMA_VERSION = 1
"""Of every command's JSON; grows when a field changes its meaning or goes."""

_STYLES = {
    "  ~ ": "yellow",
    "  + ": "green",
    "  = ": "bright_black",
    "Plan:": "bright_white",
    "Next:": "cyan",
}


def say(text: str = "") -> None:
    """A line of the result, on stdout; tokens and e-mail addresses masked."""
    text = mask(text)
    colour = next((c for start, c in _STYLES.items() if text.startswith(start)), None)
    click.echo(click.style(text, fg=colour) if colour else text)


def say_json(document: Mapping[str, Any]) -> None:
    """The result as one JSON object on stdout; every text masked, moments in ISO 8601.

    Args:
        document: The content; `schema_version` is put before it.
    """
    whole = {"schema_version": SCHEMA_VERSION, **document}
    click.echo(json.dumps(_masked(whole), default=_plain, ensure_ascii=False, indent=2))


def _masked(value: object) -> object:
    """The same with every text masked, before JSON's escapes can hide an address."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {name: _masked(inner) for name, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def tell(text: str) -> None:
    """A line about what is going on, on stderr; masked likewise."""
    click.echo(mask(text), err=True)


def complain(message: str, *, help: str = "") -> None:  # noqa: A002
    """An expected error: what is wrong and what to do, on stderr, masked."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {mask(message)}", err=True)
    if help:
        click.echo(f"  = help: {mask(help)}", err=True)


def counted(number: int, one: str, many: str = "") -> str:
    """The number with its noun, whose plural ends in -s unless given."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def columns(rows: Sequence[tuple[str, ...]], indent: str = "  ") -> list[str]:
    """Rows as aligned lines; the last column is not padded."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return [
        indent + "  ".join([*(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
