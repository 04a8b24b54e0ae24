"""What makes a mapping wrong: rules about lifecycle stages and their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.portal import COMPARISONS
from syncworker.mapping.rules import check_metric
from syncworker.mapping.shapes import rule_paths
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.metric import Metric

STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
WITH_STAGES = ("companies", "contacts")
_ORDERED = ("gt", "gte", "lt", "lte")


def check_lifecycle(document: Document, catalog: Mapping[str, Metric]) -> Iterator[Finding]:
    """Stages (SW107), comparisons (SW108, SW118, SW121), metrics (SW104, SW105), SW123, SW133."""
    for object_name in WITH_STAGES:
        section = ("lifecycle", object_name)
        if document.at(*section) is not None and document.at("objects", object_name) is None:
            message = f"stages for {object_name}, which `objects` does not name"
            help_ = f"add `{object_name}` under `objects` with its `match`"
            yield Finding("SW123", document.key(section), message, help_)
        rules = rule_paths(document, object_name)
        asked = rules or document.at(*section, "churned_to_other") is True
        if not asked and isinstance(document.at(*section), (list, dict)):
            message = f"no stage is ever asked for: {object_name} have no rules"
            help_ = "add a rule: `- stage: …` with `when: …`, or remove the section"
            yield Finding("SW133", document.key(section), message, help_, severity="warning")
        for rule in rules:
            yield from _stage(document, (*rule, "stage"))
            when = document.at(*rule, "when")
            for j in range(len(when) if isinstance(when, list) else 0):
                yield from _condition(document, (*rule, "when", j), object_name, catalog)


def _stage(document: Document, path: Path) -> Iterator[Finding]:
    stage = document.at(*path)
    # Stages of one's own have numbers as internal names; the default ones' are their labels, closed
    # up: Marketing Qualified Lead.
    if not isinstance(stage, str) or not stage or stage.isdecimal():
        return
    if stage.replace(" ", "").lower() in STAGES:
        return
    message = f"HubSpot has no lifecycle stage `{stage}` by default"
    help_ = did_you_mean(stage, STAGES, "stages of your own are named by label or id")
    note = "`syncworker validate --online` compares with the portal's stages"
    yield Finding("SW107", document.value(path), message, help_, note, severity="warning")


def _condition(
    document: Document, path: Path, object_name: str, catalog: Mapping[str, Metric]
) -> Iterator[Finding]:
    metric, findings = check_metric(document, (*path, "metric"), object_name, catalog)
    yield from findings
    condition = document.entries(*path)
    names = [name for name in COMPARISONS if condition.get(name) is not None]
    # An unknown key may be a slip of a comparison; that is told already.
    if condition and len(names) != 1 and condition.keys() <= {"metric", *COMPARISONS}:
        message = "a condition needs one comparison" + (", this has several" if names else "")
        help_ = f"write one of {listed(COMPARISONS)}"
        yield Finding("SW118", document.key(path), message, help_)
    for name in names:
        yield from _comparison(document, (*path, name), name, metric)


def _comparison(
    document: Document, path: Path, name: str, metric: Metric | None
) -> Iterator[Finding]:
    value = document.at(*path)
    if name in _ORDERED and not _number(value):
        help_ = "drop the quotes" if _digits(value) else "write a number"
        message = f"`{name}` compares with a number, not with {_shown(value)}"
        yield Finding("SW108", document.value(path), message, help_)
        return
    if metric is None:
        return
    if metric.type in {"date", "datetime"} or (
        name in _ORDERED and metric.type not in {"number", "money"}
    ):
        message = f"`{metric.name}` is {metric.type} and cannot be compared by `{name}`"
        help_ = "compare a number, an option or true and false"
        yield Finding("SW108", document.key(path), message, help_)
        return
    several = isinstance(value, list)
    for i, each in enumerate(value) if isinstance(value, list) else [(0, value)]:
        yield from _compared(document, (*path, i) if several else path, each, metric)


def _compared(document: Document, path: Path, value: object, metric: Metric) -> Iterator[Finding]:
    span = document.value(path)
    if isinstance(value, (list, dict)) or value is None:
        return  # the models refuse it
    fits = {
        "number": _number(value),
        "money": _number(value),
        "bool": isinstance(value, bool),
    }.get(metric.type, isinstance(value, str))
    if not fits:
        kind = {"number": "a number", "money": "a number", "bool": "true or false"}
        expected = kind.get(metric.type, "text")
        message = f"`{metric.name}` is {expected}, compared with {_shown(value)}"
        help_ = "drop the quotes" if _quoted(value, metric) else f"write {expected}"
        yield Finding("SW108", span, message, help_)
    elif metric.options and value not in (known := [option.value for option in metric.options]):
        message = f"`{metric.name}` is never `{value}`"
        help_ = did_you_mean(str(value), known, f"it has {listed(known)}")
        yield Finding("SW121", span, message, help_)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _digits(value: object) -> bool:
    return isinstance(value, str) and value.replace(".", "", 1).lstrip("-").isdecimal()


def _quoted(value: object, metric: Metric) -> bool:
    return value in ("true", "false") if metric.type == "bool" else _digits(value)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'text "{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)
