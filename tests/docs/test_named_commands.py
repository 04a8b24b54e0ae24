"""Every `syncworker …` that a message or a page tells people to type exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from syncworker.cli.main import cli

ROOT = Path(__file__).parents[2]
# Where a command begins: a line, a backtick, a prompt, a colon, or after "then" and "Next".
_COMMAND = re.compile(r"(?:^|`|\$ |: |then )\s*syncworker ([^`\n(]*)", re.MULTILINE)
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]+")
_SENTENCE = re.compile(r"(puts|does|reads|computes|writes|works|is)\b")


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the program, and every code span and code block of the pages."""
    for path in sorted((ROOT / "syncworker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    str(v.value) if isinstance(v, ast.Constant) else "NAME" for v in node.values
                ]
                yield f"{path.relative_to(ROOT)}:{node.lineno}", "".join(parts)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for code in re.findall(r"```.*?```|`[^`\n]+`", path.read_text("utf-8"), re.DOTALL):
            yield str(path.relative_to(ROOT)), code


def problem(typed: str) -> str:
    """What is wrong with the words after `syncworker`, or nothing."""
    command: click.Command = cli
    for word in typed.split():
        if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        found = command.get_command(click.Context(command), word)
        if found is None:
            return f"no command {word}"
        command = found
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    known |= {"--help", "--version"}
    unknown = [name for name in _OPTION.findall(typed.partition("#")[0]) if name not in known]
    return f"no option {unknown[0]}" if unknown else ""


def test_every_command_that_people_are_told_to_type_exists() -> None:
    typed = [
        (where, words)
        for where, text in texts()
        for words in _COMMAND.findall(text)
        if re.match(r"[a-z-]", words) and not _SENTENCE.match(words)
    ]

    assert len(typed) > 50
    wrong = [f"{where}: syncworker {words}: {problem(words)}" for where, words in typed]
    assert [line for line in wrong if not line.endswith(": ")] == []


def test_a_command_that_does_not_exist_would_be_found() -> None:
    assert problem("properties drop acme") == "no command drop"
    assert problem("validate acme --stern") == "no option --stern"
    assert problem("plan acme --full") == ""
