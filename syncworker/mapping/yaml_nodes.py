"""YAML's nodes to plain data with the place of every key and value.

Plain data is built from nodes and not by the YAML library because nodes keep every position and
every duplicate key. Nothing is ever constructed from a tag.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from syncworker.mapping.diagnostics import Finding, Span
from syncworker.mapping.document import Path, Place
from syncworker.mapping.look_alikes import in_key, in_plain

MAX_DEPTH = 40
MAX_NODES = 50_000
_LARGEST = 2**63 - 1
_MOST_DIGITS = 40
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(
    _TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
_COLLECTIONS = frozenset({_TAG + "map", _TAG + "seq"})
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]+$")
_DIGITS = re.compile(r"[0-9]+$")


class TooMuchError(Exception):
    """The tree cannot be walked to its end; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class Reader:
    """Walks a node tree once; `places` and `findings` fill on the way.

    Attributes:
        lines: The file's lines, to measure values that go over several.
        places: Where each entry stands.
        findings: Duplicate keys, keys that are no text, tags, numbers nobody can use.
    """

    lines: tuple[str, ...]
    places: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _above: list[int] = field(default_factory=list)
    _count: int = 0

    def read(self, node: Node, path: Path = (), key: Span | None = None) -> object:
        """The node as plain data.

        Raises:
            TooMuchError: It contains itself, is nested too deeply, or its aliases unfold to more
                than any mapping needs.
        """
        here = self._span(node)
        self._guard(node, here)
        if key is not None and node.start_mark.index == node.end_mark.index:
            here = key  # nothing is written there: the reader stands on the next line already
        self.places[path] = Place(key, here if path else Span(here.line, here.column))
        self._above.append(id(node))
        try:
            if not isinstance(node, ScalarNode) and node.tag not in _COLLECTIONS:
                self._tagged(here)
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
            return self._scalar(node, here)
        finally:
            self._above.pop()

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            span = self._span(key_node)
            key = self._key(key_node, span, empty=is_nothing(value_node))
            if key is None:
                continue
            first = self.places.get((*path, key))
            if key in data and first is not None and first.key is not None:
                self.findings.append(_duplicate(path, key, span, first.key))
                continue
            data[key] = self.read(value_node, (*path, key), span)
        return data

    def _key(self, node: Node, span: Span, *, empty: bool) -> str | None:
        if isinstance(node, ScalarNode) and node.tag == _TAG + "str":
            mended = in_key(str(node.value), span)
            self.findings += mended.findings
            return mended.text
        if isinstance(node, ScalarNode) and node.tag == _TAG + "merge":
            self._find("SW011", span, "merge keys (`<<`) are not read", "write the keys out")
            return None
        message = "a key must be text"
        if isinstance(node, ScalarNode) and _DIGITS.match(node.value) and empty:
            message = f"`{node.value}` stands here without a name"
            self._find("SW011", span, message, "a decimal number has a point: `80.5`")
        elif isinstance(node, ScalarNode) and node.value:
            self._find("SW011", span, message, f'put it in quotes: "{node.value}"')
        else:
            self._find("SW011", span, message, "write `name: value`")
        return None

    def _scalar(self, node: Node, span: Span) -> object:
        text = str(node.value)
        if node.tag not in _TAGS:
            self._tagged(span)
            return text
        if any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text):
            self._find("SW006", span, "this text contains a character that cannot be stored")
            return ""
        kind = node.tag.removeprefix(_TAG)
        if kind in {"int", "float"}:
            return self._number(text, span)
        if kind in {"null", "bool"}:
            return None if kind == "null" else text.lower() == "true"
        return self._text(node, text, span)

    def _text(self, node: Node, text: str, span: Span) -> str:
        if getattr(node, "style", None) or node.tag != _TAG + "str":
            return text
        mended = in_plain(text, span)
        self.findings += mended.findings
        return mended.text

    def _tagged(self, span: Span) -> None:
        self._find("SW011", span, "YAML tags (`!…`) have no meaning here", "remove the tag")

    def _number(self, text: str, span: Span) -> object:
        number = _parsed(text)
        if _LEADING_ZERO.match(text):
            message = f"`{text}` is read as {number}, by some programs as a number to base 8"
            help_ = f"write `{number}`"
            self.findings.append(Finding("SW226", span, message, help_, severity="warning"))
        if isinstance(number, str) or (math.isfinite(number) and abs(number) <= _LARGEST):
            return number
        self._find("SW011", span, "this number cannot be used", "write a smaller number")
        return 0

    def _guard(self, node: Node, span: Span) -> None:
        self._count += 1
        if id(node) in self._above:
            message = "this alias contains itself"
            raise TooMuchError(Finding("SW007", span, message, "write the value out"))
        if len(self._above) > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise TooMuchError(Finding("SW007", span, message))
        if self._count > MAX_NODES:
            message = f"the file unfolds to more than {MAX_NODES} values"
            raise TooMuchError(Finding("SW008", span, message, "use fewer aliases (`*name`)"))

    def _span(self, node: Node) -> Span:
        start, end = node.start_mark, node.end_mark
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        stop = end.column if end.line == start.line else len(line)
        return Span(start.line + 1, start.column + 1, max(stop - start.column, 1))

    def _find(self, code: str, span: Span, message: str, help_: str = "") -> None:
        self.findings.append(Finding(code, span, message, help_))


def is_nothing(node: Node) -> bool:
    """Whether nothing is written there."""
    return isinstance(node, ScalarNode) and not node.value and node.style is None


def _duplicate(path: Path, key: str, span: Span, first: Span) -> Finding:
    what = "property" if path[-1:] == ("properties",) else "key"
    verb = "mapped" if what == "property" else "written"
    return Finding(
        "SW101",
        span,
        f"{what} `{key}` is {verb} twice",
        "remove one of the two",
        f"first {verb} in line {first.line}",
    )


def _parsed(text: str) -> float | int | str:
    plain = text.replace("_", "")
    prefix = plain.lstrip("+-")[:2].lower()
    try:
        if prefix in {"0x", "0o", "0b"}:
            return int(plain, 0)
        if plain.lstrip("+-").isdigit():
            return int(plain[:_MOST_DIGITS])
        return float(plain.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:  # a number of an older YAML, such as 1:30
        return text
