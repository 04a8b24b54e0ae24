"""What a portal may set about revenue; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Coupons = Literal["all", "forever", "none"]
Timing = Literal["effective_end", "at_request"]
Paused = Literal["none", "draft", "all"]
Rate = Literal["daily", "month_end"]


@dataclass(frozen=True, slots=True)
class RevenueSettings:
    """How MRR is counted, and what is told from it.

    Attributes:
        mode: Whose reading the switches below begin with: `standard`, or `stripe_dashboard`. A
            switch that is set counts in either.
        recurring_coupons: Which lasting discounts lower MRR while they run: `all`, those that run
            `forever`, or `none`. standard: all; stripe_dashboard: forever.
        once_coupons: Whether a discount for one invoice lowers MRR while it runs. Both: false.
        churn_timing: When cancelled revenue is lost: at its `effective_end`, or `at_request`.
            standard: effective_end; stripe_dashboard: at_request.
        past_due: Whether late payers count in MRR. Both: true.
        unpaid: Whether those count whose payments were given up. Both: false.
        paused: Whose MRR counts while the collection of payments is paused: of `none`, where a
            `draft` of each invoice is kept, or of `all`. standard: draft; stripe_dashboard: all,
            since their status stays active.
        metered: Usage-based prices are never MRR; with `trailing_3_months` the mean of what was
            billed for them in three months is told apart.
        currency_rate: Where an account pays in several currencies, they are added up at the
            `daily` rate, or at the rate of the last `month_end`, so that MRR stands still within a
            month. Both: daily.
        tier_mid_from: MRR from which an account is in the middle tier; in whole units of the
            portal's reporting currency. Below it, and above 0, it is in the low one.
        tier_high_from: MRR from which an account is in the high tier; likewise.
        guarantee_days: Days from the first payment in which a customer gets the money back.
        renewal_window_days: Days before its renewal in which an account is in the renewal window.
        churn_reasons: More of the billing system's reasons and of the customers' choices, each
            with the churn reason it means: `{not_paid: payment}`.
    """

    mode: Literal["standard", "stripe_dashboard"] = "standard"
    recurring_coupons: Coupons | None = None
    once_coupons: bool | None = None
    churn_timing: Timing | None = None
    past_due: bool | None = None
    unpaid: bool | None = None
    paused: Paused | None = None
    metered: Literal["out", "trailing_3_months"] = "out"
    currency_rate: Rate | None = None
    tier_mid_from: int = 100
    tier_high_from: int = 1000
    guarantee_days: int = 60
    renewal_window_days: int = 90
    churn_reasons: dict[str, str] = field(default_factory=dict)
