"""Metrics of a subject's rows with their values, components and destinations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.explain_destination import Record, destination
from syncworker.engine.explain_parts import components_of
from syncworker.engine.explained import Destination, ExplainedMetric, Subject
from syncworker.engine.memory import Run, Unlinked
from syncworker.mapping.frame import currencies
from syncworker.mapping.objects import KEY_COLUMNS
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.mapping.property_rules import property_rules
from syncworker.mapping.render import desired_records
from syncworker.mapping.shown import Shown
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.compute import Computed
from syncworker.metrics.metric import Metric, streams_of
from syncworker.model.streams import STREAMS

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_WRITINGS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Metrics of one kind of row, and the objects they go to (none: they are not mapped)."""

    rows: Rows
    objects: tuple[str, ...]
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a subject is explained.

    Attributes:
        engine: The ports.
        run: The run whose moment it is.
        mapping: The portal's mapping as it is now.
        subject: Whom it is about.
        computed: The metrics of the subject's part of the portal.
        accounts: Of these, the subject's account, collected.
        held: By metric, why it is held for the whole portal.
        unlinked: The portal's rows without a record.
    """

    engine: Engine
    run: Run
    mapping: PortalMapping
    subject: Subject
    computed: Computed
    accounts: pl.DataFrame
    held: Mapping[str, str]
    unlinked: Sequence[Unlinked]


def explained(known: Known, asked: Asked) -> Iterator[ExplainedMetric]:
    """Each metric of each of the subject's rows of that kind."""
    frame = _frame(known, asked.rows)
    money = currencies(frame, known.mapping.reporting.currency)
    shown = Shown(frame, catalog_of(known.mapping.metrics), known.mapping.reporting.timezone, money)
    of_stream = STREAMS[asked.rows].schema().names()
    records = {name: _records(known, name, frame) for name in asked.objects}
    for i, key in enumerate(frame[KEY_COLUMNS[asked.rows]]):
        there = [name for name in frame.columns if frame[name][i] is not None]
        for metric in asked.metrics:
            held = known.held.get(metric.name, "")
            value = None if held else frame[metric.name][i]
            names = components_of(metric, there, of_stream)
            problem = frame[metric.problem][i] if metric.problem else None
            yield ExplainedMetric(
                metric=metric,
                key=key,
                value=None if value is None else shown.column(metric.name)[i],
                currency=(money[metric.entity][i] or "") if metric.type == "money" else "",
                because="" if held else shown.filled(metric.because)[i],
                problem=problem or "",
                unavailable=held,
                components={} if held else {name: shown.column(name)[i] for name in names},
                streams=streams_of(metric),
                destinations=tuple(_destinations(known, asked, metric, i, records)),
            )


def _destinations(
    known: Known,
    asked: Asked,
    metric: Metric,
    row: int,
    records: Mapping[str, Sequence[Record]],
) -> Iterator[Destination]:
    for name in asked.objects:
        for property_name, mapped in known.mapping.objects[name].properties.items():
            if mapped.metric == metric.name:
                held = known.held.get(metric.name, "")
                yield destination(records[name][row], property_name, mapped, held)


def account_of(computed: Computed, subject: Subject) -> pl.DataFrame:
    """The row of the subject's account, or none."""
    return computed.accounts.filter(_of_account(subject)).collect(engine="streaming")


def _of_account(subject: Subject) -> pl.Expr:
    return pl.col("account_id") == pl.lit(subject.account_id, pl.String)


def _frame(known: Known, rows: Rows) -> pl.DataFrame:
    """The subject's rows of a kind, with the columns of their account beside their own."""
    computed, subject, accounts = known.computed, known.subject, known.accounts
    if rows == "accounts":
        return accounts
    frames = {
        "users": computed.users,
        "subscriptions": computed.subscriptions,
        "tickets": computed.tickets,
    }
    own_only = subject.kind == "user" and rows in {"users", "tickets"}
    mine = pl.col("user_id") == subject.id if own_only else _of_account(subject)
    own = frames[rows].filter(mine).sort(KEY_COLUMNS[rows]).collect(engine="streaming")
    beside = [c for c in accounts.columns if c == "account_id" or c not in own.columns]
    return own.join(accounts.select(beside), on="account_id", how="left", maintain_order="left")


def _records(known: Known, object_name: str, frame: pl.DataFrame) -> Sequence[Record]:
    """The HubSpot records of a frame's rows, in its order, as far as the state database knows."""
    engine, portal, mapping = known.engine, known.run.portal, known.mapping
    definitions = engine.definitions.get(portal, object_name, after=_EVER) or {}
    catalog = catalog_of(mapping.metrics)
    wanted = list(desired_records(mapping, object_name, frame, catalog, known.held, definitions))
    ledger = engine.ledger.get(portal, object_name, [one.key for one in wanted])
    unlinked = {one.key: one.reason for one in known.unlinked if one.object == object_name}
    letters = engine.letters.of_records(portal, object_name, [one.key for one in wanted])
    rules = property_rules(mapping, object_name, catalog, definitions)
    return [
        Record(
            desired=one,
            ledger=ledger.get(one.key),
            rules=rules,
            unlinked=unlinked.get(one.key, ""),
            history=engine.ledger.history(portal, object_name, one.key, _WRITINGS),
            letters=letters.get(one.key, ()),
            as_of=known.run.as_of,
            volatile_days=mapping.volatile_days,
        )
        for one in wanted
    ]
