"""One request to HubSpot, through the official client's transport.

The client's typed methods know only the legacy API and take most of the time of a batch to build
their models; its transport takes any path and a plain dict, and gives the raw answer back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import urllib3
from hubspot import HubSpot
from hubspot.crm.objects.exceptions import ApiException

from syncworker.errors import PortalError, RecordRejected, Unauthorized
from syncworker.hubspot.budget import Budget
from syncworker.hubspot.paths import Endpoint, path
from syncworker.hubspot.responses import Refusal, refused, unanswered
from syncworker.hubspot.retry import Patience, retried
from syncworker.mapping.portal import ApiVersion

HUBSPOT = "https://api.hubapi.com"
_LONGEST_PAUSE = 60.0
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Transport:
    """The connection to one portal: make one per portal and token, and keep it.

    Not for use by several threads at once; they can share its budget.

    Args:
        token: The portal's access token.
        api_version: HubSpot's API version.
        base_url: Where HubSpot is; None: the real one.
        budget: Asked before each request, retries included.
        patience: How long to wait.

    Attributes:
        requests: Requests sent so far, retries included.
        writes: Those among them that change something in the portal.

    Raises:
        Unauthorized: The token cannot be a token: it is empty or has spaces in it.
    """

    def __init__(
        self,
        token: str,
        *,
        api_version: ApiVersion,
        base_url: str | None,
        budget: Budget,
        patience: Patience,
    ) -> None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # Python's HTTP library would print the whole token in its complaint.
            message = "the HubSpot token is empty or has spaces or line breaks in it"
            raise Unauthorized(message, help="see what the mapping's `credentials` point to")
        self.requests = 0
        self.writes = 0
        self._version: ApiVersion = api_version
        self._base_url = (base_url or HUBSPOT).rstrip("/")
        self._budget = budget
        self._patience = patience
        # Every access to `batch_api` builds another connection pool: take one and keep it.
        client = HubSpot(access_token=token, host=self._base_url, retry=False)
        self._api = client.crm.objects.batch_api.api_client

    def __repr__(self) -> str:
        return f"Transport({self._base_url!r}, {self._version!r})"

    def send(
        self, endpoint: Endpoint, object_name: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Send one request, again where the table says so, and return the answer's JSON.

        A success says nothing about the single records of a batch.

        Raises:
            RecordRejected: HubSpot refused the records of a write.
            PortalError: HubSpot refused the request, or did not answer.
        """
        where = path(self._version, endpoint, object_name)
        answer = retried(lambda: self._once(endpoint, where, body), self._patience)
        if not isinstance(answer, Refusal):
            return answer
        if isinstance(answer.error, RecordRejected) and endpoint.kind != "write":
            # There is no record to reject: the request itself is wrong.
            message = f"HubSpot refused {endpoint.method} {where}: {answer.error.message}"
            raise PortalError(message, help=answer.error.help, code=answer.error.code)
        raise answer.error

    def _once(
        self, endpoint: Endpoint, where: str, body: Mapping[str, Any] | None
    ) -> Mapping[str, Any] | Refusal:
        search = endpoint.kind == "search"
        self._budget.acquire(search=search)
        self.requests += 1
        self.writes += endpoint.kind in ("write", "schema")
        request = f"{endpoint.method} {where}"
        try:
            response = self._api.call_api(
                where,
                endpoint.method,
                {},
                [],
                dict(_JSON),
                body=body,
                auth_settings=["oauth2"],
                _preload_content=False,
                _request_timeout=(self._patience.connect, self._patience.read),
            )
            # Reading to the end gives the connection back to the pool.
            data: bytes = response.data
        except (ApiException, AttributeError, UnicodeDecodeError) as raised:
            # The client stumbles over an error's body that is missing or is no text.
            error = raised if isinstance(raised, ApiException) else raised.__context__
            if not isinstance(error, ApiException):
                raise
            return self._refused(error, request)
        except (urllib3.exceptions.LocationValueError, urllib3.exceptions.URLSchemeUnknown):
            message = f"{self._base_url} is not an address"
            raise PortalError(message, help="see `base_url` in the mapping") from None
        except urllib3.exceptions.HTTPError as error:
            return unanswered(request, _reason(error))
        if not search:
            # A search's headers, where it has any, are about the limit of searches.
            self._budget.learn(_lower(response.headers))
        try:
            answer = json.loads(data)
        except ValueError:
            return unanswered(request, "the answer is no JSON")
        return answer if isinstance(answer, dict) else unanswered(request, "no JSON object came")

    def _refused(self, error: ApiException, request: str) -> Refusal:
        if not error.status:
            message = f"the connection to {self._base_url} cannot be trusted"
            raise PortalError(message, help="see this machine's TLS certificates") from None
        body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else error.body
        told = (body or "").replace(self._api.configuration.access_token, "***")
        refusal = refused(error.status, _lower(error.headers), told, request)
        if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
            # A longer wait (a day's limit) is the run's: the next request must not hang for it.
            self._budget.slow_down(min(refusal.retry_after or 0, _LONGEST_PAUSE))
        return refusal


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return "no connection in time"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "no connection"
    return "the connection broke"
