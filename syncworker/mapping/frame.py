"""The table that desired records are made of, with what every step of rendering needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from syncworker.mapping.definitions import PortalPipeline, PortalProperty
from syncworker.mapping.portal import Object, PortalMapping
from syncworker.mapping.shown import Shown
from syncworker.metrics.metric import Entity, Metric

_CURRENCY_COLUMNS: Mapping[Entity, str] = {
    "account": "mrr_currency",
    "user": "mrr_currency",
    "subscription": "subscription_currency",
    "ticket": "mrr_currency",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one object.

    Attributes:
        mapping: The portal's mapping.
        object: The object's name.
        config: Its section of the mapping.
        frame: One row per record: the columns of its stream, metric values, their components.
        catalog: The metrics.
        missing: Metrics that are held in this run or have no column.
        definitions: The portal's properties of the object by name.
        pipelines: The portal's pipelines of the object.
        currencies: By whose metric it is, each row's currency, for money.
        shown: The columns as a person reads them.
    """

    mapping: PortalMapping
    object: str
    config: Object
    frame: pl.DataFrame
    catalog: Mapping[str, Metric]
    missing: frozenset[str]
    definitions: Mapping[str, PortalProperty]
    pipelines: Sequence[PortalPipeline]
    currencies: Mapping[Entity, list[str | None]]
    shown: Shown

    def texts(self, column: str) -> list[str]:
        """A column as text; "" where it is empty or there is no such column."""
        if column not in self.frame.columns:
            return [""] * self.frame.height
        return self.frame[column].cast(pl.String).fill_null("").to_list()

    def has(self, metric: str) -> bool:
        """Whether the metric's values can be used in this run."""
        return metric in self.frame.columns and metric not in self.missing


def currencies(frame: pl.DataFrame, otherwise: str) -> dict[Entity, list[str | None]]:
    """By whose metric it is, each row's currency.

    Args:
        frame: Rows of metric values.
        otherwise: The reporting currency, where a row has none.
    """
    found: dict[Entity, list[str | None]] = {}
    for entity, column in _CURRENCY_COLUMNS.items():
        found[entity] = [otherwise] * frame.height
        if column in frame.columns:
            found[entity] = frame[column].fill_null(otherwise).to_list()
    return found


@dataclass(slots=True)
class Filled:
    """Columns of property values; None leaves the property of that row alone.

    Attributes:
        values: By property, HubSpot's strings.
        because: By property, why.
        unknown: By property, why its value cannot be told; None where it can.
        refused: By property, why the portal cannot take its value; None where it can.
    """

    values: dict[str, Sequence[str | None]]
    because: dict[str, Sequence[str]]
    unknown: dict[str, Sequence[str | None]]
    refused: dict[str, Sequence[str | None]]
