"""The metrics of an account's trial and of the demos its people asked for."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

ASKED = ("trials|subscriptions",)
PAID = ("subscriptions", "subscription_items")
ACTS = ("events", "usage_daily")
STORY = "{trial_because}"
DEMO = ("demo_requests", "users", *PAID)
DEMO_STORY = "demo requests before the first payment: {account_demo_requests}"

TRIALS = (
    Metric(
        name="trial_status",
        entity="account",
        type="enum",
        unit="",
        label="Trial status",
        description=(
            "Where the latest trial stands. Committed: started and in use. Abandoned: never "
            "started, or silent for a week. Converted: paid since, or was a paying customer "
            "already. Expired: ended without paying though in use to the end. Empty: no trial. "
            "Why a trial was abandoned is your own entry, in a property that nothing here writes."
        ),
        formula=(
            "converted if a paid invoice above zero, else MRR > 0, at or since the request (an "
            "unknown price counts); not started (a form may count as a start: metrics: trials): "
            "requested, abandoned 7 d after the request or at the end; started: abandoned if no "
            "event in the 7 d before min(as_of, end), else expired if ended, else committed"
        ),
        inputs=PAID,
        also=("trials", "invoices", *ACTS),
        property="saas_trial_status",
        because=STORY,
        options=(
            Option("requested", "Requested"),
            Option("committed", "Committed"),
            Option("abandoned", "Abandoned"),
            Option("converted", "Converted"),
            Option("expired", "Expired"),
        ),
        owner="sales",
    ),
    Metric(
        name="trial_requested_at",
        entity="account",
        type="datetime",
        unit="",
        label="Trial requested at",
        description="When the latest trial was asked for. Empty: no trial.",
        formula="latest trials.requested_at; else latest subscriptions.trial_start",
        inputs=ASKED,
        property="saas_trial_requested_at",
        because=STORY,
        owner="sales",
    ),
    Metric(
        name="trial_started_at",
        entity="account",
        type="datetime",
        unit="",
        label="Trial started at",
        description="When the latest trial was really begun. Empty: no trial, or not started.",
        formula="trials.started_at, else the first key event from the request to the end",
        inputs=ASKED,
        also=ACTS,
        property="saas_trial_started_at",
        because=STORY,
        owner="sales",
    ),
    Metric(
        name="trial_ends_at",
        entity="account",
        type="datetime",
        unit="",
        label="Trial ends at",
        description="When the latest trial ends or ended. Empty: no trial, or without an end.",
        formula="trials.ends_at; else subscriptions.trial_end, or its end if that came first",
        inputs=ASKED,
        property="saas_trial_ends_at",
        because=STORY,
        owner="sales",
    ),
    Metric(
        name="trial_active_days",
        entity="account",
        type="number",
        unit="days",
        label="Active days in the trial",
        description=(
            "On how many days anybody of the account used the app in the latest trial, up to its "
            "end. 0: on none. Empty: no trial."
        ),
        formula="distinct local dates of any event in [request, end of the trial)",
        inputs=(*ASKED, "events|usage_daily"),
        property="saas_trial_active_days",
        because=STORY,
        owner="sales",
    ),
    Metric(
        name="days_trial_to_paid",
        entity="account",
        type="number",
        unit="days",
        label="Days from trial to paid",
        description=(
            "Whole days from the start of the trial to the first payment. Empty: no trial, not "
            "paid since, or a paying customer before it."
        ),
        formula=(
            "floor((first paid invoice above zero since the request, else first instant with "
            "MRR > 0 - start of the trial, else the request) / 86400 s)"
        ),
        inputs=PAID,
        also=("trials", "invoices", *ACTS),
        property="saas_days_trial_to_paid",
        because=STORY,
        owner="marketing",
    ),
    Metric(
        name="days_demo_to_paid",
        entity="account",
        type="number",
        unit="days",
        label="Days from first demo request to paid",
        description=(
            "Whole days from the first demo request of anybody in the account to the first "
            "payment. Requests after it, or half a year and more before it, do not count. Empty: "
            "not paid, or without such a request."
        ),
        formula=(
            "floor((customer_since - first request in (customer_since - 180 d, customer_since]) "
            "/ 86400 s); persons by lower-cased address"
        ),
        inputs=DEMO,
        also=("invoices",),
        property="saas_days_demo_to_paid",
        because=DEMO_STORY,
        owner="marketing",
    ),
    Metric(
        name="days_last_demo_to_paid",
        entity="account",
        type="number",
        unit="days",
        label="Days from last demo request to paid",
        description=(
            "Whole days from the last demo request of anybody in the account before the first "
            "payment to that payment. Empty: not paid, or without a request in the half year "
            "before."
        ),
        formula=(
            "floor((customer_since - last request in (customer_since - 180 d, customer_since]) "
            "/ 86400 s); persons by lower-cased address"
        ),
        inputs=DEMO,
        also=("invoices",),
        property="saas_days_last_demo_to_paid",
        because=DEMO_STORY,
        owner="marketing",
    ),
)
