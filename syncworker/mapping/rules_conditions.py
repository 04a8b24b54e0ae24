"""What makes a stage rule wrong: conditions that can never hold together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.rules_lifecycle import WITH_STAGES
from syncworker.mapping.shapes import rule_paths


@dataclass(slots=True)
class Range:
    """The numbers, or words, that all conditions so far leave.

    Attributes:
        low: The least number; `low_open`: without itself.
        high: The greatest number; `high_open`: without itself.
        among: What it must be one of; None: anything.
        never: What it must not be.
    """

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    among: set[object] | None = None
    never: set[object] = field(default_factory=set)

    def add(self, comparison: str, value: object) -> None:
        """Take one condition more."""
        match comparison:
            case "eq":
                self._only({value})
            case "any_of" if isinstance(value, list):
                self._only({each for each in value if not isinstance(each, (list, dict))})
            case "ne":
                self.never.add(value)
            case _ if isinstance(value, bool) or not isinstance(value, (int, float)):
                return
            case "gt" | "gte":
                bound = (float(value), comparison == "gt")
                self.low, self.low_open = max((self.low, self.low_open), bound)
            case "lt" | "lte":
                high, included = min((self.high, not self.high_open), (value, comparison == "lte"))
                self.high, self.high_open = float(high), not included

    def empty(self) -> bool:
        """Whether nothing is left."""
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            return True
        return self.among is not None and not any(self._holds(each) for each in self.among)

    def _only(self, values: set[object]) -> None:
        self.among = values if self.among is None else self.among & values

    def _holds(self, value: object) -> bool:
        if value in self.never:
            return False
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return True
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below


def check_conditions(document: Document) -> Iterator[Finding]:
    """Conditions of one rule that exclude each other (SW216)."""
    for object_name in WITH_STAGES:
        for rule in rule_paths(document, object_name):
            yield from _rule(document, (*rule, "when"))


def _rule(document: Document, when: Path) -> Iterator[Finding]:
    conditions = document.at(*when)
    left: dict[str, tuple[Range, int]] = {}
    for i, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        metric = condition.get("metric") if isinstance(condition, dict) else None
        if not isinstance(metric, str):
            continue
        range_, first = left.setdefault(metric, (Range(), i))
        before = range_.empty()
        for comparison, value in condition.items():
            if comparison != "metric" and not isinstance(value, dict):
                _add(range_, comparison, value)
        if i != first and range_.empty() and not before:
            message = f"`{metric}` can never fulfil this condition and those above it"
            help_ = "all conditions under `when` must hold; for one or the other write two rules"
            note = f"the first is in line {document.key((*when, first)).line}"
            yield Finding("SW216", document.key((*when, i)), message, help_, note)


def _add(range_: Range, comparison: str, value: object) -> None:
    # Lists inside a list cannot be compared, and the models refuse them.
    if not isinstance(value, list) or comparison == "any_of":
        range_.add(comparison, value)
