"""What a HubSpot account says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from syncworker.engine.ports import Portal


@dataclass(frozen=True, slots=True)
class Account:
    """A portal as its account information has it.

    Attributes:
        timezone: Its IANA time zone, or "".
        currency: Its currency, ISO 4217, or "".
        daily: How many requests all apps may make a day; None where the token may not ask.
    """

    timezone: str
    currency: str
    daily: int | None


class AccountPortal(Portal, Protocol):
    """A portal that can be asked what it is."""

    def account(self) -> Account:
        """The account; raises PortalError."""
        ...
