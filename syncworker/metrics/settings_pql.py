"""What a portal may set about pql; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something people do in the app that tells of a later customer.

    Attributes:
        type: action: the event happened at least `times` times; frequency: on at least `days`
            local days; volume: its quantity reached `amount`, or `quota_percent` of the quota.
        event: Name of the event, or of the daily count.
        times: Of an action, how often it has to happen.
        days: Of a frequency, on how many different local days.
        window_days: Only what happened in this many days counts (elapsed: 24 hours each); 0: all
            that ever happened.
        measure: Of a volume, what its quantities are: level, so that the latest one counts (80
            contacts now), or sum, so that they add up (80 mails sent).
        amount: Of a volume, how much is enough; 0: `quota_percent` decides.
        quota_percent: Of a volume, how many percent of the quota are enough; 0: `amount` decides.
        quotas: By price or product id, how much a tier allows; the quotas of an account's running
            items add up.
        quota: What an account without such an item may use, for example on the free plan; 0: it
            has no quota, and does not reach the milestone.
        label: What a salesperson reads; empty: the milestone's name.
    """

    type: Literal["action", "frequency", "volume"]
    event: str
    times: int = 1
    days: int = 0
    window_days: int = 0
    measure: Literal["level", "sum"] = "level"
    amount: float = 0
    quota_percent: float = 0
    quotas: dict[str, int] = field(default_factory=dict)
    quota: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """How many of some milestones are enough.

    Attributes:
        count: How many; 0: this is not asked for.
        of: Of which milestones; empty: of all.
    """

    count: int = 0
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PqlSettings:
    """What makes a user or an account product-qualified.

    A user or an account qualifies by `override`, or by fulfilling all that is written of `any_of`,
    `all_of` and `at_least`. Without any of them nobody is judged.

    Attributes:
        milestones: By a name of your choice, what counts as a milestone.
        any_of: One of these milestones has to be reached.
        all_of: All of these have to be reached.
        at_least: So many of some milestones have to be reached.
        override: A milestone that qualifies alone.
        account_by: pooled: an account qualifies by what all its users did together; any_user: as
            soon as one of its users does.
        conversion_days: An account that first paid within this many days of its creation was won;
            `sales_priority` is learned from accounts older than this.
        prior_strength: How many accounts the rate of the larger group counts for where a group of
            accounts is small.
        min_accounts: Below this many accounts to learn from there is no priority.
        high_lift: A priority this many times the portal's mean, or more, is high.
        medium_lift: A priority this many times the portal's mean, or more, is medium.
        readiness_days: A demo asked for within this many days makes a contact ready for sales.
    """

    milestones: dict[str, Milestone] = field(default_factory=dict)
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    at_least: AtLeast = field(default_factory=AtLeast)
    override: str = ""
    account_by: Literal["pooled", "any_user"] = "pooled"
    conversion_days: int = 90
    prior_strength: float = 20
    min_accounts: int = 30
    high_lift: float = 2
    medium_lift: float = 1
    readiness_days: int = 14

    @property
    def judges(self) -> bool:
        """Whether there is a rule to judge anybody by."""
        asked = self.any_of or self.all_of or self.at_least.count or self.override
        return bool(self.milestones and asked)
