"""Minor units and major units of a currency."""

from __future__ import annotations

from decimal import Decimal

# ISO 4217, list one: every active currency whose minor unit is not a hundredth.
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
# ISO 4217: the active currencies, and those withdrawn since 2013 that old invoices may be in.
CURRENCIES = frozenset(
    (  # noqa: SIM905 - a list would take three times the lines
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD "
        "BTN BWP BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK "
        "DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR "
        "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
        "LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
        "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD "
        "SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
        "USD USN UYI UYU UYW UZS VED VEF VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL "
    ).split()
)
_EXPONENTS = {name: decimals for decimals, names in _DECIMALS.items() for name in names.split()}


def exponent(currency: str | None) -> int:
    """How many decimals a currency has; 2 where it is not known."""
    return _EXPONENTS.get(currency or "", 2)


def major(minor: int, currency: str | None) -> Decimal:
    """An amount in minor units (cents) in major units (euros), exact."""
    return Decimal(minor).scaleb(-exponent(currency))
