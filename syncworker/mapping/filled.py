"""Metric values as the values of the portal's properties, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncworker.mapping.choices import chosen, translation
from syncworker.mapping.frame import Filled, Table
from syncworker.mapping.portal import PropertyMapping
from syncworker.mapping.property_rules import written_properties
from syncworker.mapping.property_types import type_in_portal
from syncworker.mapping.suggest import listed
from syncworker.mapping.values import rendered
from syncworker.metrics.metric import Metric


def fill(rows: Table, filled: Filled) -> None:
    """Add every mapped property: its values, why, and where its value cannot be told."""
    mapped_ones = written_properties(rows.mapping, rows.object, rows.catalog, rows.definitions)
    for name, mapped, metric in mapped_ones:
        if metric.name in rows.missing:
            continue
        texts, lacking = _rendered(rows, name, mapped, metric)
        filled.unknown[name] = _problems(rows, metric)
        filled.refused[name] = lacking
        filled.values[name] = texts
        filled.because[name] = rows.shown.filled(metric.because)


def _rendered(
    rows: Table, name: str, mapped: PropertyMapping, metric: Metric
) -> tuple[list[str], Sequence[str | None]]:
    there = rows.definitions.get(name)
    type_ = type_in_portal(mapped, metric, there)
    texts = rendered(
        rows.frame[metric.name],
        metric,
        type_,
        timezone=rows.mapping.reporting.timezone,
        currencies=rows.currencies[metric.entity],
    )
    if type_ != "enumeration" or there is None or not there.options:
        return texts, [None] * len(texts)
    return in_options(texts, name, metric, there.options)


def in_options(
    texts: Sequence[str], name: str, metric: Metric, options: Sequence[tuple[str, str]]
) -> tuple[list[str], list[str | None]]:
    """A metric's options as the portal's internal values, and where it has none, why not.

    Args:
        texts: Options of the metric, several joined by `;`, "" for none.
        name: The property.
        metric: The metric.
        options: The property's internal values and labels in the portal.
    """
    words = translation(metric, options)
    several = metric.type == "multi"
    each = {
        text: _internal(text.split(";") if several else [text], name, words, options)
        for text in dict.fromkeys(texts)
    }
    return [each[text][0] for text in texts], [each[text][1] for text in texts]


def _internal(
    ours: Sequence[str],
    name: str,
    words: Mapping[str, str | None],
    options: Sequence[tuple[str, str]],
) -> tuple[str, str | None]:
    theirs = {one: words.get(one) or chosen((one,), options) for one in ours if one}
    lacking = [one for one, value in theirs.items() if value is None]
    if lacking:
        plural = "option" if len(lacking) == 1 else "options"
        return "", f"`{name}` has no {plural} {listed(lacking)} in the portal"
    return ";".join(dict.fromkeys(value for value in theirs.values() if value)), None


def _problems(rows: Table, metric: Metric) -> Sequence[str | None]:
    if metric.problem and metric.problem in rows.frame.columns:
        return rows.frame[metric.problem].to_list()
    return [None] * rows.frame.height
