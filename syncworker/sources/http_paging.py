"""Which page comes after an answer, or that it was the last one."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from syncworker.errors import SourceError
from syncworker.mapping.source_http import HttpStream
from syncworker.mapping.source_http_paging import (
    CursorPaging,
    LinkHeaderPaging,
    NextUrlPaging,
    NoPaging,
    OffsetPaging,
    PageNumberPaging,
)
from syncworker.sources.http_faults import Place
from syncworker.sources.http_paths import ABSENT, find, parts
from syncworker.sources.http_records import Records
from syncworker.sources.http_sender import Answer

MOST_PAGES = 100_000
_AGAIN = "Compare the stream's paging with the API's documentation."
At = str | int


class Pages:
    """Follows the pages of one reading, and notices where they go in circles.

    Args:
        base_url: The source's; no page is read from another host.
        config: The stream.
        most: How many pages a window of a reading may have.
    """

    def __init__(self, base_url: str, config: HttpStream, most: int = MOST_PAGES) -> None:
        self._base = base_url
        self._config = config
        self._most = most
        self._seen: set[At] = set()
        self._digest = ""

    def window(self) -> None:
        """Forget what was seen: another window begins."""
        self._seen = set()
        self._digest = ""

    def following(
        self, at: At | None, requests: int, answer: Answer, records: Records, place: Place
    ) -> At | None:
        """The page after `at`, or None after the last one.

        Args:
            at: The page that was read; None: the first.
            requests: How many pages of the window have been read, this one too.
            answer: What the API answered.
            records: Its records, all gone through.
            place: Where that is, for messages.

        Raises:
            SourceError: The answer does not tell, the pages go in circles or to another host.
        """
        next_ = self._next(at, answer, records, place)
        if next_ is None:
            return None
        fault = ""
        if next_ == at or next_ in self._seen:
            fault = "the answer names a page that has been read already"
        elif records.digest and records.digest == self._digest:
            fault = "the answer has the same records as the page before"
        elif requests >= self._most:
            fault = f"there are more than {self._most} pages"
        if fault:
            raise place.fault(answer.url, fault, "PAGING", _AGAIN)
        self._seen.add(next_)
        self._digest = records.digest
        return next_

    def _next(self, at: At | None, answer: Answer, records: Records, place: Place) -> At | None:
        paging = self._config.paging
        if isinstance(paging, NoPaging):
            return None
        if not isinstance(paging, LinkHeaderPaging) and paging.more is not None:
            more = find(records.document, parts(paging.more))
            if not isinstance(more, bool):
                reason = f"neither true nor false stands at {paging.more}, where more is told"
                raise place.fault(answer.url, reason, "PAGING", _AGAIN)
            if not more:
                return None
        if isinstance(paging, PageNumberPaging):
            return (paging.first if at is None else int(at)) + 1 if records.count else None
        if isinstance(paging, OffsetPaging):
            return int(at or 0) + records.count if records.count else None
        told = self._told(paging, answer, records, place)
        if told is None or isinstance(paging, CursorPaging):
            return told
        return self._link(told, answer, place)

    def _told(
        self,
        paging: CursorPaging | NextUrlPaging | LinkHeaderPaging,
        answer: Answer,
        records: Records,
        place: Place,
    ) -> str | None:
        """What the answer, or its last record, says of the next page."""
        if isinstance(paging, LinkHeaderPaging):
            return answer.next_link or None
        if paging.path is not None:
            found = find(records.document, parts(paging.path))
            return _value(found, paging.path, answer, place)
        if records.count == 0 or not isinstance(paging, CursorPaging) or paging.field is None:
            return None
        told = _value(find(records.last, parts(paging.field)), paging.field, answer, place)
        if told is None:
            reason = f"the page's last record has no {paging.field} to go on from"
            raise place.fault(answer.url, reason, "PAGING", _AGAIN)
        return told

    def _link(self, link: str, answer: Answer, place: Place) -> str:
        try:
            return local(self._base, urljoin(answer.url, link))
        except ValueError as error:
            reason = f"the next page lies on another host ({place.clean(str(error))})"
            raise place.fault(answer.url, reason, "PAGING", _other_host()) from None


def local(base_url: str, url: str) -> str:
    """A URL's path and query, as it can be asked from the base URL's own host.

    Its scheme does not matter: behind a proxy many servers write http where they are asked by
    https, and it is never used.

    Raises:
        ValueError: It lies on another host or port; the message names it.
    """
    base, other = urlsplit(base_url), urlsplit(url)
    ports = {None, base.port} if other.scheme == base.scheme else {None, base.port, 80, 443}
    if other.hostname != base.hostname or other.port not in ports:
        raise ValueError(other.hostname or "none")
    return f"{other.path or '/'}?{other.query}" if other.query else other.path or "/"


def redirected(base_url: str, answer: Answer, place: Place) -> str:
    """The URL a redirect leads to, where scheme, host and port stay the same.

    Raises:
        SourceError: It leads elsewhere: whoever is there would get the token.
    """
    target = urljoin(answer.url, answer.headers.get("Location", ""))
    base, other = urlsplit(base_url), urlsplit(target)
    if (base.scheme, base.netloc.lower()) != (other.scheme, other.netloc.lower()):
        there = place.clean(f"{other.scheme}://{other.hostname}")
        reason = f"HTTP {answer.status} leads to {there}, which is not the source's base_url"
        raise place.fault(answer.url, reason, "REDIRECT", _other_host())
    return target


def _other_host() -> str:
    return "The token would go there too. If that is right, write that host as base_url."


def _value(found: object, path: str, answer: Answer, place: Place) -> str | None:
    if found is ABSENT or found in (None, "", False):
        return None
    if isinstance(found, str | int | float) and found is not True:
        return str(found)
    raise _unusable(path, answer, place)


def _unusable(path: str, answer: Answer, place: Place) -> SourceError:
    reason = f"what stands at {path} is neither text nor a number"
    return place.fault(answer.url, reason, "PAGING", _AGAIN)
