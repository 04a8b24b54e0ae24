"""The properties every HubSpot account is born with; a useful part of them."""

from __future__ import annotations

from syncworker.sandbox.answers import Json
from syncworker.sandbox.definitions import Definitions
from syncworker.sandbox.pipelines import STAGES

LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
_INDUSTRIES = (
    ("ACCOUNTING", "Accounting"),
    ("COMPUTER_SOFTWARE", "Computer Software"),
    ("CONSTRUCTION", "Construction"),
    ("EDUCATION_MANAGEMENT", "Education Management"),
    ("FINANCIAL_SERVICES", "Financial Services"),
    ("HOSPITAL_HEALTH_CARE", "Hospital & Health Care"),
    ("INTERNET", "Internet"),
    ("LOGISTICS_AND_SUPPLY_CHAIN", "Logistics and Supply Chain"),
    ("MARKETING_AND_ADVERTISING", "Marketing and Advertising"),
    ("RETAIL", "Retail"),
)
_LEAD_STATUSES = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
_PRIORITIES = (("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"), ("URGENT", "Urgent"))
_TICKET_CATEGORIES = (
    ("PRODUCT_ISSUE", "Product issue"),
    ("BILLING_ISSUE", "Billing issue"),
    ("FEATURE_REQUEST", "Feature request"),
    ("GENERAL_INQUIRY", "General inquiry"),
)
_SURVEYS = (("NPS", "NPS"), ("CSAT", "CSAT"), ("CES", "CES"), ("CUSTOM", "Custom"))
_ANSWERS = (("PROMOTER", "Promoter"), ("PASSIVE", "Passive"), ("DETRACTOR", "Detractor"))
_YES_NO = [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
_BOTH = (
    "phone:string:phonenumber",
    "city:string:text",
    "state:string:text",
    "country:string:text",
    "zip:string:text",
    "address:string:text",
    "website:string:text",
)
_EVERYWHERE = ("hs_object_id:number:number!", "hs_merged_object_ids:string:text!")
# name:type:fieldType, then "!" where only HubSpot writes it.
_TEXTS: dict[str, tuple[str, ...]] = {
    "contacts": (
        *_BOTH,
        "firstname:string:text",
        "lastname:string:text",
        "jobtitle:string:text",
        "company:string:text",
        "mobilephone:string:phonenumber",
        "hs_additional_emails:string:text!",
        "createdate:datetime:date!",
        "lastmodifieddate:datetime:date!",
        "closedate:datetime:date",
        "associatedcompanyid:number:number",
    ),
    "companies": (
        *_BOTH,
        "name:string:text",
        "domain:string:text",
        "description:string:textarea",
        "numberofemployees:number:number",
        "annualrevenue:number:number",
        "founded_year:string:text",
        "createdate:datetime:date!",
        "hs_lastmodifieddate:datetime:date!",
        "closedate:datetime:date",
        "num_associated_contacts:number:number!",
    ),
    "deals": (
        "dealname:string:text",
        "amount:number:number",
        "closedate:datetime:date",
        "createdate:datetime:date",
        "hs_lastmodifieddate:datetime:date!",
        "hs_is_closed:bool:booleancheckbox!",
        "hs_is_closed_won:bool:booleancheckbox!",
        "hs_mrr:number:number!",
        "hs_arr:number:number!",
    ),
    "tickets": (
        "subject:string:text",
        "content:string:textarea",
        "createdate:datetime:date!",
        "closed_date:datetime:date",
        "hs_lastmodifieddate:datetime:date!",
    ),
    "feedback_submissions": (
        "hs_content:string:textarea",
        "hs_createdate:datetime:date!",
        "hs_lastmodifieddate:datetime:date!",
        "hs_submission_timestamp:datetime:date",
        "hs_survey_name:string:text",
        "hs_survey_channel:string:text",
        "hs_value:number:number",
    ),
}
_CHOICES: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "contacts": {"lifecyclestage": LIFECYCLE_STAGES, "hs_lead_status": _LEAD_STATUSES},
    "companies": {
        "lifecyclestage": LIFECYCLE_STAGES,
        "hs_lead_status": _LEAD_STATUSES,
        "industry": _INDUSTRIES,
    },
    "deals": {
        "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing")),
        "deal_currency_code": (("EUR", "EUR"), ("USD", "USD")),
    },
    "tickets": {"hs_ticket_priority": _PRIORITIES},
    "feedback_submissions": {"hs_survey_type": _SURVEYS, "hs_response_group": _ANSWERS},
}
_REVENUE_TYPES = (
    ("NEW_REVENUE", "New business"),
    ("RENEWED_REVENUE", "Renewal"),
    ("EXPANDED_REVENUE", "Upgrade"),
    ("REDUCED_REVENUE", "Downgrade"),
)
_REVENUE_ENDS = (("LOST_REVENUE", "Churned"), *_REVENUE_TYPES[1:])
_GROUPS = {
    "contacts": ("contactinformation", "Contact information"),
    "companies": ("companyinformation", "Company information"),
    "deals": ("dealinformation", "Deal information"),
    "tickets": ("ticketinformation", "Ticket information"),
    "feedback_submissions": ("feedbackinformation", "Feedback submission information"),
}


