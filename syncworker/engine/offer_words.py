"""What people call tables and columns that we have other names for, without case and signs."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, tuple[str, ...]] = {
    "accounts": (
        *("account", "organization", "organisation", "org", "workspace", "tenant"),
        *("company", "customer", "team"),
    ),
    "users": ("user", "member", "person", "people", "profile", "contact"),
    "events": ("event", "activity", "eventlog", "userevent", "usageevent", "track", "action"),
    "usage_daily": ("usagedaily", "dailyusage", "usagebyday"),
    "subscriptions": ("subscription", "contract"),
    "subscription_items": ("subscriptionitem", "subscriptionline", "lineitem"),
    "invoices": ("invoice",),
    "invoice_lines": ("invoiceline", "invoiceitem"),
    "trials": ("trial",),
    "demo_requests": ("demorequest", "demo"),
    "tickets": ("ticket", "supportticket", "case", "conversation"),
    "survey_responses": ("surveyresponse", "survey", "npsresponse", "feedback"),
    "web_visits": ("webvisit", "visit", "pageview"),
    "campaign_spend": ("campaignspend", "adspend", "spend"),
    "fx_rates": ("fxrate", "exchangerate", "currencyrate"),
}
_ACCOUNT = ("org", "organization", "organisation", "company", "customer", "workspace", "tenant")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "account_id": tuple(f"{each}id" for each in (*_ACCOUNT, "team")),
    "user_id": ("uid", "memberid", "personid", "authorid", "actorid"),
    "sub_id": ("subscriptionid",),
    "email": ("emailaddress", "mail"),
    "domain": ("emaildomain", "webdomain", "companydomain"),
    "created_at": ("created", "insertedat", "createdon", "creationdate", "datecreated", "signupat"),
    "ts": ("timestamp", "occurredat", "happenedat", "eventtime", "time", "createdat"),
    "received_at": ("insertedat", "ingestedat", "loadedat"),
    "day": ("date",),
    "status": ("state",),
    "quantity": ("count", "amount"),
    "requested_at": ("createdat",),
    "submitted_at": ("createdat",),
    "opened_at": ("createdat",),
    "closed_at": ("resolvedat", "solvedat"),
    "text": ("body", "description", "message"),
    "started_at": ("startdate", "startat", "startsat"),
    "ended_at": ("enddate", "endat", "canceledat", "cancelledat"),
    "unit_amount": ("price", "amount", "unitprice"),
    "hubspot_company_id": ("hubspotid",),
    "hubspot_contact_id": ("hubspotid",),
    "type": ("kind",),
    "at": ("createdat", "answeredat"),
}
NAMES: Mapping[str, tuple[str, ...]] = {
    "accounts": ("title", "companyname", "orgname"),
    "events": ("event", "eventname", "action", "eventtype", "type"),
    "usage_daily": ("event", "feature", "metric"),
}
CHANGED = ("updatedat", "modifiedat", "lastmodified", "lastmodifiedat", "updated", "modified")
CAME = ("receivedat", "insertedat", "ingestedat", "loadedat")
