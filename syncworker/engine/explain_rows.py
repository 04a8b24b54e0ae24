"""The staged rows behind a subject's numbers: how many of each stream, and the newest few."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

import polars as pl

from syncworker.engine.explained import SourceRow, StreamRows, Subject
from syncworker.engine.sampling import PERSONAL
from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known
from syncworker.model.stream import SYSTEM_COLUMNS, Stream
from syncworker.model.streams import STREAMS

SHOWN = 3
_LONGEST = 40
_UNSAID = {*(column.name for column in SYSTEM_COLUMNS), *PERSONAL, "account_id"}


def rows_behind(
    facts: Facts, subject: Subject, streams: Collection[str], *, own: Collection[str] = ()
) -> dict[str, StreamRows]:
    """By stream, the subject's rows.

    Args:
        facts: The subject's part of the portal.
        subject: Whom it is about. An account's are its people's too, a person's the account's.
        streams: Which streams.
        own: Those of them of which only a person's own rows are meant.
    """
    there = known(facts)
    account = (pl.col("account_id") == pl.lit(subject.account_id, pl.String)).fill_null(value=False)
    own_id = pl.col("user_id") == subject.id
    users = there.streams["users"].select("user_id", "account_id", email=address())
    people = users.filter(own_id | account).collect()
    subscriptions = there.streams["subscriptions"].filter(account).select("sub_id").unique()
    found = {}
    for name in sorted(streams):
        if name not in facts.streams:
            found[name] = StreamRows(name, provided=False)
            continue
        some = people.filter(own_id) if name in own else people
        ways = {
            "account_id": pl.lit(value=False) if name in own else account,
            "user_id": pl.col("user_id").is_in(some["user_id"].implode()),
            "email": address().is_in(
                pl.concat([some["email"], pl.Series([subject.email])]).implode()
            ),
        }
        found[name] = _of_stream(name, there.streams[name], ways, subscriptions)
    return found


def _of_stream(
    name: str, rows: pl.LazyFrame, ways: Mapping[str, pl.Expr], subscriptions: pl.LazyFrame
) -> StreamRows:
    columns = rows.collect_schema().names()
    mine = [way.fill_null(value=False) for column, way in ways.items() if column in columns]
    whole = not mine and "sub_id" not in columns
    if mine:
        rows = rows.filter(pl.any_horizontal(mine))
    elif not whole:
        rows = rows.join(subscriptions, on="sub_id", how="semi")
    about = rows.select(
        pl.len(), pl.col("synced_at").max(), pl.col("source").unique().sort().implode()
    ).collect(engine="streaming")
    number, read_at, sources = about.row(0)
    return StreamRows(
        stream=name,
        provided=True,
        rows=number,
        whole=whole,
        sources=tuple(sources),
        read_at=read_at,
        newest=() if whole else _newest(STREAMS[name], rows),
    )


def _newest(stream: Stream, rows: pl.LazyFrame) -> tuple[SourceRow, ...]:
    time = stream.event_time or "synced_at"
    newest = rows.sort(time, *stream.key, descending=[True] + [False] * len(stream.key))
    said = [c.name for c in stream.columns if c.name not in {*_UNSAID, *stream.key, time}]
    return tuple(
        SourceRow(
            source=row["source"],
            key=" ".join(_text(row[one]) for one in stream.key if row[one] is not None),
            at=row[time] if stream.event_time else None,
            read_at=row["synced_at"],
            values={name: _text(row[name]) for name in said if row[name] is not None},
        )
        for row in newest.head(SHOWN).collect(engine="streaming").iter_rows(named=True)
    )


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