def default_definitions(object_type: str, now: str) -> Definitions:
    """What a fresh account has for an object.

    Args:
        object_type: contacts, companies, deals, tickets or feedback_submissions.
        now: The account's birthday, as HubSpot writes moments.
    """
    definitions = Definitions()
    group, label = _GROUPS[object_type]
    definitions.create_group({"name": group, "label": label})

    def add(body: Json) -> None:
        label = body["name"].removeprefix("hs_").replace("_", " ").capitalize()
        definitions.create({"label": label, "groupName": group, **body}, now, hubspot_defined=True)

    for line in (*_TEXTS[object_type], *_EVERYWHERE):
        name, kind, shown = line.rstrip("!").split(":")
        made: Json = {"name": name, "type": kind, "fieldType": shown}
        made |= {"options": _YES_NO} if kind == "bool" else {}
        add({**made, "readOnly": line.endswith("!")})
    for name, choices in _CHOICES[object_type].items():
        options = [{"value": value, "label": text} for value, text in choices]
        add({"name": name, "type": "enumeration", "fieldType": "select", "options": options})
    for name in ("hubspot_owner_id", *STAGES.get(object_type, ())):
        external = {"name": name, "externalOptions": True}
        add({**external, "type": "enumeration", "fieldType": "select"})
    if object_type == "tickets":
        options = [{"value": value, "label": text} for value, text in _TICKET_CATEGORIES]
        several = {"name": "hs_ticket_category", "type": "enumeration", "fieldType": "checkbox"}
        add({**several, "options": options})
    if object_type == "contacts":
        email = {"name": "email", "label": "Email", "hasUniqueValue": True}
        add({**email, "type": "string", "fieldType": "text"})
    if "lifecyclestage" in _CHOICES[object_type]:
        for stage, _ in LIFECYCLE_STAGES:
            name = f"hs_lifecyclestage_{stage}_date"
            add({"name": name, "type": "datetime", "fieldType": "date", "readOnly": True})
    return definitions


def track_recurring_revenue(definitions: Definitions, now: str) -> None:
    """Add the four deal properties that exist once a user starts to track recurring revenue.

    Their options' internal values are not published; a client has to go by the labels.
    """
    made: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
        "amount": ("number", "number", ()),
        "deal_type": ("enumeration", "select", _REVENUE_TYPES),
        "inactive_date": ("date", "date", ()),
        "inactive_reason": ("enumeration", "select", _REVENUE_ENDS),
    }
    for name, (kind, shown, choices) in made.items():
        body: Json = {
            "name": f"recurring_revenue_{name}",
            "label": f"Recurring revenue {name.replace('_', ' ')}",
            "type": kind,
            "fieldType": shown,
            "groupName": _GROUPS["deals"][0],
            "options": [{"value": value, "label": label} for value, label in choices],
        }
        definitions.create(body, now, hubspot_defined=True)
