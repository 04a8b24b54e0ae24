"""The metrics of surveys: what a person answered, and what an account's people did."""

from __future__ import annotations

from syncworker.metrics.metric import Metric

SURVEYS_OF = ("survey_responses",)
NPS = "Reichheld, The One Number You Need to Grow (Harvard Business Review, 2003): 0 to 10"

SURVEYS = (
    Metric(
        name="nps_last",
        entity="user",
        type="number",
        unit="points",
        label="Likelihood to recommend",
        description=(
            "What this person last answered to how likely they are to recommend the app, 0 (not "
            "at all) to 10. 9 and 10 promote it, 0 to 6 speak against it. Empty: no valid answer "
            "in 180 days."
        ),
        formula="score of the last NPS answer in [as_of - 180 d, as_of) on a scale of 0 to 10",
        inputs=SURVEYS_OF,
        property="saas_nps_last",
        because="answered at {nps_last_at}",
        owner="customer success",
        authority=NPS,
    ),
    Metric(
        name="nps_last_at",
        entity="user",
        type="datetime",
        unit="",
        label="Likelihood to recommend, answered",
        description="When this person last answered the NPS survey. Empty: not in 180 days.",
        formula="max(at) of the valid NPS answers in [as_of - 180 d, as_of)",
        inputs=SURVEYS_OF,
        property="saas_nps_last_at",
        because="the answer was {nps_last}",
        owner="customer success",
    ),
    Metric(
        name="nps_avg",
        entity="account",
        type="number",
        unit="points",
        label="Likelihood to recommend, mean",
        description=(
            "How likely the customer's people are to recommend the app, 0 to 10: the mean of what "
            "each answered last. It is not the NPS. Empty: no valid answer in 180 days."
        ),
        formula=(
            "mean over people of the last NPS answer in [as_of - 180 d, as_of), 0 to 10, one "
            "decimal"
        ),
        inputs=SURVEYS_OF,
        property="saas_nps_avg",
        because="people who answered: {nps_answers}",
        owner="customer success",
    ),
    Metric(
        name="csat_90d",
        entity="account",
        type="number",
        unit="percent",
        label="Satisfied answers (CSAT)",
        description=(
            "Of the customer's answers about their satisfaction in the last 90 days, how many are "
            "among the top two of five, in percent. Empty: no valid answer in 90 days."
        ),
        formula="answers of 4 or 5 of 5 / answers in [as_of - 90 d, as_of) x 100, one decimal",
        inputs=SURVEYS_OF,
        property="saas_csat_90d",
        because="answers: {csat_answers}",
        owner="customer success",
        authority="the common top-two-box CSAT",
    ),
    Metric(
        name="esat_90d",
        entity="account",
        type="number",
        unit="percent",
        label="Satisfied answers (ESAT)",
        description=(
            "Of the answers to the survey of employees about this customer in the last 90 days, "
            "how many are among the top two of five, in percent. Empty: no valid answer."
        ),
        formula="answers of 4 or 5 of 5 / answers in [as_of - 90 d, as_of) x 100, one decimal",
        inputs=SURVEYS_OF,
        property="saas_esat_90d",
        because="answers: {esat_answers}",
        owner="customer success",
    ),
)
