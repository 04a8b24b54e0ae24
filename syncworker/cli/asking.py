"""Asking before something is sent or dropped; without a terminal nobody is waited for."""

from __future__ import annotations

import sys

import click

from syncworker.cli import interrupt
from syncworker.cli.console import tell


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
    """Whether the person agrees; raises UsageError where nobody can be asked, Abort at Ctrl-C."""
    return yes or (_asked(question) and click.confirm(question, default=False, err=True))


def typed(question: str, expected: str, *, yes: bool) -> bool:
    """Whether the person types a word exactly; raises as `agreed`."""
    if yes:
        return True
    _asked(question)
    tell(question)
    typed_word = str(click.prompt(f"Type {expected} to go on", default="", err=True))
    return typed_word.strip() == expected


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is no terminal to ask on: add --yes")
    interrupt.heed()
    return True
