"""Reading a Stripe account in tests, and looking at what came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
from support.stripe_server import StripeServer
from support.stripe_world import stripe_source

from syncworker.engine.ports import Page

WATERMARK = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOVEMBER_20 = "2026-11-20T00:00:00+00:00"


def read(
    account: StripeServer,
    stream: str,
    *,
    since: str | None = None,
    resume: str | None = None,
    watermark: datetime = WATERMARK,
    **source: Any,
) -> list[Page]:
    """All pages of a reading by a source made anew."""
    made = stripe_source(account, **source)
    return list(made.pages(stream, since=since, resume=resume, watermark=watermark))


def rows(pages: list[Page], stream: str) -> list[dict[str, Any]]:
    """The rows of a canonical stream, in the order they came."""
    return pl.concat(page.frames[stream] for page in pages).to_dicts()


def only(pages: list[Page], stream: str) -> dict[str, Any]:
    """The one row of a canonical stream."""
    [row] = rows(pages, stream)
    return row


def rejected(pages: list[Page]) -> list[tuple[str, str, str]]:
    """Stream, field and key of the rows that did not fit."""
    return [(row.stream, row.field, row.key) for page in pages for row in page.rejected]


def moment(seconds: int) -> datetime:
    """A time of Stripe's as a row holds it."""
    return datetime.fromtimestamp(seconds, UTC)
