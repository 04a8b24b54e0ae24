"""What a portal may set about its metrics; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncworker.metrics.settings_attribution import AttributionSettings
from syncworker.metrics.settings_custom import CustomMetric
from syncworker.metrics.settings_fit import FitSettings
from syncworker.metrics.settings_health import HealthSettings
from syncworker.metrics.settings_journey import JourneySettings
from syncworker.metrics.settings_portfolio import PortfolioSettings
from syncworker.metrics.settings_pql import PqlSettings
from syncworker.metrics.settings_revenue import RevenueSettings
from syncworker.metrics.settings_support import SupportSettings
from syncworker.metrics.settings_trials import TrialSettings
from syncworker.metrics.settings_usage import UsageSettings
from syncworker.metrics.ticket_rules import TicketRules


@dataclass(frozen=True, slots=True)
class HealthWeights:
    """Weights of the health components; any numbers, used in proportion."""

    usage_trend: int = 20
    frequency: int = 15
    breadth: int = 15
    seats: int = 15
    support: int = 15
    sentiment: int = 10
    billing: int = 10


@dataclass(frozen=True, slots=True)
class HealthBands:
    """Where the bands of the health components and of the score lie.

    Attributes:
        usage_trend: Usage change in percent that scores at least 100, 75, 50, 25; below 0.
        frequency: Active days of 28 that score at least 100, 75, 50, 25; below 0.
        breadth: Percent of the key features used that scores at least 100, 75, 50; any use 25.
        seats: Percent of the seats active that scores at least 100, 75, 50; any 25.
        support: Tickets opened in 30 days up to which it scores 100, 75, 50; above 0.
        sentiment: Mean NPS answer (else the share of satisfied answers x 10) that scores at least
            100, 75, 40; below 0.
        red: A score up to this is red.
        yellow: A score above red and up to this is yellow; above it green.
    """

    usage_trend: tuple[int, int, int, int] = (10, -10, -25, -50)
    frequency: tuple[int, int, int, int] = (16, 8, 4, 1)
    breadth: tuple[int, int, int] = (75, 50, 25)
    seats: tuple[int, int, int] = (80, 50, 25)
    support: tuple[int, int, int] = (0, 1, 3)
    sentiment: tuple[int, int, int] = (9, 7, 5)
    red: int = 50
    yellow: int = 75


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """The `metrics:` section of a mapping.

    Attributes:
        key_events: Names of the events that count as usage; empty: every event counts.
        key_features: Names of the events that count as features for breadth; empty: `key_events`.
        usage_quantity: Usage is the sum of `quantity` instead of the number of events.
        seat_prices: Price ids whose quantity is seats; empty: all licensed items.
        usage_warn_percent: A fall to this or below is a `warn`.
        usage_critical_percent: A fall to this or below is `critical`.
        usage_min_base: No alert when the earlier window has fewer events.
        trial_silent_days: Days without activity after which a trial is abandoned.
        health_weights: Weights of the health components.
        health_bands: Where its bands lie.
        onboarding_days: An account younger than this is scored by the onboarding profile.
        ticket_rules: What makes a ticket a risk, in the customer's words.
        free_mail_domains: Mail domains that belong to no company, added to the known ones
            (gmail.com and its like): an address there never tells an account.
        stale_days: By stream, after how many days without a new row (events, usage_daily) or
            without a read (the others) it is stale; a stream not named here never is.
        revenue: How MRR is counted, and what is told from it.
        usage: How usage is judged over time.
        health: How the health score is kept steady, and its profiles.
        support: How tickets and surveys are counted.
        trials: How trials and demos are told apart.
        journey: The steps a customer goes through.
        pql: What makes a user or an account product-qualified.
        fit: Who is aimed at, and who is not.
        attribution: Channels that are paid for, and how visits count.
        portfolio: Margins, benchmarks, and how many records a rate needs.
        custom: By name, metrics of your own, counted from a stream.
    """

    key_events: tuple[str, ...] = ()
    key_features: tuple[str, ...] = ()
    usage_quantity: bool = False
    seat_prices: tuple[str, ...] = ()
    usage_warn_percent: int = -25
    usage_critical_percent: int = -50
    usage_min_base: int = 20
    trial_silent_days: int = 7
    health_weights: HealthWeights = field(default_factory=HealthWeights)
    health_bands: HealthBands = field(default_factory=HealthBands)
    onboarding_days: int = 30
    ticket_rules: TicketRules = field(default_factory=TicketRules)
    free_mail_domains: tuple[str, ...] = ()
    stale_days: dict[str, int] = field(
        default_factory=lambda: {
            "events": 3,
            "usage_daily": 3,
            "subscriptions": 2,
            "subscription_items": 2,
            "discounts": 2,
            "invoices": 2,
            "tickets": 7,
        }
    )
    revenue: RevenueSettings = field(default_factory=RevenueSettings)
    usage: UsageSettings = field(default_factory=UsageSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    support: SupportSettings = field(default_factory=SupportSettings)
    trials: TrialSettings = field(default_factory=TrialSettings)
    journey: JourneySettings = field(default_factory=JourneySettings)
    pql: PqlSettings = field(default_factory=PqlSettings)
    fit: FitSettings = field(default_factory=FitSettings)
    attribution: AttributionSettings = field(default_factory=AttributionSettings)
    portfolio: PortfolioSettings = field(default_factory=PortfolioSettings)
    custom: dict[str, CustomMetric] = field(default_factory=dict)
