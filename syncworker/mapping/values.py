"""Metric values as HubSpot's strings, a column at a time.

HubSpot takes every value as text: numbers without exponent, dates as YYYY-MM-DD, times as ISO 8601
UTC, several options joined by `;`, "" for an empty property.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from syncworker.mapping.desired import PropertyType
from syncworker.metrics.metric import Metric
from syncworker.model.money import major

DECIMALS = 6
"""Further decimals of a number are noise of its computation and would be a change each day."""


def rendered(
    column: pl.Series,
    metric: Metric,
    type: PropertyType,
    *,
    timezone: str,
    currencies: Sequence[str | None],
) -> list[str]:
    """A metric's column as HubSpot's strings.

    Args:
        column: The metric's values.
        metric: What they are. Money is in minor units and comes out in major units.
        type: The HubSpot property's type. A datetime in a `date` property becomes its local day,
            a date in a `datetime` property its midnight UTC.
        timezone: The reporting timezone, for that day.
        currencies: Of money, each row's currency.
    """
    match metric.type:
        case "number":
            texts = [number_text(value) for value in column.to_list()]
        case "money":
            texts = money_texts(column, currencies)
        case "date":
            midnight = "T00:00:00.000Z" if type == "datetime" else ""
            texts = _text(column.cast(pl.Date).dt.strftime(f"%Y-%m-%d{midnight}"))
        case "datetime" if type == "date":
            texts = local_days(column, timezone)
        case "datetime":
            moments = column.cast(pl.Datetime("us", "UTC"))
            texts = _text(moments.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
        case "multi":
            order = {option.value: i for i, option in enumerate(metric.options)}
            texts = [_several(value, order) for value in column.to_list()]
        case _:
            texts = _text(column.cast(pl.String))
    return texts


def number_text(value: float | None) -> str:
    """A number without exponent and trailing zeros; "" for None, NaN and infinity."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.{DECIMALS}f}"
    if text.endswith(("nan", "inf")):
        return ""
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def money_texts(column: pl.Series, currencies: Sequence[str | None]) -> list[str]:
    """Minor units as major units by each row's currency, without trailing zeros."""
    return [
        "" if minor is None else _plain(minor, currency)
        for minor, currency in zip(column.to_list(), currencies, strict=True)
    ]


def local_days(column: pl.Series, timezone: str) -> list[str]:
    """Moments as the day they fall on in a timezone, YYYY-MM-DD."""
    moments = column.cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(timezone)
    return _text(moments.dt.strftime("%Y-%m-%d"))


def _plain(minor: int, currency: str | None) -> str:
    text = f"{major(minor, currency):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _several(value: Iterable[str] | None, order: dict[str, int]) -> str:
    known = sorted(value or (), key=lambda option: (order.get(option, len(order)), option))
    return ";".join(dict.fromkeys(known))


def _text(column: pl.Series) -> list[str]:
    return column.fill_null("").to_list()
