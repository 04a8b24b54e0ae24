"""A mapping's text to a document, or to findings that say why YAML cannot read it.

No text whatever raises: what a person pastes into a file is a finding with a place.
"""

from __future__ import annotations

import re
import warnings

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node

from syncworker.mapping.diagnostics import Finding, Span
from syncworker.mapping.document import Document, lines_of
from syncworker.mapping.yaml_nodes import Reader, TooMuchError

MAX_CHARACTERS = 500_000
_MOST_SYNTAX_FINDINGS = 20
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})( .*)?$")
_TAB = re.compile(r" *\t")
_NO_SPACE = re.compile(r"(\s*(?:- )?[A-Za-z_][A-Za-z0-9_]*):[^\s:/\\]")
_WORDING = (
    ("undefined alias", "this alias names an anchor that does not exist", ""),
    ("another document", "a second document starts here", "one file holds one mapping"),
    ("cannot start any token", "a value cannot start with this character", "put it in quotes"),
    (
        "mapping values are not allowed",
        "a `:` is not allowed here",
        "check the indentation, or put the value in quotes",
    ),
    ("quoted scalar", "a quote is opened and never closed", "close the quote"),
    ("flow node", "a bracket is opened and not closed", "close it"),
    ("flow sequence", "a list is opened with `[` and not closed", "close it with `]`"),
    ("flow mapping", "a section is opened with `{` and not closed", "close it with `}`"),
    ("block mapping", "this line does not fit its section", "check the indentation"),
    ("block collection", "this line does not fit its list", "check the indentation"),
    ("expected ':'", "a key without `:`", "write `name: value`"),
)


def parse(text: str, file: str) -> tuple[Document | None, list[Finding]]:
    """The document, where there is one, and what is wrong with it as YAML."""
    lines = lines_of(text)
    findings = _before_parsing(text, lines)
    if findings:
        return None, findings
    node, findings = _composed(list(lines))
    if findings:
        return None, findings
    if not isinstance(node, MappingNode):
        message = "the file is empty" if node is None else "the file is not a list of `name: value`"
        return None, [Finding("SW009", Span(), message, "start with `version: 1`")]
    reader = Reader(lines)
    try:
        data = reader.read(node)
    except TooMuchError as error:
        return None, [error.finding]
    return Document(file, lines, data, reader.places), reader.findings


def missing_space(line: str) -> tuple[int, str] | None:
    """Of a line like `tier:pro`: the column of its colon, from 1, and how to begin it instead."""
    match = _NO_SPACE.match(line)
    return (len(match[1]) + 1, f"{match[1].strip()}: …") if match else None


def _before_parsing(text: str, lines: tuple[str, ...]) -> list[Finding]:
    if len(text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS} characters"
        return [Finding("SW008", Span(), message, "a mapping holds no data, only names")]
    conflict = [Span(n, 1, len(line)) for n, line in enumerate(lines, 1) if _CONFLICT.match(line)]
    if any(lines[span.line - 1][0] in "<>" for span in conflict):
        help_ = "decide for one side and remove the markers"
        return [Finding("SW002", span, "a merge conflict is left here", help_) for span in conflict]
    found = []
    for number, line in enumerate(lines, 1):
        for match in _FORBIDDEN.finditer(line):
            message = f"a character that a text file cannot hold (U+{ord(match[0]):04X})"
            span = Span(number, match.start() + 1)
            found.append(Finding("SW006", span, message, "remove it"))
    return found[:_MOST_SYNTAX_FINDINGS]


def _composed(lines: list[str]) -> tuple[Node | None, list[Finding]]:
    """Parse; after a slip inside one line mend that line and go on, to find the next one too."""
    findings: list[Finding] = []
    while len(findings) < _MOST_SYNTAX_FINDINGS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return YAML(typ="safe", pure=True).compose("\n".join(lines)), findings
        except RecursionError:
            return None, [*findings, Finding("SW007", Span(), "nested too deeply")]
        except MarkedYAMLError as error:
            finding, mended = _explained(error, lines)
        except Exception:  # noqa: BLE001 - any text is allowed, and the parser is not ours
            return None, [*findings, Finding("SW004", Span(), "this is not YAML")]
        if finding.code != "SW004" or not findings:  # after mending it may be our own doing
            findings.append(finding)
        if mended is None:
            break
        lines[finding.span.line - 1] = mended
    return None, findings


def _explained(error: MarkedYAMLError, lines: list[str]) -> tuple[Finding, str | None]:
    mark = error.problem_mark or error.context_mark
    index = min(mark.line, len(lines) - 1) if mark else 0
    column = mark.column + 1 if mark else 1
    tab = _TAB.match(lines[index])
    if tab:
        span = Span(index + 1, tab.end())
        finding = Finding("SW001", span, "tab used for indentation", "indent with spaces")
        return finding, lines[index].replace("\t", "  ")
    for near in (index, index - 1):
        space = missing_space(lines[near]) if near >= 0 else None
        if space:
            span = Span(near + 1, space[0])
            finding = Finding("SW003", span, "missing space after colon", f"write `{space[1]}`")
            return finding, lines[near].replace(":", ": ", 1)
    said = f"{error.problem} {error.context}"
    for part, message, help_ in _WORDING:
        if part in said:
            return Finding("SW004", Span(index + 1, column), message, help_), None
    return Finding("SW004", Span(index + 1, column), "YAML cannot be read here"), None
