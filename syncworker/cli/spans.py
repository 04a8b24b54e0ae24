"""Spans of time as people type and read them."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SECONDS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class Span(click.ParamType[timedelta]):
    """A number and s, m, h or d."""

    name = "span"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> timedelta:
        """The span; one of no length is none."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,4})([smhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no span of time; write 90s, 30m, 2h or 3d", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


def shown(span: timedelta) -> str:
    """In its largest unit, rounded down: 90 s, 5 m, 3 h, 2 d; below two units in the next one."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in _SECONDS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
