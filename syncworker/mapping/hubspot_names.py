"""Names of properties that are HubSpot's own and that nobody else can make."""

from __future__ import annotations

from collections.abc import Mapping

STAGE_PROPERTY = "lifecyclestage"
DEAL_STAGE = "dealstage"
DEAL_PIPELINE = "pipeline"
RESERVED_PREFIX = "hs_"
RECURRING_REVENUE = frozenset(
    {
        "recurring_revenue_amount",
        "recurring_revenue_deal_type",
        "recurring_revenue_inactive_date",
        "recurring_revenue_inactive_reason",
    }
)
"""Deals have these only after a person has switched recurring revenue tracking on in HubSpot."""
_PEOPLE_AND_COMPANIES = frozenset(
    {
        STAGE_PROPERTY,
        "address",
        "city",
        "closedate",
        "country",
        "createdate",
        "hubspot_owner_id",
        "phone",
        "state",
        "website",
        "zip",
    }
)
_OF_OBJECT: Mapping[str, frozenset[str]] = {
    "companies": _PEOPLE_AND_COMPANIES
    | {
        "annualrevenue",
        "description",
        "domain",
        "founded_year",
        "industry",
        "name",
        "numberofemployees",
        "type",
    },
    "contacts": _PEOPLE_AND_COMPANIES
    | {"company", "email", "firstname", "jobtitle", "lastname", "mobilephone", "salutation"},
    "deals": RECURRING_REVENUE
    | {
        DEAL_PIPELINE,
        DEAL_STAGE,
        "amount",
        "closed_lost_reason",
        "closed_won_reason",
        "closedate",
        "createdate",
        "deal_currency_code",
        "dealname",
        "dealtype",
        "description",
        "hubspot_owner_id",
    },
    "tickets": frozenset({"closed_date", "content", "createdate", "hubspot_owner_id", "subject"}),
}
KNOWN_RESERVED = frozenset(
    {
        "hs_acv",
        "hs_additional_emails",
        "hs_analytics_source",
        "hs_arr",
        "hs_deal_stage_probability",
        "hs_forecast_amount",
        "hs_is_target_account",
        "hs_lastmodifieddate",
        "hs_lead_status",
        "hs_manual_forecast_category",
        "hs_mrr",
        "hs_next_step",
        "hs_object_id",
        "hs_persona",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_priority",
        "hs_tcv",
        "hs_ticket_category",
        "hs_ticket_priority",
        "hs_timezone",
    }
)
"""Properties of the reserved prefix that HubSpot is known to have."""


def hubspots_own(object_name: str, name: str) -> bool:
    """Whether a property of that name can only be HubSpot's own."""
    return name.startswith(RESERVED_PREFIX) or name in _OF_OBJECT.get(object_name, ())
