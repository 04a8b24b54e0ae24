"""Sends one request until there is an answer, and keeps the answer's body in a file.

A request is sent again where waiting helps: 408, 425, 429, 5xx, no connection, silence, a body that
breaks off. The API's `Retry-After` (RFC 9110, 10.2.3) is waited for and never cut short.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import IO, Any, Self, cast

import requests
import tenacity
import urllib3
from requests.auth import AuthBase

from syncworker.sources.http_faults import Place
from syncworker.sources.http_pace import Pace
from syncworker.sources.http_request import Request

CONNECT_SECONDS = 10
ATTEMPTS = 6
PATIENCE = 180.0  # seconds of waiting for one request
IN_MEMORY = 8 * 2**20  # a larger body goes to a file
MOST_BYTES = 8 * 2**30  # of one body, as it is sent
_CHUNK = 2**16
_LONGEST_WAIT = 10**6  # a year would say the same: not now
_AGAIN = (408, 425, 429)
_GROWING = tenacity.wait_exponential_jitter(multiplier=1, max=30, jitter=1)
_A_LITTLE_MORE = tenacity.wait_random(0, 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whatever its status; to be closed.

    Attributes:
        status: The HTTP status.
        headers: Its headers, by any case.
        url: The URL that was asked.
        next_link: The target of `Link: …; rel="next"`, or "".
        file: Its body as it was sent, at its start.
    """

    status: int
    headers: Mapping[str, str]
    url: str
    next_link: str
    file: IO[bytes]

    def start(self) -> str:
        """The beginning of the body, for a message."""
        self.file.seek(0)
        return self.file.read(1000).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class _Trouble:
    reason: str
    code: str
    help: str = ""
    wait: float | None = None
    again: bool = True


class _Headers(AuthBase):
    """Sets headers last; without an `auth` of our own, requests would look into a netrc file."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


class Sender:
    """Connections to an API for as long as the block lasts.

    Args:
        timeout: Seconds without a byte of an answer.
        pace: Spaces the requests.
        sleep: Waits for so many seconds.
        clock: The time now, for a `Retry-After` that names a time.
    """

    def __init__(
        self,
        timeout: float,
        pace: Pace,
        sleep: Callable[[float], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._session = requests.Session()
        self._timeout = timeout
        self._pace = pace
        self._sleep = sleep
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(self, request: Request, headers: Mapping[str, str], place: Place) -> Answer:
        """The answer to a request; redirects are not followed.

        Raises:
            SourceError: There is none, or none but 408, 425, 429 and 5xx.
        """

        def stop(state: tenacity.RetryCallState) -> bool:
            used_up = state.idle_for + state.upcoming_sleep > PATIENCE
            return used_up or state.attempt_number >= ATTEMPTS

        policy = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda one: isinstance(one, _Trouble) and one.again),
            wait=_wait,
            stop=stop,
            sleep=self._sleep,
            retry_error_callback=_outcome,
        )
        outcome = policy(self._once, request, headers)
        if isinstance(outcome, Answer):
            return outcome
        raise place.fault(
            request.url, outcome.reason, outcome.code, outcome.help, retry=outcome.again
        )

    def _once(self, request: Request, headers: Mapping[str, str]) -> Answer | _Trouble:
        self._pace.wait()
        try:
            with self._session.request(
                request.method,
                request.url,
                params=request.params,
                json=request.json,
                data=request.form,
                auth=_Headers({"Accept-Encoding": "gzip, deflate", **headers}),
                timeout=(CONNECT_SECONDS, self._timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    return self._later(response)
                return _kept(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return self._broken(error)
        except ValueError as error:  # a header of letters that no header may have
            return _Trouble(
                f"the request cannot be sent ({type(error).__name__})",
                "REQUEST",
                "Check the source's headers, and that its secrets hold nothing but the key.",
                again=False,
            )

    def _later(self, response: requests.Response) -> _Trouble:
        named = self._named(response.headers.get("Retry-After", ""))
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            help_ = "Lower the source's rate_limit if this happens often."
            return _Trouble("HTTP 429, too many requests", "RATE_LIMIT", help_, named)
        help_ = "The API has a fault of its own; the next run goes on where this one stopped."
        return _Trouble(f"HTTP {response.status_code}", "UNAVAILABLE", help_, named)

    def _named(self, text: str) -> float | None:
        """Seconds that a `Retry-After` asks for; it names seconds or a time."""
        try:
            return float(min(max(int(text), 0), _LONGEST_WAIT))
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max((aware - self._clock()).total_seconds(), 0.0)

    def _broken(self, error: OSError | urllib3.exceptions.HTTPError) -> _Trouble:
        # An error's own text may hold the URL with its query, so only its kind is told.
        for kinds, trouble in _BROKEN:
            if isinstance(error, kinds):
                return trouble
        if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
            reason = f"the request cannot be sent ({type(error).__name__})"
            help_ = "Check the source's base_url and headers."
            return _Trouble(reason, "REQUEST", help_, again=False)
        reason = f"the answer cannot be kept: {error.strerror}"
        return _Trouble(reason, "DISK", "Make room where temporary files go.", again=False)


_REACH = "Check the source's base_url, and that this machine may reach it."
_BROKEN: tuple[tuple[tuple[type[Exception], ...], _Trouble], ...] = (
    (
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError),
        _Trouble("no trusted connection: its certificate is refused", "TLS", _REACH, again=False),
    ),
    (
        (requests.ConnectTimeout,),
        _Trouble(f"no connection within {CONNECT_SECONDS} s", "UNREACHABLE", _REACH),
    ),
    (
        (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError),
        _Trouble("no answer in time", "TIMEOUT", "Raise timeout_seconds if it needs longer."),
    ),
    (
        (urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError),
        _Trouble("the answer broke off", "UNREACHABLE", _REACH),
    ),
    ((requests.ConnectionError,), _Trouble("cannot connect", "UNREACHABLE", _REACH)),
)


def _kept(response: requests.Response) -> Answer | _Trouble:
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its Answer closes it
    size = 0
    try:
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > MOST_BYTES:
                file.close()
                help_ = "Ask for less at a time: a window under cursor, or smaller pages."
                return _Trouble("the answer is too large", "SIZE", help_, again=False)
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    link = response.links.get("next", {}).get("url", "")
    url = response.url or ""
    return Answer(response.status_code, response.headers, url, link, cast("IO[bytes]", file))


def _outcome(state: tenacity.RetryCallState) -> Any:  # noqa: ANN401 - Answer or _Trouble, untyped
    return cast("tenacity.Future", state.outcome).result()


def _wait(state: tenacity.RetryCallState) -> float:
    named = _outcome(state).wait
    return _GROWING(state) if named is None else named + _A_LITTLE_MORE(state)
