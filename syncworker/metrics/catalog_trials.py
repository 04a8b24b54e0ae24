"""The metrics of an account's trial."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

ASKED = ("trials|subscriptions",)
PAID = ("subscriptions", "subscription_items")
ACTS = ("events", "usage_daily")
STORY = "{trial_because}"

TRIALS = (
    Metric(
        name="trial_status",
        entity="account",
        type="enum",
        unit="",
        label="Trial status",
        description=(
            "Where the trial stands. Committed: started and in use. Abandoned: never started, or "
            "silent for a week. Converted: paid since, or was a paying customer already. Expired: "
            "ended without paying though in use to the end. Empty: no trial."
        ),
        formula=(
            "converted if MRR > 0 at or since the request (a price that is not known counts); not "
            "started: requested, abandoned 7 d after the request or at the end; started: abandoned "
            "if no event in the 7 d before min(as_of, end), else expired if ended, else committed"
        ),
        inputs=PAID,
        also=("trials", *ACTS),
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
        name="days_trial_to_paid",
        entity="account",
        type="number",
        unit="days",
        label="Days from trial to paid",
        description=(
            "Whole days from the start of the trial to the first paid subscription. Empty: no "
            "trial, not paid since, or a paying customer before it."
        ),
        formula=(
            "floor((first instant with MRR > 0 since the request - start of the trial, else the "
            "request) / 86400 s)"
        ),
        inputs=PAID,
        also=("trials", *ACTS),
        property="saas_days_trial_to_paid",
        because=STORY,
        owner="marketing",
    ),
)
