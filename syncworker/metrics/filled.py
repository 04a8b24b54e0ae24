"""Sentences with places to fill in from columns."""

from __future__ import annotations

import polars as pl

PLACE = "{}"


def filled(sentence: str, *values: str | int | pl.Expr) -> pl.Expr:
    """A sentence with its places filled in order; null where a value is null.

    `pl.format` does the same, but panics in Polars 2.1's streaming engine where the columns of a
    frame are cut into chunks differently, as they are after a running sum.

    Args:
        sentence: With a `{}` for each value.
        values: Expressions of columns, and constants.
    """
    texts = sentence.split(PLACE)
    parts: list[pl.Expr] = [pl.lit(texts[0])]
    for value, text in zip(values, texts[1:], strict=True):
        shown = value.cast(pl.String) if isinstance(value, pl.Expr) else pl.lit(f"{value}")
        parts += [shown, pl.lit(text)]
    return pl.concat_str(parts)
