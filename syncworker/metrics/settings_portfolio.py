"""What a portal may set about portfolio; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortfolioSettings:
    """Margins, benchmarks and how many records a rate needs.

    Attributes:
        gross_margin: Share of revenue left after the cost of serving it, above 0 and up to 1; it
            is printed with the numbers it goes into.
        least: A rate over fewer records is not told, nor a lifetime value.
        min_churns: A lifetime value needs at least this many lost accounts.
        churn_benchmark: Accounts lost a year, in percent, that are thought to be good.
        ltv_months: Over how many complete months the churn of a lifetime value is averaged.
        ltv_cap_months: No customer is taken to stay longer.
        close_days: A month is closed this many days after its end: what is known later is told
            as restated.
        trial_mature_days: A cohort of trials is immature until so many days after its period.
        activation_days: After so many days it shows whether an account took the first steps.
        renewal_days: After so many days from the first payment it shows whether a customer stays.
        visit_to_trial_percent: The benchmark of visitors that ask for a trial.
        trial_to_paid_percent: The benchmark of trials that lead to a payment.
    """

    gross_margin: float = 0.8
    least: int = 30
    min_churns: int = 3
    churn_benchmark: float = 15.0
    ltv_months: int = 6
    ltv_cap_months: int = 60
    close_days: int = 7
    trial_mature_days: int = 45
    activation_days: int = 30
    renewal_days: int = 180
    visit_to_trial_percent: float = 2.5
    trial_to_paid_percent: float = 17.0
