"""What HubSpot tells of an account and of the token it is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """A HubSpot account.

    Attributes:
        id: Its number.
        timezone: IANA name; the daily limit starts anew at its midnight.
        currency: The company currency, ISO 4217.
        now: HubSpot's clock when it answered, to the second; None where it did not say.
    """

    id: str
    timezone: str
    currency: str
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Requests of one day: how many are allowed and used, and when the next day begins."""

    limit: int
    used: int
    resets_at: datetime | None = None


class AccountReader(Protocol):
    """Reads about one account. Every method raises PortalError."""

    def details(self) -> Account:
        """The account; raises Forbidden where the token may not ask."""
        ...

    def scopes(self) -> frozenset[str] | None:
        """What the token allows; None where HubSpot does not tell."""
        ...

    def app(self) -> str:
        """The app whose token it is, as histories name it; "" where HubSpot does not tell."""
        ...

    def usage(self) -> DailyUsage | None:
        """The day's requests; None where HubSpot does not tell, as with OAuth apps."""
        ...
