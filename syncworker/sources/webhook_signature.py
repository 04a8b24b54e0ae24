"""Whether a request was signed by who knows the secret, and lately.

Both formats sign the time and the body, joined by a dot, with HMAC-SHA256, as Stripe has published
it (https://docs.stripe.com/webhooks#verify-manually): a body cannot be changed, and a request that
was overheard cannot be sent again later.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from syncworker.mapping.source_webhook import WebhookFormat

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES = 16


def refusal(
    format_: WebhookFormat,
    headers: Mapping[str, str],
    body: bytes,
    secret: str,
    *,
    now: datetime,
    tolerance_seconds: int,
) -> str:
    """Why a request is refused, or "" where it is signed well.

    Args:
        format_: stripe: `Stripe-Signature: t=…,v1=…`, of which there may be several v1 while a
            secret is replaced; form: `X-Timestamp` and `X-Signature-256: sha256=…`.
        headers: The request's headers; their names in any case.
        body: As it came, byte by byte.
        secret: What it should be signed with.
        now: The time; aware.
        tolerance_seconds: How far the request's time may lie from `now`, either way.
    """
    timestamp, signatures = _stripe(headers) if format_ == "stripe" else _form(headers)
    if not _SECONDS.fullmatch(timestamp) or not signatures:
        return "the signature is missing or cannot be read"
    expected = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    # Every one is compared, in a time that does not tell how much of it is right.
    matches = [hmac.compare_digest(expected.hexdigest(), one.lower()) for one in signatures]
    if not any(matches):
        return "the signature does not fit"
    if abs(now.timestamp() - int(timestamp)) > tolerance_seconds:
        return "the request is too old, or a clock is wrong"
    return ""


def _stripe(headers: Mapping[str, str]) -> tuple[str, list[str]]:
    pairs = [part.strip().partition("=") for part in headers.get("stripe-signature", "").split(",")]
    timestamp = next((value for name, _, value in pairs if name == "t"), "")
    found = [value for name, _, value in pairs if name == "v1" and _HEX.fullmatch(value)]
    return timestamp, found[:_MOST_SIGNATURES]


def _form(headers: Mapping[str, str]) -> tuple[str, list[str]]:
    name, _, value = headers.get("x-signature-256", "").partition("=")
    fits = name == "sha256" and _HEX.fullmatch(value)
    return headers.get("x-timestamp", ""), [value] if fits else []
