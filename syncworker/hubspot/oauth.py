"""An OAuth app's access token: one refresh for all workers, in time, and never two at once.

An access token is renewed before it expires (HubSpot: a 401 is no signal to refresh), by the first
worker that sees it coming; the others find the new one in the store they share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import tenacity

from syncworker.errors import RateLimited, Unavailable
from syncworker.hubspot.credentials import NOT_SENT
from syncworker.hubspot.oauth_request import Answer, Secrets, introspect, refresh
from syncworker.hubspot.oauth_seal import Seal
from syncworker.hubspot.oauth_store import TokenStore
from syncworker.hubspot.transport import HUBSPOT
from syncworker.mapping.portal import ApiVersion

MARGIN = timedelta(minutes=5)
"""A token is renewed this long before it expires, or at half its life if that is later."""
_SHARED = 60.0  # an owner's longest stay: the patience below and one more request
_PATIENCE = 30.0
_ATTEMPTS = 6
_PAUSE = timedelta(seconds=30)
_YEAR = 365 * 24 * 3600.0
_GROWING = tenacity.wait_exponential_jitter(multiplier=0.5, max=10, jitter=0.5)


@dataclass(frozen=True, slots=True, repr=False)
class OAuthApp:
    """An OAuth app that a portal has installed; each part is read anew for every refresh."""

    client_id: Callable[[], str]
    client_secret: Callable[[], str]
    refresh_token: Callable[[], str]

    def __repr__(self) -> str:
        return "OAuthApp()"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)

    def secrets(self) -> Secrets:
        """What they are now; may raise SettingsError."""
        return Secrets(self.client_id(), self.client_secret(), self.refresh_token())


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """An access token, and what is known of it.

    Attributes:
        access_token: The token.
        refresh_token: What the next one is asked for with.
        given: When HubSpot gave it.
        renew: From when on another one is asked for.
        expires: When HubSpot stops taking it.
        forced: Whether it was asked for because HubSpot refused the one before.
    """

    access_token: str
    refresh_token: str
    given: datetime
    renew: datetime
    expires: datetime
    forced: bool = False

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)


class OAuthToken:
    """The access token of an OAuth app in a portal: `syncworker.hubspot.credentials.Credentials`.

    Args:
        app: Where its id, its secret and the portal's refresh token are.
        store: Shared by all workers of the portal.
        api_version: Whose OAuth endpoint is asked.
        base_url: Where HubSpot is; None: the real one.
        clock: The time; the clocks of several machines may differ by less than `MARGIN`.
        sleep: Waits for so many seconds.
    """

    __slots__ = ("_app", "_base_url", "_clock", "_held", "_sleep", "_store", "_version")

    def __init__(
        self,
        app: OAuthApp,
        store: TokenStore,
        *,
        api_version: ApiVersion = "2026-09",
        base_url: str | None = None,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._store = store
        self._version: ApiVersion = api_version
        self._base_url = (base_url or HUBSPOT).rstrip("/")
        self._clock = clock
        self._sleep = sleep
        self._held: Grant | None = None

    def __repr__(self) -> str:
        return f"OAuthToken({self._base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)

    def token(self) -> str:
        """The access token; asks HubSpot for one only when it is time.

        Raises:
            Unauthorized: The portal is disconnected.
            SettingsError: The app's secrets are not there, or wrong.
            PortalError: HubSpot gives no token now, and the one before has expired.
        """
        held, now = self._held, self._clock()
        if held is not None and now < held.renew:
            return held.access_token
        try:
            return self._renewed().access_token
        except (Unavailable, RateLimited):
            # A busy token server is no reason to stop while the token we have is good.
            held = self._held
            if held is None or self._clock() >= held.expires:
                raise
            self._held = replace(held, renew=self._clock() + _PAUSE)
            return held.access_token

    def about(self) -> Mapping[str, Any]:
        """What HubSpot tells of the access token; nothing where it does not; raises as `token`."""
        return introspect(self._base_url, self._version, self._app.secrets(), self.token())

    def refused(self, token: str) -> bool:
        """HubSpot answered 401 to a token: renew it, unless another worker has done so.

        A token that was itself asked for because of a refusal is not renewed again within a
        minute: then it is not the token.

        Raises:
            Unauthorized: The portal is disconnected.
            SettingsError: The app's secrets are not there, or wrong.
            PortalError: HubSpot gives no token now.
        """
        return self._renewed(refused=token).access_token != token

    def _renewed(self, refused: str = "") -> Grant:
        secrets = self._app.secrets()
        seal = Seal(secrets.client_secret, secrets.refresh_token)
        found = self._stored(seal)
        if found is None or self._is_stale(found, refused):
            with self._store.lock(seal.name, _SHARED):
                found = self._stored(seal)
                if found is None or self._is_stale(found, refused):
                    found = self._ask(secrets, seal, found, refused)
        self._held = found
        return found

    def _is_stale(self, grant: Grant, refused: str) -> bool:
        now = self._clock()
        if now >= grant.renew:
            return True
        just_forced = grant.forced and now - grant.given < timedelta(seconds=_SHARED)
        return grant.access_token == refused and not just_forced

    def _stored(self, seal: Seal) -> Grant | None:
        sealed = self._store.get(seal.name)
        content = seal.open(sealed) if sealed else None
        if content is None:
            return None
        found = _opened(content)
        if self._clock() < found.expires:
            self._held = found
        return found

    def _ask(self, secrets: Secrets, seal: Seal, found: Grant | None, refused: str) -> Grant:
        usable = self._held is not None and self._clock() < self._held.expires and not refused
        using = replace(secrets, refresh_token=found.refresh_token) if found else secrets
        answer = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Unavailable, RateLimited)),
            wait=_wait,
            stop=tenacity.stop_after_attempt(1 if usable else _ATTEMPTS)
            | tenacity.stop_before_delay(_PATIENCE),
            sleep=self._sleep,
            reraise=True,
        )(refresh, self._base_url, self._version, using)
        grant = _granted(answer, self._clock(), forced=bool(refused))
        # Nobody but us knows a refresh token that has changed: it must not be forgotten.
        changed = answer.refresh_token != secrets.refresh_token
        kept = _YEAR if changed else answer.expires_in
        self._store.put(seal.name, seal.close(_content(grant)), kept)
        return grant


def _granted(answer: Answer, now: datetime, *, forced: bool) -> Grant:
    life = timedelta(seconds=answer.expires_in)
    return Grant(
        answer.access_token,
        answer.refresh_token,
        given=now,
        renew=now + max(life - MARGIN, life / 2),
        expires=now + life,
        forced=forced,
    )


def _content(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "given": grant.given.timestamp(),
        "renew": grant.renew.timestamp(),
        "expires": grant.expires.timestamp(),
        "forced": grant.forced,
    }


def _opened(content: Mapping[str, Any]) -> Grant:
    given, renew, expires = (
        datetime.fromtimestamp(content[key], UTC) for key in ("given", "renew", "expires")
    )
    return Grant(
        content["access_token"],
        content["refresh_token"],
        given,
        renew,
        expires,
        forced=content["forced"],
    )


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    named = getattr(error, "retry_after", None)
    return float(named) if named else _GROWING(state)
