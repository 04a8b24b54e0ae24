"""The metrics of where an account came from, and whether winning it has paid off."""

from __future__ import annotations

from syncworker.metrics.metric import Metric

VISITS = ("web_visits",)
PAID = ("invoices", "subscriptions")
TOUCHES = "sessions up to the first payment: {touches}"
COUNTED = (
    "a session's first row is a touch; a visitor is known from any visit with an address, a "
    "browser of two accounts is nobody's; touches after the first payment do not count"
)

ATTRIBUTION = (
    Metric(
        name="channel_first",
        entity="account",
        type="string",
        unit="",
        label="First channel",
        description=(
            "The channel of the account's first visit to the website. `unknown`: no visit of its "
            "people is known from before the first payment."
        ),
        formula=f"channel of the earliest touch; {COUNTED}",
        inputs=VISITS,
        also=PAID,
        property="saas_attr_channel_first",
        because=TOUCHES,
        owner="marketing",
    ),
    Metric(
        name="channel_last",
        entity="account",
        type="string",
        unit="",
        label="Last channel before paying",
        description=(
            "The channel of the account's last visit to the website before the first payment, or "
            "so far. `unknown`: no such visit is known."
        ),
        formula=f"channel of the latest touch; {COUNTED}",
        inputs=VISITS,
        also=PAID,
        property="saas_attr_channel_last",
        because=TOUCHES,
        owner="marketing",
    ),
    Metric(
        name="campaign_first",
        entity="account",
        type="string",
        unit="",
        label="First campaign",
        description="The campaign of the account's first visit to the website. Empty: of none.",
        formula=f"campaign of the earliest touch; {COUNTED}",
        inputs=VISITS,
        also=PAID,
        property="saas_attr_campaign_first",
        because=TOUCHES,
        owner="marketing",
    ),
    Metric(
        name="campaign_last",
        entity="account",
        type="string",
        unit="",
        label="Last campaign before paying",
        description=(
            "The campaign of the account's last visit to the website before the first payment, or "
            "so far. Empty: of none."
        ),
        formula=f"campaign of the latest touch; {COUNTED}",
        inputs=VISITS,
        also=PAID,
        property="saas_attr_campaign_last",
        because=TOUCHES,
        owner="marketing",
    ),
    Metric(
        name="cac_recovered",
        entity="account",
        type="bool",
        unit="",
        label="CAC recovered",
        description=(
            "Whether the account's gross profit to date has reached what winning a customer costs "
            "on average. Empty: it has not paid yet."
        ),
        formula=(
            "paid invoices net of tax and refunds x gross_margin >= all spend of the last "
            "cac_months complete months / new customers of these months"
        ),
        inputs=("invoices", "campaign_spend"),
        also=("subscriptions",),
        property="saas_cac_recovered",
        because="{cac_because}",
        problem="cac_problem",
        owner="finance",
    ),
)
