"""Tells an API who asks, by secrets that a mapping only refers to."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from syncworker.errors import SourceError
from syncworker.mapping.source_http_auth import (
    BasicAuth,
    BearerAuth,
    ClientCredentialsAuth,
    HeaderAuth,
    HttpAuth,
)
from syncworker.sources.http_body import document
from syncworker.sources.http_faults import Place
from syncworker.sources.http_request import Request
from syncworker.sources.http_sender import Sender

_EARLY = 60.0  # seconds before its end a token is no longer used
_LIFETIME = 3600.0  # of a token that does not tell


@dataclass
class Credentials:
    """What is sent with every request of a source.

    Attributes:
        headers: The headers that are known already.
        references: Where the secrets are, for messages.
        secrets: Texts that no message may hold; grows with fetched tokens.
        token: How a token is fetched; None: there is nothing to fetch.
    """

    headers: dict[str, str]
    references: tuple[str, ...]
    secrets: list[str]
    token: Callable[[Sender, Place], tuple[str, float]] | None = None
    now: Callable[[], float] = field(default=lambda: 0.0)
    _until: float = 0.0

    def current(self, sender: Sender, place: Place) -> Mapping[str, str]:
        """The headers, with a token that is still good.

        Raises:
            SourceError: No token is given.
        """
        if self.token is not None and self.now() >= self._until:
            token, lifetime = self.token(sender, place)
            self.secrets.append(token)
            self.headers["Authorization"] = f"Bearer {token}"
            self._until = self.now() + max(lifetime - _EARLY, 1.0)
        return self.headers

    def renew(self) -> bool:
        """Forget a token that was refused; False where there is none to fetch anew."""
        self._until = 0.0
        return self.token is not None

    def told(self) -> str:
        """Which references to look at."""
        return " and ".join(self.references) or "the source's auth, which is not set"


def credentials(
    source: str, auth: HttpAuth | None, secret: Callable[[str], str], now: Callable[[], float]
) -> Credentials:
    """The credentials of a source; nothing is sent yet.

    Args:
        source: The source's name.
        auth: Its section of the mapping.
        secret: Gives the value of a reference.
        now: A clock in seconds that only goes forward.

    Raises:
        SettingsError: A reference leads nowhere.
        SourceError: A secret has letters that no header may have.
    """
    match auth:
        case None:
            return Credentials({}, (), [])
        case HeaderAuth():
            value = _printable(source, auth.value, secret)
            return Credentials({auth.name: auth.prefix + value}, (auth.value,), [value])
        case BearerAuth():
            value = _printable(source, auth.token, secret)
            return Credentials({"Authorization": f"Bearer {value}"}, (auth.token,), [value])
        case BasicAuth():
            user = secret(auth.username)
            password = "" if auth.password is None else secret(auth.password)
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            told = (auth.username,) if auth.password is None else (auth.username, auth.password)
            known = [each for each in (user, password, pair) if each]
            return Credentials({"Authorization": f"Basic {pair}"}, told, known)
        case ClientCredentialsAuth():
            client = (secret(auth.client_id), secret(auth.client_secret))
            told = (auth.client_id, auth.client_secret)
            fetch = _fetcher(auth, client)
            return Credentials({}, told, [client[1]], fetch, now)


def _printable(source: str, reference: str, secret: Callable[[str], str]) -> str:
    value = secret(reference)
    if not _fits_header(value):
        raise SourceError(
            f"source {source}: the value of {reference} has letters that no header may have",
            help="Store the key alone: no line ends, no quotes around it.",
            code="SOURCE_AUTH",
        )
    return value


def _fits_header(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _fetcher(
    auth: ClientCredentialsAuth, client: tuple[str, str]
) -> Callable[[Sender, Place], tuple[str, float]]:
    form = {"grant_type": "client_credentials", "client_id": client[0], "client_secret": client[1]}
    if auth.scope is not None:
        form["scope"] = auth.scope

    def fetch(sender: Sender, place: Place) -> tuple[str, float]:
        place = replace(place, method="POST")
        request = Request("POST", auth.token_url, form=form)
        answer = sender.send(request, {"Accept": "application/json"}, place)
        with answer.file:
            if answer.status != HTTPStatus.OK:
                raise place.fault(
                    auth.token_url,
                    f"no token is given: HTTP {answer.status}: {place.clean(answer.start())}",
                    "AUTH",
                    f"Check {auth.client_id} and {auth.client_secret}, and the scope.",
                )
            given = document(answer, place)
        token = given.get("access_token") if isinstance(given, dict) else None
        lifetime = given.get("expires_in") if isinstance(given, dict) else None
        if not isinstance(token, str) or not token or not _fits_header(token):
            reason = "the answer holds no access_token"
            raise place.fault(auth.token_url, reason, "AUTH", "Check the source's token_url.")
        return token, float(lifetime) if isinstance(lifetime, int | float) else _LIFETIME

    return fetch
