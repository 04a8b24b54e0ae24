"""HubSpot's deals as rows of `crm_deals`.

HubSpot has amounts in major units, and the four recurring revenue properties only after a person
has switched tracking on; until then their columns are empty. Their options are told by label.
Source: https://knowledge.hubspot.com/reports/track-recurring-revenue-in-hubspot
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader
from syncworker.model.money import exponent
from syncworker.sources.hubspot_records import Part
from syncworker.sources.hubspot_rows import Row

_CURRENCY = "deal_currency_code"
_AMOUNTS = {"amount": "amount", "recurring_revenue_amount": "recurring_amount"}
_CHOICES = {
    "recurring_revenue_deal_type": "recurring_type",
    "recurring_revenue_inactive_reason": "inactive_reason",
}
_COLUMNS = {
    "pipeline": "pipeline",
    "dealstage": "stage",
    "recurring_revenue_inactive_date": "inactive_on",
    "hs_is_closed": "is_closed",
    "hs_is_closed_won": "is_won",
    "createdate": "created_at",
    "closedate": "closed_at",
}
_LONGEST = 20  # digits; more do not fit into a row anyway
PART = Part("deals", (*_COLUMNS, *_AMOUNTS, *_CHOICES, _CURRENCY))
Options = Mapping[str, Mapping[str, str]]


def deal_rows(
    reader: HubSpotReader,
    records: Sequence[CrmRecord],
    options: Options,
    currency: Callable[[], str],
) -> list[list[Row]]:
    """For each record its row of `crm_deals`.

    Args:
        reader: Reads the portal.
        records: The deals.
        options: Labels of the properties' options, by value.
        currency: Gives the portal's own, for deals that name none.
    """
    live = [one.id for one in records if one.archived is None]
    companies = reader.associated("deals", "companies", live) if live else {}
    return [[_row(one, companies.get(one.id, ()), options, currency)] for one in records]


def _row(
    record: CrmRecord,
    companies: Sequence[str],
    options: Options,
    portal_currency: Callable[[], str],
) -> Row:
    values = record.values
    currency = (values.get(_CURRENCY) or portal_currency()).upper()
    row: Row = {
        "deal_id": record.id,
        "company_id": companies[0] if companies else None,
        "currency": currency or None,
        "deleted_at": record.archived,
    }
    row |= {column: values[name] for name, column in _COLUMNS.items() if name in values}
    for name, column in _AMOUNTS.items():
        if name in values:
            row[column] = _minor(values[name], currency)
    for name, column in _CHOICES.items():
        if name in values:
            value = values[name] or ""
            row[column] = options.get(name, {}).get(value, value)
    return row


def _minor(amount: str | None, currency: str) -> int | str | None:
    """An amount in minor units, half up; text that is no such number stays as it is."""
    if not amount:
        return None
    try:
        major = Decimal(amount)
    except InvalidOperation:
        return amount
    if not major.is_finite() or major.adjusted() > _LONGEST:
        return amount
    return int(major.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))
