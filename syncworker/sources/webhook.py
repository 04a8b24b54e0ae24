"""The inbox of `syncworker webhook` as a source: what was received and stored, in that order.

The cursor is the id of the last delivery read. Ids can be seen in the order they are given (the
store sees to that), so nothing is stored behind a cursor and there is no overlap. A delivery that
was received after the watermark waits for the next run: the cursor stays before it. What was stored
behind it and received before the watermark, by another machine's clock, is read now and once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from syncworker.engine.memory import Delivery
from syncworker.engine.ports import Page, Reach, RejectedRow
from syncworker.engine.source_stores import Inbox
from syncworker.mapping.source_webhook import WebhookSource as WebhookConfig
from syncworker.model import stripe
from syncworker.model.stream import POLARS_TYPES
from syncworker.model.streams import STREAMS
from syncworker.sources.pages import RawRows, canonical, not_by_range
from syncworker.sources.webhook_form import Row, form_row, told
from syncworker.sources.webhook_json import document
from syncworker.sources.webhook_stripe import event_rows

PAGE_ROWS = 20_000
_PLACE = "webhook"


class WebhookSource:
    """Reads what was received for one source of a portal.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        inbox: Where the deliveries are.
        portal: The portal's name.
        page_rows: Deliveries of a page.
    """

    def __init__(
        self,
        name: str,
        config: WebhookConfig,
        inbox: Inbox,
        *,
        portal: str,
        page_rows: int = PAGE_ROWS,
    ) -> None:
        self.name = name
        self._config = config
        self._inbox = inbox
        self._portal = portal
        self._page_rows = page_rows

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself, or the three a Stripe subscription holds."""
        return stripe.STREAMS if self._config.format == "stripe" else (stream,)

    def incremental(self, stream: str) -> bool:  # noqa: ARG002 - a Source is asked by stream
        """True: what was read once does not come again."""
        return True

    def full_every(self, stream: str) -> timedelta | None:  # noqa: ARG002 - a Source is asked
        """None: old deliveries are removed, so the inbox never is the whole stream."""
        return None

    def count(self, stream: str) -> int | None:  # noqa: ARG002 - a Source is asked by stream
        """None: what was received long ago is gone."""
        return None

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        start = since or "0"
        after, cursor = (int(part) for part in (resume or f"{start} {start}").split())
        begun = False
        while True:
            found = self._inbox.read(
                self._portal, self.name, stream, after=after, most=self._page_rows
            )
            if found or not begun:
                due = [one for one in found if one.received_at <= watermark]
                late = next((one.id for one in found if one.received_at > watermark), None)
                nothing_late = cursor == after
                after, begun = found[-1].id if found else after, True
                if nothing_late:
                    cursor = after if late is None else late - 1
                form = self._config.format == "form"
                page = self._form(stream, due, watermark) if form else self._stripe(due, watermark)
                place = str(cursor) if cursor else None
                yield replace(page, resume=f"{after} {cursor}", cursor=place, passing=True)
            if len(found) < self._page_rows:
                return

    def reach(self, stream: str) -> Reach:  # noqa: ARG002 - a Source is asked by stream
        """Whole: what is still in the inbox is read again."""
        return "whole"

    def between(self, stream: str, **_: object) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`: no stream is asked."""
        raise not_by_range(self.name, stream)

    def _form(self, stream: str, due: Sequence[Delivery], watermark: datetime) -> Page:
        rows: list[Row] = []
        columns: set[str] = set()
        for delivery in due:
            submission = document(delivery.body) or {}
            rows.append(form_row(self._config, delivery, submission))
            columns |= told(self._config, submission)
        raw = RawRows(_PLACE, [delivery.id for delivery in due], _columns(stream, rows))
        frame, rejected = canonical(STREAMS[stream], raw, self.name, watermark)
        return Page(
            {stream: frame}, tuple(rejected), columns={stream: frozenset(columns)}, declared=False
        )

    def _stripe(self, due: Sequence[Delivery], watermark: datetime) -> Page:
        rows: dict[str, list[Row]] = {name: [] for name in stripe.STREAMS}
        moments: dict[str, list[datetime]] = {name: [] for name in stripe.STREAMS}
        ids: dict[str, list[int]] = {name: [] for name in stripe.STREAMS}
        rejected: list[RejectedRow] = []
        for delivery in due:
            told_ = event_rows(document(delivery.body) or {})
            for name, parts in told_.rows.items():
                rows[name] += [row for row, _ in parts]
                moments[name] += [moment for _, moment in parts]
                ids[name] += [delivery.id] * len(parts)
            rejected += [
                RejectedRow(part.stream, _PLACE, delivery.id, part.field, part.reason, part.key)
                for part in told_.refused
            ]
        frames = {}
        for name in stripe.STREAMS:
            # Numbered, so that the moments of the rows that fit can be told from the others'.
            raw = RawRows(_PLACE, range(len(rows[name])), _columns(name, rows[name]))
            frame, bad = canonical(STREAMS[name], raw, self.name, watermark)
            wrong = {row.position for row in bad}
            made = [moment for i, moment in enumerate(moments[name]) if i not in wrong]
            frames[name] = frame.with_columns(
                pl.Series("synced_at", made, POLARS_TYPES["datetime"])
            )
            rejected += [replace(row, position=ids[name][row.position]) for row in bad]
        return Page(frames, tuple(rejected), declared=False)


def _columns(stream: str, rows: Sequence[Row]) -> dict[str, list[object]]:
    names = [*(column.name for column in STREAMS[stream].columns), "deleted_at"]
    return {name: [row.get(name) for row in rows] for name in names}
