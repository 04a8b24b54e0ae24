"""What makes a column or a condition of a mapping's own metric wrong."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.custom_values import KEY, PROPS
from syncworker.metrics.settings_custom import COMPARISONS
from syncworker.model.stream import ColumnType, Stream

_NUMBERS = ("integer", "decimal", "number")
_ORDER = ("gt", "gte", "lt", "lte")
_TIMES = ("date", "datetime")


def check_column(
    document: Document, path: Path, stream: Stream, *, number: bool
) -> Iterator[Finding]:
    """A column that the stream does not have, or that is no number where one is needed."""
    name = str(document.at(*path))
    span = document.value(path)
    if stream.column("props") is not None and KEY.fullmatch(name):
        return
    column = stream.column(name)
    if column is None:
        known = [each.name for each in stream.columns]
        help_ = did_you_mean(name, known, f"there are {listed(known)}")
        if name.startswith(PROPS) and stream.column("props") is None:
            help_ = "only events have `props`"
        elif name.startswith(PROPS):
            help_ = "a key is letters, digits, `_` and `-`: `props.plan.name`"
        message = f"`{stream.name}` has no column `{name}`"
        yield Finding("SW188", span, message, help_)
    elif number and column.type not in _NUMBERS:
        message = f"`{name}` is {column.type} and cannot be summed"
        yield Finding("SW188", span, message, "use a column of numbers, or `distinct`")


def check_where(document: Document, path: Path, stream: Stream | None) -> Iterator[Finding]:
    """Conditions without exactly one comparison, or with one that does not fit the column."""
    found = document.at(*path)
    for number, condition in enumerate(found if isinstance(found, list) else ()):
        if not isinstance(condition, dict):
            continue
        below = (*path, number)
        compared = [name for name in COMPARISONS if name in condition]
        if len(compared) != 1:
            message = "a condition needs one comparison"
            message += f", this has {listed(compared)}" if compared else ""
            help_ = f"write one of {listed(COMPARISONS)}"
            yield Finding("SW189", document.value(below), message, help_)
        if stream is None or not isinstance(condition.get("column"), str):
            continue
        yield from check_column(document, (*below, "column"), stream, number=False)
        column = stream.column(condition["column"])
        if column is not None:
            for name in compared:
                yield from _comparison(document, (*below, name), column.type)


def _comparison(document: Document, path: Path, type_: ColumnType) -> Iterator[Finding]:
    name = path[-1]
    span = document.key(path)
    if type_ in _TIMES:
        message = "a time cannot be compared"
        yield Finding("SW188", span, message, "use `window_days`, or another column")
    elif name in _ORDER and type_ not in _NUMBERS:
        message = f"`{name}` compares numbers, and the column is {type_}"
        yield Finding("SW188", span, message, "use `eq`, `ne`, `any_of` or `contains`")
    elif name == "contains" and type_ != "string":
        message = f"`contains` looks into text, and the column is {type_}"
        yield Finding("SW188", span, message, "use `eq`")
