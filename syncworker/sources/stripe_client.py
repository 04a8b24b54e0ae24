"""Reading Stripe's API: one object, or a list page by page, with patience and never by writing.

Sources: https://docs.stripe.com/api/pagination, https://docs.stripe.com/rate-limits and
https://docs.stripe.com/error-low-level (which statuses to try again, and `Stripe-Should-Retry`)
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, cast

import requests
import tenacity
from requests.auth import AuthBase

from syncworker.errors import SourceError
from syncworker.model.stripe_json import Object, id_of, mapping, text
from syncworker.sources import stripe_errors

API_VERSION = "2026-10-28.endive"
BASE_URL = "https://api.stripe.com"
MOST = 100
"""Objects of a page, the most that Stripe gives."""

Parameters = Sequence[tuple[str, str | int]]
_KEY = re.compile(r"[rs]k_[\x21-\x7e]+")
_PASSING = (409, 429)  # an object that is locked by another request; too many requests
_LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_FIRST_SERVER_ERROR = 500
_NOT_FOUND = 404
_GROWING = tenacity.wait_exponential_jitter(multiplier=0.5, max=16, jitter=0.5)
_A_LITTLE_MORE = tenacity.wait_random(0, 0.5)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for Stripe.

    Attributes:
        connect: Seconds to connect.
        read: Seconds without a byte of an answer.
        total: Seconds after which a request that keeps failing is given up.
        sleep: Waits for so many seconds.
    """

    connect: float = 5.0
    read: float = 60.0
    total: float = 90.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Slice:
    """One answer of a list.

    Attributes:
        objects: Its objects, newest first.
        more: Whether there are others behind them.
    """

    objects: tuple[Object, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Again:
    """An attempt that failed in a way that passes; `wait` in seconds, where Stripe says it."""

    reason: str
    wait: float | None = None


class Client:
    """One session with Stripe, for one reading of one stream.

    Args:
        where: The source and stream, as errors begin: "source billing, stream invoices".
        key: The secret or restricted key, of live or test mode.
        base_url: Stripe's address, or a proxy's.
        patience: How long to wait.

    Raises:
        SourceError: The key has not the shape of one.
    """

    def __init__(
        self, where: str, key: str, base_url: str | None = None, patience: Patience | None = None
    ) -> None:
        if not _KEY.fullmatch(key.strip()):
            raise SourceError(
                f"{where}: what api_key points to is no secret key of Stripe's",
                help="A restricted key begins with rk_live_ or rk_test_, a secret one with sk_; "
                "publishable keys (pk_) cannot read.",
                code="SOURCE_KEY",
            )
        self.where = where
        self._base = (base_url or BASE_URL).rstrip("/")
        self._patience = patience or Patience()
        self._session = requests.Session()
        # As `auth`, because the session would take a password of ~/.netrc over a plain header.
        self._session.auth = _Bearer(key.strip())
        self._session.headers["Stripe-Version"] = API_VERSION

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, path: str, parameters: Parameters = ()) -> Object | None:
        """The object at a path, or None where Stripe has none.

        Raises:
            SourceError: Stripe refused, or did not answer in time.
        """
        status, body = self._answer(path, parameters)
        if status == _NOT_FOUND:
            return None
        if status != requests.codes.ok:
            raise stripe_errors.refused(self.where, path, status, body)
        return body

    def slices(
        self, path: str, parameters: Parameters, *, after: str | None = None, limit: int = MOST
    ) -> Iterator[Slice]:
        """The answers of a list, from behind the object `after` on; at least one.

        Raises:
            Vanished: There is no object `after` any more.
            SourceError: Stripe refused, did not answer in time, or the list does not end.
        """
        met = {after}
        while True:
            asked = [("limit", limit), *parameters]
            asked += [("starting_after", after)] if after else []
            status, body = self._answer(path, asked)
            if status != requests.codes.ok:
                error = mapping(body.get("error"))
                if after and error.get("param") == "starting_after":
                    raise Vanished(after)
                raise stripe_errors.refused(self.where, path, status, body)
            data = body.get("data")
            if not isinstance(data, list) or not all(id_of(mapping(one)) for one in data):
                raise stripe_errors.unreadable(self.where, path, "is no list of Stripe's objects")
            objects = tuple(mapping(one) for one in data)
            more = body.get("has_more") is True
            last = id_of(objects[-1]) if objects else None
            if more and (last is None or last in met):
                raise stripe_errors.endless(self.where, path, last or "")
            yield Slice(objects, more)
            if not more:
                return
            met.add(last)
            after = last

    def listed(self, path: str, parameters: Parameters = ()) -> Iterator[Object]:
        """All objects of a list; raises SourceError as `slices` does."""
        for one in self.slices(path, parameters):
            yield from one.objects

    def _answer(self, path: str, parameters: Parameters) -> tuple[int, Object]:
        policy = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda one: isinstance(one, _Again)),
            wait=_wait,
            stop=self._used_up,
            sleep=self._patience.sleep,
            retry_error_callback=_again,
        )
        answer = policy(self._once, path, parameters)
        if isinstance(answer, _Again):
            raise stripe_errors.gave_up(self.where, path, answer.reason)
        return answer

    def _used_up(self, state: tenacity.RetryCallState) -> bool:
        return (state.seconds_since_start or 0) + state.upcoming_sleep >= self._patience.total

    def _once(self, path: str, parameters: Parameters) -> _Again | tuple[int, Object]:
        timeouts = (self._patience.connect, self._patience.read)
        try:
            response = self._session.get(
                self._base + path, params=list(parameters), timeout=timeouts, allow_redirects=False
            )
        except _LOST as error:
            return _Again(_kind(error))
        except requests.RequestException as error:
            raise stripe_errors.unreadable(
                self.where, path, f"cannot be had: {_kind(error)}"
            ) from None
        status = response.status_code
        if status in _PASSING or status >= _FIRST_SERVER_ERROR:
            if response.headers.get("Stripe-Should-Retry") == "false":
                raise stripe_errors.gave_up(self.where, path, f"status {status}")
            return _Again(f"status {status}", _seconds(response.headers.get("Retry-After")))
        if response.is_redirect:
            raise stripe_errors.unreadable(
                self.where, path, "leads to another address, which is not followed"
            )
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            kind = text(response.headers.get("Content-Type")) or "of no type"
            raise stripe_errors.unreadable(
                self.where, path, f"is no JSON but {kind.partition(';')[0]} (status {status})"
            ) from None
        if not isinstance(body, dict):
            raise stripe_errors.unreadable(self.where, path, "is JSON, but no object")
        return status, body


class Vanished(Exception):
    """The object behind which a list was to go on has been deleted."""


class _Bearer(AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _kind(error: requests.RequestException) -> str:
    """What went wrong, without the address, in which a proxy's password may stand."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS certificate is not to be trusted"
    if isinstance(error, requests.Timeout):
        return "it took too long"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused"
    if isinstance(error, requests.ConnectionError):
        return "there was no connection, or it was cut"
    return type(error).__name__


def _again(state: tenacity.RetryCallState) -> _Again:
    return cast("_Again", cast("tenacity.Future", state.outcome).result())


def _wait(state: tenacity.RetryCallState) -> float:
    named = _again(state).wait
    return _GROWING(state) if named is None else named + _A_LITTLE_MORE(state)


def _seconds(header: str | None) -> float | None:
    """`Retry-After` in seconds; a date is left aside."""
    try:
        value = float(header or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
