"""One request to HubSpot, through the official client's transport.

The client's typed methods know only the legacy API and take most of the time of a batch to build
their models; its transport takes any path and a plain dict, and gives the raw answer back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

import urllib3
from hubspot import HubSpot
from hubspot.crm.objects.exceptions import ApiException

from syncworker import counters, traces
from syncworker.errors import PortalError, RecordRejected
from syncworker.hubspot.budget import Budget
from syncworker.hubspot.credentials import Credentials
from syncworker.hubspot.paths import Endpoint, path
from syncworker.hubspot.refusals import Refusal, refused, unanswered
from syncworker.hubspot.responses import NO_ANSWER, NO_CONNECTION, UNREADABLE, rule
from syncworker.hubspot.retry import Patience, retried
from syncworker.hubspot.tokens import checked
from syncworker.mapping.portal import ApiVersion
from syncworker.planning import json_text

HUBSPOT = "https://api.hubapi.com"
_WRONG_QUESTION = "see the objects and properties in the mapping, and its `api_version`"
# A token of fewer characters is made up, and might be a part of any word.
_SHORTEST = 8
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Transport:
    """The connection to one portal: make one per portal, and keep it.

    Not for use by several threads at once; they can share its budget and credentials.

    Args:
        credentials: Where the access token of each request comes from.
        api_version: HubSpot's API version.
        base_url: Where HubSpot is; None: the real one.
        budget: Asked before each request, retries included.
        patience: How long to wait.

    Attributes:
        budget: The budget.
        patience: How long to wait.
        requests: Requests sent so far, retries included.
        writes: Those among them that change something in the portal.
        date: HubSpot's clock as its last answer had it (RFC 9110), or "".
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        api_version: ApiVersion,
        base_url: str | None,
        budget: Budget,
        patience: Patience,
    ) -> None:
        self.budget = budget
        self.patience = patience
        self.requests = 0
        self.writes = 0
        self.date = ""
        self._credentials = credentials
        self._version: ApiVersion = api_version
        self._base_url = (base_url or HUBSPOT).rstrip("/")
        # Every access to `batch_api` builds another connection pool: take one and keep it.
        client = HubSpot(host=self._base_url, retry=False)
        self._api = client.crm.objects.batch_api.api_client
        self._headers = {**_JSON, **self._api.default_headers}

    def __repr__(self) -> str:
        return f"Transport({self._base_url!r}, {self._version!r})"

    @property
    def waited(self) -> float:
        """Seconds that requests have waited for the portal's budget."""
        return self.budget.waited

    def token(self) -> str:
        """The access token of the next request; raises what the credentials raise."""
        return checked(self._credentials.token())

    def send(
        self, endpoint: Endpoint, object_name: str = "", body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Send one request, again where the table says so, and return the answer's JSON.

        A success says nothing about the single records of a batch.

        Raises:
            RecordRejected: HubSpot refused the records of a write.
            PortalError: HubSpot refused the request, or did not answer.
            SettingsError: There is no token where the credentials point.
        """
        answer = self.ask(endpoint, object_name, body)
        if not isinstance(answer, Refusal):
            return answer
        if isinstance(answer.error, RecordRejected) and endpoint.kind != "write":
            # There is no record to reject: the request itself is wrong.
            where = path(self._version, endpoint, object_name)
            message = f"HubSpot refused {endpoint.method} {where}: {answer.error.message}"
            raise PortalError(message, help=_WRONG_QUESTION, code=answer.error.code)
        raise answer.error

    def ask(
        self, endpoint: Endpoint, object_name: str = "", body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any] | Refusal:
        """Like `send`, but a refusal is returned.

        Of an endpoint whose lost answers are to be settled, one is returned at once.
        """
        where = path(self._version, endpoint, object_name)

        def again(refusal: Refusal) -> bool:
            return not (endpoint.settled and refusal.rule.lost)

        renewed = False
        while True:
            token = self.token()
            answer = retried(
                partial(self._once, endpoint, where, body, token),
                self.patience,
                again,
            )
            denied = isinstance(answer, Refusal) and answer.status == HTTPStatus.UNAUTHORIZED
            if renewed or not denied or not self._credentials.refused(token):
                return answer
            renewed = True

    def _once(
        self, endpoint: Endpoint, where: str, body: Mapping[str, Any] | None, token: str
    ) -> Mapping[str, Any] | Refusal:
        waited = self.budget.waited
        self.budget.acquire(search=endpoint.kind == "search")
        waited = self.budget.waited - waited
        with traces.request(endpoint.method, endpoint.kind) as status:
            answer = self._answered(endpoint, where, body, token, status)
        counters.request(endpoint.kind, status[0] if status else None, waited)
        return answer

    def _answered(
        self,
        endpoint: Endpoint,
        where: str,
        body: Mapping[str, Any] | None,
        token: str,
        answered: list[int],
    ) -> Mapping[str, Any] | Refusal:
        """Send it once; `answered` gets the status of the answer, where one comes."""
        search = endpoint.kind == "search"
        self.requests += 1
        self.writes += endpoint.kind in ("write", "schema")
        request = f"{endpoint.method} {where}"
        # The client's API object lives on, with its connections, when the token changes.
        self._api.configuration.access_token = token
        headers = dict(self._headers)
        self._api.update_params_for_auth(headers, [], ["oauth2"])
        try:
            response = self._api.request(
                endpoint.method,
                self._base_url + where,
                headers=headers,
                body=body,
                _preload_content=False,
                _request_timeout=(self.patience.connect, self.patience.read),
            )
            status, told, data = response.status, response.headers, response.data
        except ApiException as error:
            if not error.status:
                message = f"the connection to {self._base_url} cannot be trusted"
                raise PortalError(message, help="see this machine's TLS certificates") from None
            status, told, data = error.status, error.headers, error.body
        except (urllib3.exceptions.LocationValueError, urllib3.exceptions.URLSchemeUnknown):
            message = f"{self._base_url} is not an address"
            raise PortalError(message, help="see `base_url` in the mapping") from None
        except urllib3.exceptions.HTTPError as error:
            return _unanswered(request, error)
        answered.append(status)
        names = {name.lower(): value for name, value in told.items()}
        self.date = names.get("date", "")
        if not search:
            # A search's headers, where it has any, are about the limit of searches.
            self.budget.learn(names)
        data = data or b""
        if len(token) >= _SHORTEST:
            # HubSpot may repeat the token in its complaint.
            data = data.replace(token.encode(), b"***")
        if endpoint.empty and status == HTTPStatus.NO_CONTENT:
            return {}
        if rule(status).then == "each":
            return _read(request, data)
        refusal = refused(status, names, data.decode(errors="replace"), request)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            policy = refusal.policy or ("SECONDLY" if search else "")
            self.budget.refused(policy, refusal.named)
        return refusal


def _read(request: str, data: bytes) -> Mapping[str, Any] | Refusal:
    try:
        answer = json_text.loads(data)
    except (ValueError, RecursionError):
        return unanswered(request, UNREADABLE, "the answer is no JSON")
    if isinstance(answer, dict):
        return answer
    return unanswered(request, UNREADABLE, "no JSON object came")


def _unanswered(request: str, error: Exception) -> Refusal:
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # a kind of the next one
        return unanswered(request, NO_CONNECTION, "no connection")
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return unanswered(request, NO_CONNECTION, "no connection in time")
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return unanswered(request, NO_ANSWER, "no answer in time")
    return unanswered(request, NO_ANSWER, "the connection broke")
