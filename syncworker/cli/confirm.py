"""Asking before something is sent or lost."""

from __future__ import annotations

import sys

import click


def require_answer(*, yes: bool, what: str) -> None:
    """Make sure that somebody can be asked, or has said yes already.

    Args:
        yes: Whether `--yes` was given.
        what: What the command does, as in "apply sends to HubSpot".

    Raises:
        click.UsageError: There is no terminal to ask on.
    """
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"{what}, and there is no terminal to ask on: add --yes")


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the person on the terminal, or `--yes`, agrees."""
    return yes or click.confirm(question, default=False, err=True)
