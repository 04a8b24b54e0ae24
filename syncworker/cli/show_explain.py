"""An explanation as text that fits 80 columns, and as JSON; personal data masked in both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from syncworker.cli.console import counted
from syncworker.engine.explained import (
    Destination,
    ExplainedMetric,
    Explanation,
    SourceRow,
    StreamRows,
)
from syncworker.masking import mask

WIDTH = 80
_TITLE = 12
_SENTENCE = 20
_EMPTY = "empty"


def lines(explanation: Explanation) -> Iterator[str]:
    """The subject, each metric from value to HubSpot, then the source rows behind them."""
    subject = explanation.subject
    name = f"{subject.name} ({subject.id})" if subject.name != subject.id else subject.name
    what = "account" if subject.kind == "account" else "person"
    yield from _wrapped(
        f"{name}: {what} of portal {explanation.portal}, as of {_time(explanation.as_of)}", ""
    )
    if subject.kind == "user":
        yield from _wrapped(f"account: {subject.account_id or 'none'}", "  ")
    if not explanation.metrics:
        yield ""
        yield from _wrapped("The mapping puts no metric on records of this kind.", "")
    for one in explanation.metrics:
        yield ""
        yield from _metric(explanation, one)
    if explanation.streams:
        yield ""
        yield "Source rows"
    for stream in explanation.streams.values():
        yield from _stream(stream)


def document(explanation: Explanation) -> dict[str, Any]:
    """The same for JSON."""
    subject = explanation.subject
    return {
        "portal": explanation.portal,
        "as_of": explanation.as_of,
        "subject": asdict(subject),
        "metrics": [_metric_json(one) for one in explanation.metrics],
        "streams": [asdict(one) for one in explanation.streams.values()],
    }


def _metric(explanation: Explanation, one: ExplainedMetric) -> Iterator[str]:
    metric = one.metric
    of = f" of {one.key}" if one.key != explanation.subject.id else ""
    yield from _wrapped(f"{metric.name}{of}  {metric.label}: {_value(one)}", "", "  ")
    if one.unavailable:
        yield from _row("not used", one.unavailable)
    if one.problem:
        yield from _row("not known", one.problem)
    if one.because:
        yield from _row("because", one.because)
    yield from _row("formula", metric.formula)
    parts = [f"{name} {value}" for name, value in one.components.items() if _tells(one, value)]
    if parts:
        yield from _row("made of", ", ".join(parts))
    yield from _row("from", ", ".join(_from(explanation.streams[name]) for name in one.streams))
    if not one.destinations:
        yield from _row("HubSpot", "not mapped here")
    for destination in one.destinations:
        yield from _destination(destination)


def _value(one: ExplainedMetric) -> str:
    if one.value is None:
        return "not known" if one.unavailable else _EMPTY
    unit = one.currency or one.metric.unit
    return f"{one.value} {unit.removesuffix('s') if one.value == '1' else unit}".rstrip()


def _tells(one: ExplainedMetric, value: str) -> bool:
    """Whether a component says more than the reason, which may be that very sentence."""
    return len(value) < _SENTENCE or value not in one.because


def _from(stream: StreamRows) -> str:
    return f"{stream.stream} ({_many(stream)})"


def _many(stream: StreamRows) -> str:
    if not stream.provided:
        return "no source"
    return counted(stream.rows, "row") + (" of the portal" if stream.whole else "")


def _destination(one: Destination) -> Iterator[str]:
    record = f", record {one.hubspot_id}" if one.hubspot_id else ""
    yield from _row("HubSpot", f"{one.object}.{one.property}, {one.mode}{record}")
    has = "nothing known" if one.has is None else (one.has or _EMPTY)
    wants = "left as it is" if one.desired is None else (one.desired or _EMPTY)
    written = ""
    if one.written_at is not None:
        written = f", written {_time(one.written_at)} by run {one.run_id}"
    stands = f"has {has}" if one.desired == one.has else f"wants {wants}, has {has}"
    yield from _row("", f"{stands}{written}")
    yield from _row("", f"{one.state}: {one.reason}")


def _stream(stream: StreamRows) -> Iterator[str]:
    about = _many(stream)
    if stream.rows:
        about += f" from {', '.join(stream.sources)}, last read {_time(stream.read_at)}"
    yield from _wrapped(f"{stream.stream}: {about}", "  ", "    ")
    for row in stream.newest:
        yield from _wrapped(_source_row(row), "    ", "      ")
    more = stream.rows - len(stream.newest)
    if stream.newest and more:
        yield f"    … {counted(more, 'older row')}"


def _source_row(row: SourceRow) -> str:
    when = f"{_time(row.at)}  " if row.at is not None else ""
    values = ", ".join(f"{name} {value}" for name, value in row.values.items())
    return f"{when}{row.source} {row.key}: {values}".removesuffix(": ")


def _row(title: str, text: str) -> Iterator[str]:
    yield from _wrapped(text, f"  {title:<{_TITLE - 2}}", " " * _TITLE)


def _wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    # Masked before the lines are broken, or an address could be broken in two.
    return textwrap.wrap(
        mask(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )


def _time(moment: date | datetime | None) -> str:
    if moment is None:
        return "never"
    return f"{moment:%Y-%m-%d %H:%M} UTC" if isinstance(moment, datetime) else f"{moment}"


def _metric_json(one: ExplainedMetric) -> dict[str, Any]:
    metric = one.metric
    return {
        "metric": metric.name,
        "entity": metric.entity,
        "key": one.key,
        "label": metric.label,
        "value": one.value,
        "unit": one.currency or metric.unit,
        "because": one.because,
        "problem": one.problem,
        "unavailable": one.unavailable,
        "formula": metric.formula,
        "owner": metric.owner,
        "components": one.components,
        "streams": one.streams,
        "destinations": [asdict(each) for each in one.destinations],
    }
