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
class Day:
    """An account's day, as HubSpot tells when it is asked; `ports.Quota` is what we know anyhow.

    Attributes:
        limit: Requests that its private apps may make together.
        used: Those that they have made.
        resets_at: When the account's next day begins; None: not told.
    """

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

    def today(self) -> Day | None:
        """The day's requests, for which HubSpot is asked; None where it does not tell OAuth apps.

        `Portal.quota` asks nobody.
        """
        ...
