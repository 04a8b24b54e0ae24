"""Metric values in a person's words, for the reason beside a change."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

import polars as pl

from syncworker.mapping.values import local_days, money_texts, number_text
from syncworker.metrics.metric import Entity, Metric

NONE = "none"


class Shown:
    """The columns of a frame as a person reads them; each is made once, when first asked for.

    Args:
        frame: Rows of metric values and their components.
        catalog: What the columns are; a column it does not name is shown by its type.
        timezone: The reporting timezone, in which moments are shown as days.
        currencies: By whose metric it is, each row's currency, for money.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        catalog: Mapping[str, Metric],
        timezone: str,
        currencies: Mapping[Entity, list[str | None]],
    ) -> None:
        self._frame = frame
        self._catalog = catalog
        self._timezone = timezone
        self._currencies = currencies
        self._columns: dict[str, list[str]] = {}
        self._filled: dict[str, list[str]] = {}

    def column(self, name: str) -> list[str]:
        """A column's values in words; `none` for an empty one and for a missing column."""
        if name not in self._columns:
            texts = self._texts(name)
            self._columns[name] = [text or NONE for text in texts]
        return self._columns[name]

    def filled(self, template: str) -> list[str]:
        """A template over columns, such as `{usage_28d} events in 28 d`, filled for every row."""
        if template not in self._filled:
            self._filled[template] = self._rows(template)
        return self._filled[template]

    def _rows(self, template: str) -> list[str]:
        parts = list(Formatter().parse(template))
        columns = [self.column(name) for _, name, _, _ in parts if name]
        pattern = "".join(_escaped(text) + ("{}" if name else "") for text, name, _, _ in parts)
        if not columns:
            return [pattern.format()] * self._frame.height
        return [pattern.format(*row) for row in zip(*columns, strict=True)]

    def _texts(self, name: str) -> list[str]:
        if name not in self._frame.columns:
            return [""] * self._frame.height
        column = self._frame[name]
        metric = self._catalog.get(name)
        if metric is not None and metric.type == "money":
            return money_texts(column, self._currencies[metric.entity])
        if column.dtype.is_numeric():
            return [number_text(value) for value in column.to_list()]
        if isinstance(column.dtype, pl.Datetime):
            return local_days(column, self._timezone)
        if isinstance(column.dtype, pl.List):
            return [", ".join(map(str, value or ())) for value in column.to_list()]
        return column.cast(pl.String).fill_null("").to_list()


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
