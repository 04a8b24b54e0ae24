"""Which versions of a row count: the newest, every one that differs, or those that are new."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from syncworker.model.stream import Stream

_ROW = "syncworker_row"
_KEY = "syncworker_key"
_CONTENT = "syncworker_content"


def newest(stream: Stream, rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per key.

    Of rows with one key the newest `synced_at` counts; of events the first received
    (`received_at`, or `ts` where that is empty). Where these are equal it is the newest
    `synced_at`, then the row that stands last. The keys are read here; what comes out is lazy.
    """
    rows = rows.with_row_index(_ROW)
    order = [pl.col("synced_at"), pl.col(_ROW)]
    received = ("received_at", "ts") if stream.name == "events" else ()
    if received:
        order.insert(0, -pl.coalesce(received).to_physical())
    # Few keys stand there twice. Sorted numbers find these without a table of all keys (a quarter
    # of the time and a third of the memory); among them the keys themselves are compared. It is
    # done at once: a query that has to wait for it holds all rows in memory meanwhile.
    number = _number(stream)
    numbers = rows.select(number).collect(engine="streaming").to_series().sort()
    twice = numbers.filter(numbers == numbers.shift()).unique().to_frame()
    if twice.is_empty():
        return rows.select(stream.schema().names())
    told = {*stream.key, *received, "synced_at", _ROW}
    doubtful = (
        rows.with_columns(number).join(twice.lazy(), on=_KEY, how="semi").select(sorted(told))
    )
    found = doubtful.collect(engine="streaming")
    chosen = found.group_by(stream.key).agg(pl.col(_ROW).max_by(pl.struct(order)))
    replaced = found.select(_ROW).join(chosen, on=_ROW, how="anti")
    return rows.join(replaced.lazy(), on=_ROW, how="anti").select(stream.schema().names())


def differing(stream: Stream, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Every version of a row that differs from the version before it, oldest first.

    `newest` chooses the same rows from these as from all, whichever moment they are asked for.
    """
    again = pl.col(_CONTENT) == pl.col(_CONTENT).shift().over(stream.key)
    return (
        rows.with_row_index(_ROW)
        .with_columns(content(stream))
        .sort("synced_at", _ROW)
        .filter(~again.fill_null(value=False))
        .select(stream.schema().names())
    )


def content(stream: Stream) -> pl.Expr:
    """A number for all that a row says, its key included, but not when it was read.

    Two rows of a stream that say different things have one number once in 2^64 pairs.
    """
    columns = [name for name in stream.schema().names() if name != "synced_at"]
    return pl.struct(columns).hash(seed=0).alias(_CONTENT)


def contents(stream: Stream, rows: pl.LazyFrame) -> pl.Series:
    """The numbers of the rows' contents."""
    return rows.select(content(stream)).collect(engine="streaming").to_series()


def unlike(stream: Stream, rows: pl.LazyFrame, known: pl.Series) -> pl.LazyFrame:
    """The rows whose content is not among the known ones."""
    return rows.filter(~content(stream).is_in(known.implode()))


def earliest_unknown(
    stream: Stream, fresh: pl.LazyFrame, before: pl.LazyFrame
) -> date | datetime | None:
    """The earliest event time of fresh rows that were not there before, of a stream with one."""
    if stream.event_time is None:
        return None
    by = [_CONTENT] if stream.name in ("events", "usage_daily") else [_KEY]
    told = (content(stream), _number(stream))
    new = fresh.select(stream.event_time, *told).collect(engine="streaming")
    if new.is_empty():
        return None
    known = before.select(told).join(new.lazy().select(_KEY), on=_KEY, how="semi")
    unknown = new.lazy().join(known, on=by, how="anti").select(pl.col(stream.event_time).min())
    found: date | datetime | None = unknown.collect(engine="streaming").item()
    return found


def _number(stream: Stream) -> pl.Expr:
    """A number of the row's key: the same of the same key."""
    return pl.struct(stream.key).hash(seed=0).alias(_KEY)
