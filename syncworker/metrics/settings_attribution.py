"""What a portal may set about attribution; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """Which channels are paid for, and what a new customer costs.

    Attributes:
        paid_channels: Channels that are paid for by the click or the view: paid CAC is their spend
            by the customers whose last touch is one of them.
        cac_variants: By a name of your choice, the categories of spend that a CAC of that name
            counts; beside it the blended CAC, which counts all.
        cac_months: The CAC that accounts are compared with rests on this many complete months.
        spend_lag_months: CAC is also told with spend of 1 to this many months earlier.
        payback_target_months: The months within which a customer should have paid back the CAC.
    """

    paid_channels: tuple[str, ...] = (
        "paid_search",
        "paid_social",
        "paid_shopping",
        "paid_video",
        "display",
    )
    cac_variants: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"ads": ("ads",)})
    cac_months: int = 12
    spend_lag_months: int = 3
    payback_target_months: int = 12
