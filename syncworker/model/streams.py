"""The canonical streams: columns, types, keys and what they mean.

A source turns whatever it reads into these columns; everything after a source knows only these.
Times are aware UTC. Money is in minor units (cents) beside its ISO 4217 currency. Every row also
carries `SYSTEM_COLUMNS`.
"""

from __future__ import annotations

from syncworker.model.stream import Stream
from syncworker.model.streams_app import ACCOUNTS, EVENTS, IDENTITY, TRIALS, USAGE_DAILY, USERS
from syncworker.model.streams_billing import (
    DISCOUNTS,
    INVOICE_LINES,
    INVOICES,
    SUBSCRIPTION_ITEMS,
    SUBSCRIPTION_STATES,
    SUBSCRIPTIONS,
)
from syncworker.model.streams_contact import DEMO_REQUESTS, SURVEY_RESPONSES, TICKETS
from syncworker.model.streams_crm import CRM_DEALS, CRM_STAGE_HISTORY, CRM_VALUES
from syncworker.model.streams_market import CAMPAIGN_SPEND, FX_RATES, WEB_VISITS

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        ACCOUNTS,
        USERS,
        IDENTITY,
        EVENTS,
        USAGE_DAILY,
        SUBSCRIPTIONS,
        SUBSCRIPTION_ITEMS,
        SUBSCRIPTION_STATES,
        DISCOUNTS,
        INVOICES,
        INVOICE_LINES,
        TRIALS,
        DEMO_REQUESTS,
        TICKETS,
        SURVEY_RESPONSES,
        WEB_VISITS,
        CAMPAIGN_SPEND,
        FX_RATES,
        CRM_STAGE_HISTORY,
        CRM_VALUES,
        CRM_DEALS,
    )
}
