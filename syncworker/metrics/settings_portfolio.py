"""What a portal may set about portfolio; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortfolioSettings:
    """Margins, benchmarks and how many records a rate needs.

    Attributes:
        gross_margin: The share of revenue that is left after the cost of serving it, 0 to 1.
        least: A rate over fewer records is not told.
        trial_mature_days: A cohort of trials is immature until so many days after its period.
        demo_window_days: A demo led to a customer where the first payment came within this time.
        activation_days: After so many days it shows whether an account took the first steps.
        renewal_days: After so many days from the first payment it shows whether a customer stays.
        visit_to_trial_percent: The benchmark of visitors that ask for a trial.
        trial_to_paid_percent: The benchmark of trials that lead to a payment.
    """

    gross_margin: float = 0.80
    least: int = 30
    trial_mature_days: int = 45
    demo_window_days: int = 180
    activation_days: int = 30
    renewal_days: int = 180
    visit_to_trial_percent: float = 2.5
    trial_to_paid_percent: float = 17.0
