"""What a portal may say about the classification of tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RiskLabel = Literal["discount", "cancellation", "value", "competitor"]
RISK_LABELS: tuple[RiskLabel, ...] = ("discount", "cancellation", "value", "competitor")
OTHER = "other"


@dataclass(frozen=True, slots=True)
class TicketRules:
    """What makes a ticket a risk: phrases by label, added to the built-in ones.

    Attributes:
        discount: Phrases of who asks for a discount. Whole words without regard to case and
            accents; `rabatt*` is every word that begins so.
        cancellation: Phrases of who thinks of cancelling.
        value: Phrases of who doubts that it is worth its price.
        competitor: Phrases of who looks at others, and the competitors' names.
        replace: Labels whose built-in phrases do not count, only those written here.
    """

    discount: tuple[str, ...] = ()
    cancellation: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    competitor: tuple[str, ...] = ()
    replace: tuple[RiskLabel, ...] = ()

    def added(self, label: RiskLabel) -> tuple[str, ...]:
        """The portal's own phrases of a label."""
        return {
            "discount": self.discount,
            "cancellation": self.cancellation,
            "value": self.value,
            "competitor": self.competitor,
        }[label]
