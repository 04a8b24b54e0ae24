"""Portfolio numbers as a table to read, as JSON, and as long rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table

from syncworker.cli.console import counted, json_text
from syncworker.engine.portfolio import Answer, Told, not_over
from syncworker.metrics.portfolio.rows import ROWS
from syncworker.model.money import exponent, major

_NAME = 26
_COLUMN = 13
"""Characters for the metrics' names and for a period."""
_SIGNS = {"percent": " %", "points": " pt", "months": " mo", "days": " d"}
Row = Mapping[str, Any]
Cells = dict[str, dict[str, str]]


def long_rows(answer: Answer) -> pl.DataFrame:
    """Every number as a row: the report, the columns of `ROWS`, and what the numbers are of."""
    frames = [
        told.rows.select(pl.lit(told.report.name).alias("report"), pl.all())
        for told in answer.reports
        if not told.absent
    ]
    none = pl.DataFrame(schema={"report": pl.String(), **ROWS})
    return pl.concat([none, *frames]).with_columns(
        mode=pl.lit(answer.mode),
        as_of=pl.lit(answer.as_of),
        timezone=pl.lit(answer.timezone),
        reporting_currency=pl.lit(answer.currency),
    )


def as_csv(answer: Answer) -> str:
    """The long rows as CSV with a head; money in minor units."""
    return long_rows(answer).write_csv().rstrip("\n")


def as_json(answer: Answer) -> str:
    """One JSON object; money in minor units of its currency."""
    unfinished = answer.unfinished()
    document = {
        "portal": answer.portal,
        "mode": answer.mode,
        "as_of": answer.as_of.isoformat(),
        "timezone": answer.timezone,
        "currency": answer.currency,
        "by": answer.by or None,
        "periods": [
            {
                "label": period.label,
                "start": period.start.isoformat(),
                "end": period.end.isoformat(),
                "finished": period not in unfinished,
            }
            for period in answer.periods
        ],
        "coverage": {
            stream: {
                "rows": state.rows,
                "newest": state.newest and state.newest.isoformat(),
                "read_at": state.read_at and state.read_at.isoformat(),
            }
            for stream, state in answer.coverage.items()
        },
        "reports": [
            {
                "name": told.report.name,
                "label": told.report.label,
                "absent": told.absent or None,
                "metrics": dict(told.report.metrics),
                "rows": [] if told.absent else told.rows.to_dicts(),
            }
            for told in answer.reports
        ],
    }
    return json_text(document)


def text(answer: Answer) -> str:
    """Tables with a metric a line and a period a column, notes below them."""
    console = Console(no_color=True, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(
            f"{answer.portal} as of {answer.as_of:%Y-%m-%d %H:%M} UTC, months of "
            f"{answer.timezone}, MRR in {answer.mode} mode"
        )
        for told in answer.reports:
            _report(console, answer, told)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _report(console: Console, answer: Answer, told: Told) -> None:
    console.print(f"\n{told.report.label} ({told.report.name})")
    if told.absent:
        console.print(f"  absent: {told.absent}")
        return
    if told.rows.is_empty():
        console.print("  nothing in these periods")
        return
    notes: dict[str, int] = {}
    labels = [period.label for period in answer.periods]
    fit = max(1, (console.width - _NAME) // _COLUMN)
    for (segment, currency), rows in told.rows.group_by("segment", "currency", maintain_order=True):
        named = "" if segment == "all" else f"{answer.by} {segment} ".lstrip()
        head = f"{named}{currency}"
        cells = _cells(answer, rows.to_dicts(), notes)
        for start in range(0, len(labels), fit):
            console.print(_table(answer, head.strip(), cells, labels[start : start + fit]))
    for note, number in notes.items():
        console.print(f"  [{number}] {note}")
    if answer.unfinished():
        console.print(f"  * {not_over(answer.as_of)}")


def _cells(answer: Answer, rows: Iterable[Row], notes: dict[str, int]) -> Cells:
    """By metric and period, the number with the mark of its note."""
    cells: Cells = {}
    general = not_over(answer.as_of)
    for row in rows:
        note = row["note"].removeprefix(general).removeprefix("; ")
        mark = f" [{notes.setdefault(note, len(notes) + 1)}]" if note else ""
        cells.setdefault(row["metric"], {})[row["period"]] = _number(row) + mark
    return cells


def _table(answer: Answer, head: str, cells: Cells, periods: Sequence[str]) -> Table:
    unfinished = {period.label for period in answer.unfinished()}
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(head, min_width=_NAME - 2, overflow="fold")
    for period in periods:
        mark = "*" if period in unfinished else ""
        table.add_column(period + mark, justify="right", no_wrap=True)
    for name, of_period in cells.items():
        table.add_row(name, *(of_period.get(period, "") for period in periods))
    return table


def _number(row: Row) -> str:
    """A number as people read it; "-" where it is not told."""
    if row["unit"] == "money":
        if row["amount"] is None:
            return "-"
        decimals = exponent(row["currency"])
        return f"{major(row['amount'], row['currency']):,.{decimals}f}"
    value = row["value"]
    if value is None:
        return "-"
    if row["unit"] == "count":
        return f"{value:,.0f}"
    return f"{value:,.2f}{_SIGNS.get(row['unit'], '')}"


def summary(answer: Answer, path: str) -> str:
    """What was written where."""
    return f"wrote {counted(long_rows(answer).height, 'number')} to {path}"
