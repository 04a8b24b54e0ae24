"""What people entered in HubSpot, and the stages that records went through, by their history.

HubSpot keeps a property's past values with the time and what set them. What was set after the
watermark waits for the next run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader, PastValue
from syncworker.errors import SourceError
from syncworker.mapping.source_hubspot import HubSpotProperties
from syncworker.sources.hubspot_records import Part
from syncworker.sources.hubspot_rows import Row

STAGE_PARTS = (
    Part("contacts", (), ("lifecyclestage",)),
    Part("companies", (), ("lifecyclestage",)),
    Part("deals", (), ("dealstage",)),
)


def value_parts(properties: HubSpotProperties) -> tuple[Part, ...]:
    """What is read for `crm_values`: the objects of which properties are named."""
    named = {
        "contacts": properties.contacts,
        "companies": properties.companies,
        "deals": properties.deals,
    }
    return tuple(
        Part(object_name, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(names)))
        for object_name, names in named.items()
        if names
    )


def require_properties(reader: HubSpotReader, parts: Collection[Part], source: str) -> None:
    """Refuse properties that the portal does not have: HubSpot passes over them in silence.

    Raises:
        SourceError: Naming them.
    """
    for part in parts:
        there = reader.properties(part.object)
        missing = [name for name in part.properties if name not in there]
        if missing:
            raise SourceError(
                f"source {source}, stream crm_values: {part.object} have no property "
                f"{', '.join(missing)}",
                help="Correct the name under the source's properties, or make it in HubSpot.",
                code="SOURCE_COLUMN",
            )


def value_rows(part: Part, records: Sequence[CrmRecord], watermark: datetime) -> list[list[Row]]:
    """For each record its rows of `crm_values`: one for each property that ever had a value."""
    return [
        [
            {
                "object": part.object,
                "record_id": record.id,
                "property": name,
                "value": past.value,
                "set_at": past.at,
                "set_by": past.source,
                "deleted_at": record.archived,
            }
            for name in part.properties
            for past in _until(record, name, watermark)[:1]
        ]
        for record in records
    ]


def stage_rows(part: Part, records: Sequence[CrmRecord], watermark: datetime) -> list[list[Row]]:
    """For each record its rows of `crm_stage_history`: one for each stage it entered."""
    return [
        [
            {
                "object": part.object,
                "record_id": record.id,
                "property": name,
                "stage": past.value,
                "entered_at": past.at,
                "set_by": past.source,
                "deleted_at": record.archived,
            }
            for name in part.history
            for past in _entered(_until(record, name, watermark))
        ]
        for record in records
    ]


def _until(record: CrmRecord, name: str, watermark: datetime) -> list[PastValue]:
    past = record.history.get(name, ())
    return [one for one in past if one.at is None or one.at <= watermark]


def _entered(past: Sequence[PastValue]) -> Iterator[PastValue]:
    """Without values set again that were there already; newest first."""
    before = [*(one.value for one in past[1:]), None]
    return (one for one, earlier in zip(past, before, strict=True) if one.value != earlier)
