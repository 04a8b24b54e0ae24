"""What HubSpot tells of an account and its token: `syncworker.engine.account.AccountReader`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from syncworker.engine.account import Account, Day
from syncworker.errors import PortalError, Unavailable
from syncworker.hubspot import usage
from syncworker.hubspot.credentials import Credentials
from syncworker.hubspot.oauth import OAuthToken
from syncworker.hubspot.paths import ACCOUNT, TOKEN_INFO
from syncworker.hubspot.problems import text
from syncworker.hubspot.transport import Transport


class HubSpotAccount:
    """Reads about the account that a transport leads to.

    Args:
        transport: The connection.
        credentials: What it is asked with.
    """

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport, self._credentials = transport, credentials

    def details(self) -> Account:
        """The account; raises Forbidden where the token may not ask."""
        told = self._transport.send(ACCOUNT)
        return Account(
            id=str(told.get("portalId", "")),
            timezone=text(told.get("timeZone")),
            currency=text(told.get("companyCurrency")),
            now=_moment(self._transport.date),
        )

    def scopes(self) -> frozenset[str] | None:
        """What the token allows; None where HubSpot does not tell."""
        scopes = self._of_token().get("scopes")
        return frozenset(map(text, scopes)) if isinstance(scopes, list) else None

    def app(self) -> str:
        """The app whose token it is, as histories name it; "" where HubSpot does not tell."""
        told = self._of_token()
        return str(told.get("appId") or told.get("app_id") or "")

    def today(self) -> Day | None:
        """The day's requests, for which HubSpot is asked; None where it does not tell."""
        if isinstance(self._credentials, OAuthToken):
            return None
        return usage.learn(self._transport)

    def _of_token(self) -> Mapping[str, Any]:
        if isinstance(self._credentials, OAuthToken):
            return self._credentials.about()
        try:
            return self._transport.send(TOKEN_INFO, body={"tokenKey": self._transport.token()})
        except Unavailable:
            raise
        except PortalError:
            return {}


def _moment(written: str) -> datetime | None:
    """A date of HTTP, which is always in UTC."""
    try:
        moment = parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
