"""Asks an API for one page: with credentials, within its own host, judged by status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from syncworker.sources.http_auth import Credentials
from syncworker.sources.http_faults import Place
from syncworker.sources.http_paging import redirected
from syncworker.sources.http_request import Request
from syncworker.sources.http_sender import Answer, Sender

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_KEEPING_THE_METHOD = (307, 308)


class Client:
    """An API as one reading sees it.

    Args:
        base_url: The source's; nothing is sent to another host.
        headers: Headers of every request.
        credentials: Who asks.
        sender: Sends.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        credentials: Credentials,
        sender: Sender,
    ) -> None:
        self._base = base_url
        self._headers = {"Accept": "application/json", **headers}
        self._credentials = credentials
        self._sender = sender

    def ask(self, request: Request, place: Place, *, missing_is_empty: bool) -> Answer | None:
        """The answer, to be closed; None where the API says that there is nothing.

        Raises:
            SourceError: There is no answer, or one that cannot be used.
        """
        renewed = False
        redirects = 0
        while True:
            known = self._credentials.current(self._sender, place)
            answer = self._sender.send(request, {**self._headers, **known}, place)
            if answer.status == HTTPStatus.OK:
                return answer
            denied = answer.status == HTTPStatus.UNAUTHORIZED
            missing = answer.status == HTTPStatus.NOT_FOUND
            with answer.file:
                if denied and not renewed and self._credentials.renew():
                    renewed = True
                elif answer.status in _REDIRECTS and redirects < _MOST_REDIRECTS:
                    redirects += 1
                    request = self._redirect(request, answer, place)
                elif answer.status == HTTPStatus.NO_CONTENT or (missing and missing_is_empty):
                    return None
                else:
                    raise self._refused(answer, place)

    def _redirect(self, request: Request, answer: Answer, place: Place) -> Request:
        target = redirected(self._base, answer, place)
        if request.method != "GET" and answer.status not in _KEEPING_THE_METHOD:
            reason = f"HTTP {answer.status} would turn the POST into a GET"
            raise place.fault(answer.url, reason, "REDIRECT", "Correct base_url and path.")
        return replace(request, url=target, params={})

    def _refused(self, answer: Answer, place: Place) -> Exception:
        told = f"HTTP {answer.status}"
        if words := place.clean(answer.start()):
            told += f": {words}"
        code, help_ = "REQUEST", "Compare path, params and body with the API's documentation."
        if answer.status == HTTPStatus.UNAUTHORIZED:
            code, help_ = "AUTH", f"Check the value of {self._credentials.told()}."
        elif answer.status == HTTPStatus.FORBIDDEN:
            code = "AUTH"
            help_ = f"Give the key of {self._credentials.told()} the right to read this."
        elif answer.status == HTTPStatus.NOT_FOUND:
            code = "MISSING"
            help_ = "Correct base_url and path; missing_is_empty: true where 404 means no records."
        elif answer.status in _REDIRECTS:
            code, help_ = "REDIRECT", "Correct base_url and path: it leads on and on."
        return place.fault(answer.url, told, code, help_)
