"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from syncworker.cli import modes


class Moment(click.ParamType[datetime]):
    """A moment in time; without an offset it is UTC."""

    name = "time"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """The aware datetime."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-11-21T06:00 or 2026-11-21", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def as_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--as-of`: the moment the numbers are for."""
    return click.option(
        "--as-of",
        type=Moment(),
        help="The moment the numbers are for; UTC unless it has an offset. Now by default.",
    )(function)


def for_programs(context: click.Context, _param: click.Parameter, value: str) -> str:
    """Remember that JSON was asked for, before another option can be found wrong."""
    if value == "json":
        modes.switch_on(context, modes.JSON)
    return value


def output(*kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--format`, and `--json` for the format a program reads."""

    def both(function: Callable[..., Any]) -> Callable[..., Any]:
        if "json" in kinds:
            function = click.option(
                "--json",
                "format_",
                flag_value="json",
                is_eager=True,
                callback=for_programs,
                help="The same as --format json.",
            )(function)
        return click.option(
            "--format",
            "format_",
            type=click.Choice(kinds),
            default=kinds[0],
            is_eager=True,
            callback=for_programs,
            help="How to print the result.",
        )(function)

    return both


def max_changes(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--max-changes`: how many records may change at most."""
    return click.option(
        "--max-changes",
        type=click.IntRange(min=0),
        metavar="N",
        show_envvar=True,
        help="Refuse where more records than this would change.",
    )(function)


portal = click.argument("portal")
