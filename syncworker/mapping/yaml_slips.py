"""What the YAML library refuses, in our own words, at the place where a person mends it.

The library stops where it can go no further, which is often a line after the slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ruamel.yaml.error import MarkedYAMLError

from syncworker.mapping.diagnostics import Finding, Span
from syncworker.mapping.look_alikes import in_line, ordinary

CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})( .*)?$")
CONFLICT_HELP = "decide for one side and remove the markers"
_TAB = re.compile(r" *\t")
_NO_SPACE = re.compile(r"(\s*(?:- )?[A-Za-z_][A-Za-z0-9_]*):[^\s:/\\]")
_NO_SPACE_DASH = re.compile(r"\s*-[A-Za-z_][A-Za-z0-9_]*:( |$)")
_NO_COLON = re.compile(r"\s*[^\s#\-\[\]{}\"'|>:][^:]*$")
_KEY = re.compile(r"(\s*)[\w\"'-]+:( |$)")
_REFERENCE = re.compile(r"\b(env|file): +\S")
_NOT_CLOSED = (
    ("scanning a quoted scalar", "a quote is opened here and never closed", "close the quote"),
    ("scanning a double-quoted", "a quote is opened here and never closed", "close the quote"),
    ("flow sequence", "a list is opened here with `[` and not closed", "close it with `]`"),
    ("flow mapping", "a section is opened here with `{` and not closed", "close it with `}`"),
)
_AT_ITS_START = (
    ("could not find expected ':'", "a key without `:`", "write `name: value`"),
    ("scanning an alias", "`*` begins an alias, and no name follows", "put the value in quotes"),
    ("scanning an anchor", "`&` begins an anchor, and no name follows", "put the value in quotes"),
)
_WORDING = (
    ("expected ',' or", "a `,` is missing before this", "put one between two entries"),
    ("undefined alias", "this alias names an anchor that does not exist", "write the value out"),
    ("another document", "a second document starts here", "one file holds one mapping"),
    (
        "unknown escape character",
        "between double quotes `\\` means something special, and not before this character",
        "use single quotes, or write `\\\\`",
    ),
    (
        "escape sequence",
        "this is no whole escape sequence",
        "use single quotes, or write `\\\\` for `\\`",
    ),
    (
        "chomping or indentation",
        "after `|` or `>` the line must end",
        "write the text on the next lines, indented",
    ),
    ("undefined tag handle", "YAML tags (`!…`) have no meaning here", "remove the tag"),
    ("incompatible YAML document", "this version of YAML is not known", "remove the line"),
    ("expected '<document start>'", "this does not belong to what stands before it", ""),
    ("cannot start any token", "a value cannot start with this character", "put it in quotes"),
    (
        "mapping values are not allowed",
        "a `:` is not allowed here",
        "check the indentation, or put the value in quotes",
    ),
    ("found ']'", "a `]` that closes nothing", "remove it"),
    ("found '}'", "a `}` that closes nothing", "remove it"),
    (
        "found '<scalar>'",
        "the quoted text ends before this",
        "put the whole value in quotes; a quote inside is written twice",
    ),
    ("quoted scalar", "a quote is opened and never closed", "close the quote"),
    ("flow node", "a bracket is opened and not closed", "close it"),
    ("block mapping", "this line does not fit its section", "check the indentation"),
    ("block collection", "this line does not fit its list", "check the indentation"),
    ("the node content", "a value is missing here", ""),
)


def explained(error: MarkedYAMLError, lines: Sequence[str]) -> tuple[Finding, str | None]:
    """What is wrong, and the line as it was meant where the rest can be read with it.

    Args:
        error: What the YAML library says.
        lines: The file's lines.
    """
    mark = error.problem_mark or error.context_mark
    index = min(mark.line, len(lines) - 1) if mark else 0
    column = mark.column + 1 if mark else 1
    for finding, mended in _slips(lines, index, column):
        return finding, mended
    said = f"{error.problem} {error.context}"
    start = error.context_mark
    if start is not None:
        opener = Span(start.line + 1, start.column + 1)
        for part, message, help_ in (*(_NOT_CLOSED if _open(said, lines) else ()), *_AT_ITS_START):
            if part in said:
                return Finding("SW004", opener, message, help_), None
    for part, message, help_ in _WORDING:
        if part in said:
            return Finding("SW004", Span(index + 1, column), message, help_), None
    return Finding("SW004", Span(index + 1, column), "YAML cannot be read here"), None


def _open(said: str, lines: Sequence[str]) -> bool:
    """Whether something is not closed at all; else a comma was forgotten, or an escape is wrong."""
    if "end of stream" in said or "<stream end>" in said:
        return True
    text = "\n".join(lines)
    return "flow" in said and any(text.count(a) > text.count(b) for a, b in ("{}", "[]"))


def missing_space(line: str) -> tuple[int, str] | None:
    """Of a line like `tier:pro`: the column of its colon, from 1, and how to begin it instead."""
    match = _NO_SPACE.match(line)
    return (len(match[1]) + 1, f"{match[1].strip()}: …") if match else None


def _slips(lines: Sequence[str], index: int, column: int) -> Iterator[tuple[Finding, str | None]]:
    """Slips of one line, the likeliest first, in the line itself and in the one above."""
    yield from _tabs(lines[index], index + 1, column)
    above = next((i for i in range(index - 1, -1, -1) if lines[i].strip()), index)
    nearby = dict.fromkeys((index, above))
    for near in nearby:
        for finding in in_line(lines[near], near + 1):
            yield finding, ordinary(lines[near])
    for near in nearby:
        yield from _line(lines[near], near + 1)
    reference = _REFERENCE.search(lines[index])
    if reference and reference.start() < column:
        span = Span(index + 1, reference.start() + 1, len(reference[1]) + 1)
        help_ = f"write `{reference[1]}:` and what follows without a space"
        yield Finding("SW004", span, "a space inside a reference", help_), None
    if above < index:
        yield from _indented(lines, index, above, column)


def _tabs(line: str, number: int, column: int) -> Iterator[tuple[Finding, str | None]]:
    if tab := _TAB.match(line):
        span = Span(number, tab.end())
        finding = Finding("SW001", span, "tab used for indentation", "indent with spaces")
        yield finding, line.replace("\t", "  ")
    if line[column - 1 : column] == "\t":
        message = "a tab, where YAML takes spaces only"
        finding = Finding("SW004", Span(number, column), message, "write a space")
        yield finding, line.replace("\t", " ")


def _line(line: str, number: int) -> Iterator[tuple[Finding, str | None]]:
    if CONFLICT.match(line):
        span = Span(number, 1, len(line))
        yield Finding("SW002", span, "a merge conflict is left here", CONFLICT_HELP), None
    if space := missing_space(line):
        span = Span(number, space[0])
        finding = Finding("SW003", span, "missing space after colon", f"write `{space[1]}`")
        yield finding, line.replace(":", ": ", 1)
    if _NO_SPACE_DASH.match(line):
        span = Span(number, line.index("-") + 1)
        yield Finding("SW004", span, "missing space after `-`", "write `- name: value`"), None


def _indented(
    lines: Sequence[str], index: int, above: int, column: int
) -> Iterator[tuple[Finding, str | None]]:
    """A `:` where the value of the line above still goes on."""
    here, before = _KEY.match(lines[index]), lines[above]
    if here is None or column != here.end() - len(here[2]):
        return
    indent = len(before) - len(before.lstrip())
    if _NO_COLON.match(before):
        span = Span(above + 1, indent + 1, len(before.strip()))
        yield Finding("SW004", span, "a line without `:`", "write `name: value`"), None
    elif _KEY.match(before) and len(here[1]) > indent:
        span = Span(index + 1, len(here[1]) + 1)
        message = "this line is indented further than the one above, which has a value already"
        yield Finding("SW004", span, message, f"begin both in the same column ({indent + 1})"), None
