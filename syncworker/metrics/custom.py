"""The metrics that a mapping declares itself, computed like any other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from syncworker.metrics.custom_rows import Whose, owned_rows
from syncworker.metrics.custom_values import KEY, fulfilled, number, value
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, last_day
from syncworker.metrics.settings_custom import CustomMetric, Measured, sides
from syncworker.model.streams import STREAMS

NOW, BEFORE = 0, 1
ALL = -1
SOMEBODYS = pl.col("who").is_not_null()


@dataclass(frozen=True, slots=True)
class _Part:
    """One aggregate of one stream.

    Attributes:
        column: Where its value goes.
        of: The stream.
        value: The aggregate over the owner's rows.
        counts: Whether an owner without rows has 0.
    """

    column: str
    of: str
    value: pl.Expr
    counts: bool


def with_custom_accounts(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the mapping's own metrics of accounts, and what explains them."""
    return _with_custom(accounts, inputs, "account")


def with_custom_users(users: pl.LazyFrame, _accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the mapping's own metrics of users; who is no user of the app has none."""
    return _with_custom(users, inputs, "user")


def _with_custom(frame: pl.LazyFrame, inputs: Inputs, entity: Whose) -> pl.LazyFrame:
    """The frame with the metrics' columns; a column of the same name was only a component."""
    own = {n: c for n, c in inputs.settings.custom.items() if c.entity == entity}
    if not own:
        return frame
    key = f"{entity}_id"
    parts = [part for name, custom in own.items() for part in _parts(name, custom, inputs)]
    measured = inputs.facts.streams[f"{entity}s"].select(key, _born="created_at")
    by_stream = defaultdict(list)
    for part in parts:
        by_stream[part.of].append(part)
    for stream, of_stream in by_stream.items():
        found = (
            owned_rows(inputs, stream, entity)
            .group_by(pl.col("who").alias(key))
            .agg(part.value.alias(part.column) for part in of_stream)
        )
        measured = measured.join(found, on=key, how="left")
    counted = [part.column for part in parts if part.counts]
    measured = measured.with_columns(pl.col(counted).fill_null(0)).with_columns(
        _told(name, custom, inputs).alias(name)
        for name, custom in own.items()
        if custom.measure in {"ratio", "change"}
    )
    columns = [*dict.fromkeys([*own, *(part.column for part in parts)])]
    return frame.drop(columns, strict=False).join(
        measured.select(key, *columns), on=key, how="left"
    )


def _parts(name: str, custom: CustomMetric, inputs: Inputs) -> list[_Part]:
    """What has to be aggregated for a metric: itself, its two sides, or its two windows."""
    if custom.measure in {"first", "last"}:
        return [_Part(name, custom.of, _shown(custom, inputs), counts=False)]
    window = custom.window_days
    if custom.measure == "change":
        (side,) = sides(custom)
        spans = ((f"{name}_now", NOW), (f"{name}_before", BEFORE))
        return [_part(column, side, inputs, window, span) for column, span in spans]
    span = NOW if window else ALL
    columns = (f"{name}_top", f"{name}_bottom") if custom.measure == "ratio" else (name,)
    return [
        _part(column, side, inputs, window, span)
        for column, side in zip(columns, sides(custom), strict=True)
    ]


def _part(column: str, side: Measured, inputs: Inputs, window: int, span: int) -> _Part:
    rows = SOMEBODYS & fulfilled(side.where) & _within(side.of, inputs, window, span)
    match side.measure:
        case "count":
            found = rows.sum().cast(pl.Int64)
        case "distinct":
            found = value(side.column).filter(rows).drop_nulls().n_unique().cast(pl.Int64)
        case _:
            # In order, because a sum of floating-point numbers depends on it.
            found = number(side.column).filter(rows).sort().sum()
    return _Part(column, side.of, found, counts=True)


def _within(stream: str, inputs: Inputs, window: int, span: int) -> pl.Expr:
    """Whether a row is in [as_of - window, as_of), or in the window before; local days of days."""
    if span == ALL:
        return pl.lit(value=True)
    time = str(STREAMS[stream].event_time)
    at = pl.col(time)
    length = timedelta(days=window)
    if STREAMS[stream].schema()[time] == pl.Date:
        last = last_day(inputs.facts)
        return (at > last - (span + 1) * length) & (at <= last - span * length)
    now = instant(inputs.facts.as_of)
    return (at >= now - (span + 1) * length) & (at < now - span * length)


def _shown(custom: CustomMetric, inputs: Inputs) -> pl.Expr:
    """The value of the earliest or latest row that has one; of equal times by the stream's key."""
    stream = STREAMS[custom.of]
    window = custom.window_days
    shown = value(custom.column)
    rows = shown.is_not_null() & fulfilled(custom.where)
    rows &= _within(custom.of, inputs, window, NOW if window else ALL)
    order = [pl.col(name).filter(rows) for name in (str(stream.event_time), *stream.key)]
    in_order = _read(custom).filter(rows).sort_by(order, nulls_last=True)
    return in_order.first() if custom.measure == "first" else in_order.last()


def _read(custom: CustomMetric) -> pl.Expr:
    """A column as the type its metric has."""
    shown = value(custom.column)
    if KEY.fullmatch(custom.column):
        match custom.type:
            case "number":
                return number(custom.column)
            case "bool":
                return pl.when(shown.is_in(["true", "false"])).then(shown == "true")
    return shown


def _told(name: str, custom: CustomMetric, inputs: Inputs) -> pl.Expr:
    """A ratio or a change out of its two parts; null where it would be divided by nothing."""
    if custom.measure == "ratio":
        top, bottom = pl.col(f"{name}_top"), pl.col(f"{name}_bottom")
        scale = 100 if custom.unit == "percent" else 1
        return pl.when(bottom != 0).then((top * scale / bottom).round(4))
    now, before = pl.col(f"{name}_now"), pl.col(f"{name}_before").cast(pl.Float64)
    both = timedelta(days=2 * custom.window_days)
    young = (pl.col("_born") > instant(inputs.facts.as_of) - both).fill_null(value=False)
    return pl.when((before > 0) & ~young).then(((now - before) * 100 / before).round(1))
