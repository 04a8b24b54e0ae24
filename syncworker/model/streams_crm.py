"""Streams read from HubSpot: what people there entered, and how records moved."""

from __future__ import annotations

from syncworker.model.stream import Column, Stream

_OBJECT = Column("object", "string", "contacts, companies, deals or tickets.", required=True)
_RECORD = Column("record_id", "string", "HubSpot's id of the record.", required=True)

CRM_STAGE_HISTORY = Stream(
    "crm_stage_history",
    "A stage that a HubSpot record entered.",
    ("object", "record_id", "property", "entered_at"),
    (
        _OBJECT,
        _RECORD,
        Column("property", "string", "lifecyclestage, dealstage, ….", required=True),
        Column("stage", "string", "The stage's internal name; empty: the stage was emptied."),
        Column("entered_at", "datetime", "When.", required=True),
        Column("set_by", "string", "What set it, in HubSpot's words: CRM_UI, API, …."),
    ),
    event_time="entered_at",
    lasting=True,
)
CRM_VALUES = Stream(
    "crm_values",
    "The value that a property owned by people has on a HubSpot record.",
    ("object", "record_id", "property"),
    (
        _OBJECT,
        _RECORD,
        Column("property", "string", "HubSpot's internal name.", required=True),
        Column("value", "string", "Its value as HubSpot writes it; empty where it has none."),
        Column("set_at", "datetime", "When the value was set."),
        Column("set_by", "string", "What set it, in HubSpot's words: CRM_UI, API, …."),
    ),
)
CRM_DEALS = Stream(
    "crm_deals",
    "A deal in HubSpot, with its recurring revenue where the portal tracks it.",
    ("deal_id",),
    (
        Column("deal_id", "string", "HubSpot's id of the deal.", required=True),
        Column("company_id", "string", "HubSpot's id of its company."),
        Column("pipeline", "string", "The pipeline's id."),
        Column("stage", "string", "The stage's internal name."),
        Column("amount", "integer", "Its amount in minor units."),
        Column("recurring_amount", "integer", "Recurring revenue a month, in minor units."),
        Column("currency", "string", "ISO 4217 of both amounts."),
        Column("recurring_type", "string", "New business, renewal, …, in the portal's words."),
        Column("inactive_on", "date", "The day its recurring revenue ended."),
        Column("inactive_reason", "string", "Why it ended, in the portal's words."),
        Column("is_closed", "boolean", "Whether it is won or lost."),
        Column("is_won", "boolean", "Whether it is won."),
        Column("created_at", "datetime", "When it was made."),
        Column("closed_at", "datetime", "When it was closed or is expected to."),
    ),
)
