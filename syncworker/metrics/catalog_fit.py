"""The metrics of who is aimed at, and who is not."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

FIT = (
    Metric(
        name="fit",
        entity="account",
        type="enum",
        unit="",
        label="Fit",
        description=(
            "Whether the account is one of those you aim at. Unknown: too little is told. It is "
            "told anew in every run, and may change either way."
        ),
        formula=(
            "accounts.icp_fit where it is in or out; else out by a size or industry in "
            "metrics.fit.not_... or not among those aimed at; in where all that is aimed at "
            "matches; else unknown"
        ),
        inputs=("accounts",),
        property="saas_fit",
        because="{fit_because}",
        options=(
            Option("in", "In"),
            Option("out", "Out"),
            Option("unknown", "Unknown"),
        ),
        owner="marketing",
    ),
    Metric(
        name="solo_user",
        entity="account",
        type="bool",
        unit="",
        label="Solo user",
        description="Whether only one person has a login. Empty: no user is known.",
        formula="number of users there are = 1",
        inputs=("users",),
        property="saas_solo_user",
        because="users: {account_users}",
        owner="customer success",
    ),
    Metric(
        name="disqualified",
        entity="user",
        type="bool",
        unit="",
        label="Disqualified",
        description=(
            "Whether something speaks against a salesperson's call; a link to a free product may "
            "serve this person better. It goes back to No when the reason is gone. Empty: no "
            "e-mail address."
        ),
        formula="disqualify_reasons is not empty",
        inputs=("users",),
        also=("accounts", "subscriptions"),
        property="saas_disqualified",
        because="{disqualify_because}",
        problem="disqualify_problem",
        owner="sales",
    ),
    Metric(
        name="disqualify_reasons",
        entity="user",
        type="multi",
        unit="",
        label="Disqualify reasons",
        description=(
            "Why this person is disqualified. Personal use: a free mail address, alone in an "
            "account without a company. Student and competitor: by the domain of the address. "
            "Empty: nothing speaks against."
        ),
        formula=(
            "personal: free mail domain, the account's only user, the account without a domain "
            "and without a subscription that counts in MRR; student, competitor: the address at "
            "or below a domain in metrics.fit.academic_domains, competitor_domains"
        ),
        inputs=("users",),
        also=("accounts", "subscriptions"),
        property="saas_disqualify_reason",
        because="{disqualify_because}",
        options=(
            Option("personal", "Personal use"),
            Option("student", "Student"),
            Option("competitor", "Competitor"),
        ),
        problem="disqualify_problem",
        owner="sales",
    ),
)
