"""What is rendered can be read back by HubSpot's rules."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.mapping.values import DECIMALS, money_texts, number_text
from syncworker.model.money import exponent

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself_to_six_decimals(value: float) -> None:
    text = number_text(value)
    assert NUMBER.fullmatch(text)
    assert text != "-0"
    assert abs(Decimal(text) - Decimal(value)) <= Decimal(10) ** -DECIMALS / 2


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD", "CLF", None]))
def test_money_reads_back_as_the_same_minor_units(minor: int, currency: str | None) -> None:
    (text,) = money_texts(pl.Series([minor], dtype=pl.Int64), [currency])
    assert NUMBER.fullmatch(text)
    assert int(Decimal(text).scaleb(exponent(currency))) == minor
