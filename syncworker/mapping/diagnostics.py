"""What is wrong in a mapping, where, and what to type instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: line and column from 1, and how many characters are meant."""

    line: int = 1
    column: int = 1
    length: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one place of one file.

    Attributes:
        code: `SWnnn`; `syncworker.mapping.codes.CODES` explains each. Codes are never reused.
        severity: An error stops the portal; a warning does not.
        file: The file's name as it was given.
        line: From 1.
        column: From 1.
        length: How many characters are meant; at least 1.
        message: What is wrong.
        help: What to write instead, or "".
        note: Something else worth knowing, or "".
        snippet: The line of the file, with secrets masked.
    """

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    length: int
    message: str
    help: str = ""
    note: str = ""
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic before its file and source line are known; what every rule returns."""

    code: str
    span: Span
    message: str
    help: str = ""
    note: str = ""
    severity: Severity = "error"
