"""Who gives the token that HubSpot is asked with."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn, Protocol

_REMEMBERED = 1.0
"""Seconds: a rotated token is seen this soon, and a request costs no reading of files."""


class Credentials(Protocol):
    """Where a portal's access token comes from."""

    def token(self) -> str:
        """The access token to use now.

        Raises:
            SettingsError: The place it is kept in does not have it.
            PortalError: HubSpot did not give one.
        """
        ...

    def refused(self, token: str) -> bool:
        """HubSpot answered 401 to a token; whether `token()` gives another one now.

        Raises:
            SettingsError: The place it is kept in does not have it.
            PortalError: HubSpot did not give one.
        """
        ...


class StaticToken:
    """The token of a service key or private app: what its reference gives now.

    Args:
        read: Gives the token, for example `lambda: secret("env:ACME_TOKEN")`.
        clock: Seconds that only grow.
    """

    __slots__ = ("_clock", "_read", "_until", "_value")

    def __init__(
        self, read: Callable[[], str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._value = ""
        self._until = clock()

    def __repr__(self) -> str:
        return "StaticToken()"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)

    def token(self) -> str:
        """The token, at most a second old."""
        if self._clock() >= self._until:
            self._again()
        return self._value

    def refused(self, token: str) -> bool:
        """Whether another token is there by now."""
        self._again()
        return self._value != token

    def _again(self) -> None:
        self._value = self._read()
        self._until = self._clock() + _REMEMBERED


NOT_SENT = "credentials stay in their process: send the portal's name instead"
