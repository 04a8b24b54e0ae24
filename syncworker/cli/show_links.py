"""Linked, unlinked and conflicting rows as text, CSV and JSON; personal data masked in each."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby, islice
from typing import TextIO

from syncworker.cli.console import SCHEMA_VERSION, columns, counted
from syncworker.engine.linkage import CREATED, STATES, LinkState, Row
from syncworker.masking import mask

Counts = Counter[tuple[str, LinkState]]
UNSOLVED: tuple[LinkState, ...] = ("conflict", "unlinked")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADER = tuple(field.name for field in fields(Row))


def count(rows: Iterable[Row]) -> Counts:
    """How many rows of each object and state there are."""
    return Counter((row.object, row.state) for row in rows)


def count_lines(counts: Counts) -> Iterator[str]:
    """A line for each object: how many are linked, unlinked and in conflict."""
    yield from columns(
        [
            (
                name,
                f"{counts[name, 'linked']:,} linked",
                f"{counts[name, 'unlinked']:,} unlinked",
                counted(counts[name, "conflict"], "conflict"),
            )
            for name in objects(counts)
        ],
        indent="",
    )


def objects(counts: Counts) -> list[str]:
    """The objects that have rows."""
    return sorted({name for name, _ in counts})


def row_lines(rows: Iterable[Row], limit: int | None) -> Iterator[str]:
    """Rows with their reasons, at most `limit` of each object and state; None: all."""
    for _, group in groupby(rows, key=lambda row: (row.state, row.object)):
        for row in islice(group, limit):
            yield from _row_lines(row)
        more = sum(1 for _ in group)
        if more:
            yield f"  … {more:,} more: --full"


def next_line(portal: str, counts: Counts) -> str:
    """What to do next."""
    if not counts:
        return f"There were no rows to link. Next: syncworker plan {portal}"
    unsolved = sum(number for (_, state), number in counts.items() if state in UNSOLVED)
    if not unsolved:
        return f"Every row is linked. Next: syncworker plan {portal}"
    return (
        "Next: mend conflicts and what is unlinked, in HubSpot or in the source, "
        f"then syncworker sync {portal}"
    )


def write_csv(rows: Iterable[Row], output: TextIO) -> None:
    """Write a header and a line for each row, one after the other, as RFC 4180 has it.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    writer = csv.writer(output)
    writer.writerow(_HEADER)
    for row in rows:
        writer.writerow([_no_formula(text) for text in _masked(row).values()])


def write_json(portal: str, counts: Counts, rows: Iterable[Row], output: TextIO) -> None:
    """Write one JSON object, its rows one after the other."""
    by_object = {name: {s: counts[name, s] for s in STATES} for name in objects(counts)}
    head = json.dumps({"schema_version": SCHEMA_VERSION, "portal": portal, "counts": by_object})
    output.write(head.removesuffix("}") + ', "rows": [')
    for number, row in enumerate(rows):
        output.write(",\n" if number else "\n")
        output.write(json.dumps(_masked(row), ensure_ascii=False))
    output.write("\n]}\n")


def _row_lines(row: Row) -> Iterator[str]:
    if row.state == "linked":
        yield f"  = {row.object} {row.key}: HubSpot record {row.hubspot_id}{_found(row)}"
    elif row.state == "unlinked":
        name = f" ({row.name})" if row.name not in {"", row.key} else ""
        yield f"  - {row.object} {row.key}{name}: {row.reason}"
    else:
        yield f"  ! {row.object} {row.key}: {row.reason}"
        yield f"      = help: {row.help}"


def _found(row: Row) -> str:
    if row.linked_by == CREATED:
        return ", created by syncworker"
    return f", found by {row.linked_by}" if row.linked_by else ""


def _masked(row: Row) -> dict[str, str]:
    """By column; only what comes from a source or HubSpot can hold what has to be masked."""
    return {
        "object": row.object,
        "key": mask(row.key),
        "state": row.state,
        "hubspot_id": row.hubspot_id,
        "linked_by": row.linked_by,
        "name": mask(row.name) if row.name else "",
        "reason": mask(row.reason) if row.reason else "",
        "help": mask(row.help) if row.help else "",
    }


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
