"""Minor units and major units of a currency."""

from __future__ import annotations

from decimal import Decimal

# ISO 4217, list one: every active currency whose minor unit is not a hundredth.
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {name: decimals for decimals, names in _DECIMALS.items() for name in names.split()}


def exponent(currency: str | None) -> int:
    """How many decimals a currency has; 2 where it is not known."""
    return _EXPONENTS.get(currency or "", 2)


def major(minor: int, currency: str | None) -> Decimal:
    """An amount in minor units (cents) in major units (euros), exact."""
    return Decimal(minor).scaleb(-exponent(currency))
