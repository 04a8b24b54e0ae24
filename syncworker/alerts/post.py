"""Posting JSON to an address that may be a secret itself: it is never in a message or a log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from syncworker.errors import AlertError

_TIMEOUT = (5, 10)  # seconds: to connect, and for the answer
_REJECTS = (400, 413, 422)
_GONE = (401, 403, 404, 410)
_LOCAL = ("localhost", "127.0.0.1", "::1")
_TOLD = 200


def post(url: str, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """Post it; what was answered, in a few words.

    Args:
        url: https, or http on this machine.
        body: JSON.
        headers: Beside its content type.
        now: For a Retry-After that names a moment.

    Raises:
        AlertError: It was not taken; redirects are not followed.
    """
    _require_safe(url)
    told = {"Content-Type": "application/json", "User-Agent": "syncworker", **headers}
    try:
        answer = requests.post(
            url, data=body, headers=told, timeout=_TIMEOUT, allow_redirects=False, stream=True
        )
        with answer:
            words = answer.raw.read(_TOLD, decode_content=True).decode("utf-8", "replace").strip()
    except requests.Timeout:
        raise AlertError("no answer within 10 s", help="is the address right?") from None
    except (requests.RequestException, ValueError, OSError) as error:
        # The library's own words hold the address.
        raise AlertError(
            f"it cannot be reached ({type(error).__name__})",
            help="is the address right, and may this machine reach it?",
        ) from None
    if answer.ok and answer.status_code < 300:  # noqa: PLR2004 - HTTP's own number
        return f"HTTP {answer.status_code}"
    raise AlertError(
        f"HTTP {answer.status_code}" + (f": {words}" if words and not _shows(words, url) else ""),
        help="is the address right, or has it been revoked?" if answer.status_code in _GONE else "",
        retry=answer.status_code not in _REJECTS,
        retry_after=_seconds(answer.headers.get("Retry-After", ""), now),
    )


def _require_safe(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme == "https" and host:
        return
    if parts.scheme != "http" or host not in _LOCAL:
        raise AlertError(
            "its address is no https:// address",
            help="see the variable or file that the mapping names; http is for localhost only",
        )


def _shows(words: str, url: str) -> bool:
    """Whether an answer repeats what is secret of the address."""
    parts = urlsplit(url)
    return any(len(part) > 1 and part in words for part in (parts.path, parts.query))


def _seconds(retry_after: str, now: datetime) -> float:
    """Retry-After is a number of seconds or a moment; 0 where it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0)
