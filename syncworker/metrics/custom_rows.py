"""Whose a stream's row is, for streams of any kind."""

from __future__ import annotations

from typing import Literal

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, last_day, there
from syncworker.model.stream import Stream
from syncworker.model.streams import STREAMS

Whose = Literal["account", "user"]
WAYS: dict[Whose, tuple[str, ...]] = {
    "account": ("account_id", "user_id", "sub_id", "email"),
    "user": ("user_id", "email"),
}
"""By entity, the columns that tell whose a row is; the first that does counts."""
TELLS = {"user_id": "users", "email": "users", "sub_id": "subscriptions"}
"""By such a column, the stream that tells whose it is; its own rows say it themselves."""


def owned(stream: Stream, entity: Whose) -> bool:
    """Whether the rows of a stream can belong to an account, or to a user."""
    return any(stream.column(way) for way in WAYS[entity])


def owned_rows(inputs: Inputs, name: str, entity: Whose) -> pl.LazyFrame:
    """The rows of a stream that had happened by `as_of` and that the source still has.

    A row belongs to the account it names, else to that of its user, its subscription or its
    address; to a user by user id, else by address. An address that several accounts or users have
    tells nobody.

    Args:
        inputs: Of the computation.
        name: A stream whose rows can belong to that entity.
        entity: Whose rows.

    Returns:
        The stream's rows of somebody, with who.
    """
    stream = STREAMS[name]
    rows = inputs.facts.streams[name].select(stream.schema().names())
    if not stream.lasting:
        rows = rows.filter(there(inputs.facts.as_of))
    if stream.event_time:
        rows = rows.filter(_happened(stream, inputs))
    found: list[str] = []
    for way in WAYS[entity]:
        direct = way == f"{entity}_id"
        if stream.column(way) is None or (name == TELLS.get(way) and not direct):
            continue
        if direct:
            rows = rows.with_columns(pl.col(way).alias(f"_by_{way}"))
        elif way == "email":
            rows = rows.with_columns(_address=address()).join(
                _by(inputs, way, entity), left_on="_address", right_on=way, how="left"
            )
        else:
            rows = rows.join(_by(inputs, way, entity), on=way, how="left")
        found.append(f"_by_{way}")
    return rows.with_columns(who=pl.coalesce(found)).filter(pl.col("who").is_not_null())


def _by(inputs: Inputs, way: str, entity: Whose) -> pl.LazyFrame:
    """By a user id, subscription or address, the one account or user it belongs to."""
    streams = inputs.facts.streams
    frame = streams[TELLS[way]]
    owner = pl.col(f"{entity}_id")
    return (
        frame.with_columns(address().alias("email") if way == "email" else pl.col(way))
        .filter(pl.col(way).is_not_null() & owner.is_not_null())
        .group_by(way)
        .agg(pl.when(owner.n_unique() == 1).then(owner.first()).alias(f"_by_{way}"))
    )


def _happened(stream: Stream, inputs: Inputs) -> pl.Expr:
    at = pl.col(str(stream.event_time))
    if stream.schema()[str(stream.event_time)] == pl.Date:
        return (at <= last_day(inputs.facts)).fill_null(value=False)
    return (at < instant(inputs.facts.as_of)).fill_null(value=False)
