"""Checks that say what is well, what is doubtful and what is wrong, and go on after each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from syncworker.errors import SyncworkerError

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        state: ok, warn (works, but look at it) or fail (does not work).
        check: What was looked at, in a word or two.
        message: What is so.
        help: What to type or change; "" where nothing is to be done.
    """

    state: State
    check: str
    message: str
    help: str = ""


def run(check: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check finds; an error, expected or not, is a finding too.

    Args:
        check: What is looked at.
        look: Gives its findings one after the other; what it gave before an error counts.
    """
    found: list[Finding] = []
    try:
        found.extend(look())
    except SyncworkerError as error:
        found.append(Finding("fail", check, error.message, error.help))
    except Exception as error:  # noqa: BLE001 - one failing check never stops the next
        told = " ".join(f"{type(error).__name__}: {error}".split())
        found.append(Finding("fail", check, told, "nobody expected this: please report it"))
    return found
