"""Comments that silence a finding: `# syncworker: ignore SW107 -- our own stage`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncworker.mapping.diagnostics import Finding, Span
from syncworker.mapping.suggest import listed

IGNORABLE = (
    *("SW103", "SW105", "SW106", "SW107", "SW109", "SW121"),
    *("SW217", "SW218", "SW220", "SW221", "SW223", "SW224", "SW226"),
)
_COMMENT = re.compile(r"(?:^|\s)(# ?syncworker: ?ignore\b(.*))$")
_CODES = re.compile(r"\s*(SW[0-9]{3}(?:\s*,\s*SW[0-9]{3})*)\s+--\s+\S")


@dataclass(frozen=True, slots=True)
class Ignores:
    """The comments of a file.

    Attributes:
        codes: By line, the codes silenced there.
        findings: Comments that silence nothing, because no reason or a wrong code is given.
    """

    codes: Mapping[int, frozenset[str]]
    findings: tuple[Finding, ...]

    def left(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that no comment silences."""
        return [f for f in findings if f.code not in self.codes.get(f.span.line, ())]


def ignores_in(lines: Iterable[str]) -> Ignores:
    """Read the comments of a file's lines."""
    codes: dict[int, frozenset[str]] = {}
    findings: list[Finding] = []
    for number, line in enumerate(lines, 1):
        comment = _COMMENT.search(line)
        if comment is None:
            continue
        span = Span(number, comment.start(1) + 1, len(comment[1]))
        named = _CODES.match(comment[2])
        wanted = frozenset(re.split(r"\s*,\s*", named[1])) if named else frozenset()
        if named is None:
            message = "this comment silences nothing: it needs a code and a reason"
            help_ = "write `# syncworker: ignore SW107 -- why`"
            findings.append(Finding("SW012", span, message, help_, severity="warning"))
        elif wanted - set(IGNORABLE):
            message = f"{listed(sorted(wanted - set(IGNORABLE)))} cannot be silenced"
            help_ = f"these can: {listed(IGNORABLE)}"
            findings.append(Finding("SW012", span, message, help_, severity="warning"))
        codes[number] = wanted & set(IGNORABLE)
    return Ignores(codes, tuple(findings))
