"""Asking before something is sent or lost; without a terminal nobody is waited for."""

from __future__ import annotations

import sys

import click

from syncworker.cli import interrupt
from syncworker.cli.console import tell


def require_answer(*, yes: bool, what: str) -> None:
    """Make sure, before long work, that somebody can be asked after it, or has said yes already.

    Args:
        yes: Whether `--yes` was given.
        what: What the command does, as in "apply sends to HubSpot".

    Raises:
        click.UsageError: There is no terminal to ask on.
    """
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"{what}, and there is no terminal to ask on: add --yes")


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the person, or `--yes`, agrees; raises UsageError where nobody can be asked."""
    _require_terminal(question, yes=yes)
    return yes or click.confirm(question, default=False, err=True)


def typed(question: str, expected: str, *, yes: bool) -> bool:
    """Whether the person types a word exactly; raises UsageError where nobody can be asked."""
    _require_terminal(question, yes=yes)
    if yes:
        return True
    tell(question)
    word = str(click.prompt(f"Type {expected} to go on", default="", err=True))
    return word.strip() == expected


def _require_terminal(question: str, *, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is no terminal to ask on: add --yes")
    interrupt.heed()
