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
from syncworker.mapping.yaml_nodes import Reader, TooMuchError, is_nothing
from syncworker.mapping.yaml_slips import CONFLICT, CONFLICT_HELP, explained

MAX_CHARACTERS = 500_000
_MOST_SYNTAX_FINDINGS = 20
_MOST_BRACKETS = 200
_BRACKET = re.compile(r"[\[\]{}]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
        empty = node is None or is_nothing(node)
        message = "the file is empty" if empty else "the file is not a list of `name: value`"
        return None, [Finding("SW009", Span(), message, "start with `version: 1`")]
    reader = Reader(lines)
    try:
        data = reader.read(node)
    except TooMuchError as error:
        return None, [error.finding]
    return Document(file, lines, data, reader.places), reader.findings


def _before_parsing(text: str, lines: tuple[str, ...]) -> list[Finding]:
    if len(text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS} characters"
        return [Finding("SW008", Span(), message, "a mapping holds no data, only names")]
    conflict = [Span(n, 1, len(line)) for n, line in enumerate(lines, 1) if CONFLICT.match(line)]
    if any(lines[span.line - 1][0] in "<>" for span in conflict):
        message = "a merge conflict is left here"
        return [Finding("SW002", span, message, CONFLICT_HELP) for span in conflict]
    if deep := _too_deep(lines):
        return [Finding("SW007", deep, "nested too deeply")]
    found = []
    for number, line in enumerate(lines, 1):
        match = _FORBIDDEN.search(line)
        if match:
            message = f"a character that a text file cannot hold (U+{ord(match[0]):04X})"
            span = Span(number, match.start() + 1)
            found.append(Finding("SW006", span, message, "remove it"))
    return found[:_MOST_SYNTAX_FINDINGS]


def _too_deep(lines: tuple[str, ...]) -> Span | None:
    """Where more brackets are open than anybody writes: the parser would need minutes for it."""
    depth = 0
    for number, line in enumerate(lines, 1):
        for match in _BRACKET.finditer(line):
            depth = max(depth + (1 if match[0] in "[{" else -1), 0)
            if depth > _MOST_BRACKETS:
                return Span(number, match.start() + 1)
    return None


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
            finding, mended = explained(error, lines)
        except Exception:  # noqa: BLE001 - any text is allowed, and the parser is not ours
            return None, [*findings, Finding("SW004", Span(), "this is not YAML")]
        if finding.code != "SW004" or not findings:  # after mending it may be our own doing
            findings.append(finding)
        if mended is None:
            break
        lines[finding.span.line - 1] = mended
    return None, findings
