"""HubSpot's tickets as rows of `tickets`."""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader
from syncworker.sources.hubspot_people import addresses
from syncworker.sources.hubspot_records import Part
from syncworker.sources.hubspot_rows import Row

_COLUMNS = {
    "createdate": "opened_at",
    "closed_date": "closed_at",
    "hs_ticket_priority": "priority",
    "hs_pipeline_stage": "status",
}
_TEXTS = ("subject", "content")
_CATEGORY = "hs_ticket_category"


def tickets_part(account_property: str | None) -> Part:
    """What is read; `account_property` holds the app's account id, where one does."""
    own = () if account_property is None else (account_property,)
    return Part("tickets", (*_COLUMNS, *_TEXTS, _CATEGORY, *own))


def ticket_rows(
    reader: HubSpotReader, records: Sequence[CrmRecord], account_property: str | None
) -> list[list[Row]]:
    """For each record its row of `tickets`."""
    people = addresses(reader, "tickets", records)
    return [[_row(one, people.get(one.id), account_property)] for one in records]


def _row(record: CrmRecord, email: str | None, account_property: str | None) -> Row:
    values = record.values
    row: Row = {"ticket_id": record.id, "hubspot_ticket_id": record.id, "email": email}
    row["deleted_at"] = record.archived
    row |= {column: values[name] for name, column in _COLUMNS.items() if name in values}
    if not values.keys().isdisjoint(_TEXTS):
        row["text"] = "\n\n".join(text for name in _TEXTS if (text := values.get(name)))
    if _CATEGORY in values:
        row["labels"] = (values[_CATEGORY] or "").strip(";").replace(";", ",")
    if account_property is not None and account_property in values:
        row["account_id"] = values[account_property]
    return row
