"""Asking before something is sent or dropped; without a terminal nobody is waited for."""

from __future__ import annotations

import sys

import click

from syncworker.cli.console import tell


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the person agrees; raises UsageError where nobody can be asked."""
    return yes or (_asked(question) and click.confirm(question, default=False, err=True))


def typed(question: str, expected: str, *, yes: bool) -> bool:
    """Whether the person types a word exactly; raises UsageError where nobody can be asked."""
    if yes:
        return True
    _asked(question)
    tell(question)
    typed_word = str(click.prompt(f"Type {expected} to go on", default="", err=True))
    return typed_word.strip() == expected


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is no terminal to ask on: add --yes")
    return True
