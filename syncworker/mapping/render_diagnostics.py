"""Diagnostics for people, for programs and for GitHub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from syncworker.mapping.diagnostics import Diagnostic

SCHEMA_VERSION = 1
_WIDTH = 120
_BEFORE = 60


def as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Each diagnostic with its source line and a caret, a blank line between them."""
    return "\n\n".join(_block(diagnostic) for diagnostic in diagnostics)


def as_json(diagnostics: Sequence[Diagnostic], files: int = 1) -> str:
    """One JSON object with all diagnostics and their counts.

    Args:
        diagnostics: What was found.
        files: How many files were checked.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "files": files,
        "errors": _count(diagnostics, "error"),
        "warnings": _count(diagnostics, "warning"),
        "diagnostics": [asdict(diagnostic) for diagnostic in diagnostics],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """GitHub workflow commands, one line each: GitHub shows them beside the changed lines."""
    return "\n".join(_annotation(diagnostic) for diagnostic in diagnostics)


def summary(diagnostics: Sequence[Diagnostic], files: int = 1) -> str:
    """One line: how much is wrong, and that nothing happened yet.

    Args:
        diagnostics: What was found.
        files: How many files were checked.
    """
    counts = [
        _counted(number, noun)
        for noun in ("error", "warning")
        if (number := _count(diagnostics, noun))
    ]
    found = " and ".join(counts) or "No errors"
    return f"{found} in {_counted(files, 'file')}. Nothing was sent to HubSpot."


def _block(diagnostic: Diagnostic) -> str:
    number = str(diagnostic.line)
    margin = " " * len(number)
    line, column, length = _window(diagnostic)
    place = f"{diagnostic.file}:{number}:{diagnostic.column}"
    texts = [
        f"{place}: {diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}",
        f"{margin} |",
        f"{number} | {line}".rstrip(),
        f"{margin} | {' ' * (column - 1)}{'^' * length}",
    ]
    if diagnostic.help:
        texts.append(f"{margin} = help: {diagnostic.help}")
    if diagnostic.note:
        texts.append(f"{margin} = note: {diagnostic.note}")
    return "\n".join(texts)


def _window(diagnostic: Diagnostic) -> tuple[str, int, int]:
    """The part of a long line around the place meant, with column and length in that part."""
    line, column = diagnostic.snippet, diagnostic.column
    if len(line) > _WIDTH:
        start = max(0, min(column - 1 - _BEFORE, len(line) - _WIDTH))
        column -= start
        line = line[start : start + _WIDTH]
    return line, column, max(1, min(diagnostic.length, len(line) - column + 1))


def _annotation(diagnostic: Diagnostic) -> str:
    file = _escaped(diagnostic.file).replace(":", "%3A").replace(",", "%2C")
    end = diagnostic.column + diagnostic.length
    place = f"file={file},line={diagnostic.line},col={diagnostic.column},endColumn={end}"
    message = f"{diagnostic.message} — {diagnostic.help}" if diagnostic.help else diagnostic.message
    return f"::{diagnostic.severity} {place},title={diagnostic.code}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _count(diagnostics: Sequence[Diagnostic], severity: str) -> int:
    return sum(diagnostic.severity == severity for diagnostic in diagnostics)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
