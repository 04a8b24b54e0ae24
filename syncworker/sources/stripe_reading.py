"""One reading of one of Stripe's streams: list by list, or what events say has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from syncworker.engine.ports import Page, RejectedRow
from syncworker.model.streams import STREAMS
from syncworker.model.stripe_json import Parts, id_of, number
from syncworker.sources.pages import RawRows, canonical
from syncworker.sources.stripe_client import Client, Slice, Vanished
from syncworker.sources.stripe_place import Place, cursor_after
from syncworker.sources.stripe_reader import Listing, Reader

_EVENTS = "/v1/events"


class Reading:
    """One call of `pages`.

    Args:
        source: The source's name.
        provides: The canonical streams of a page.
        reader: What is read.
        client: The session.
        watermark: What was made after it waits for the next run.
        made: Of lists, from when until when objects were made, in seconds since 1970; None: all.
    """

    def __init__(
        self,
        source: str,
        provides: tuple[str, ...],
        reader: Reader,
        client: Client,
        watermark: datetime,
        made: tuple[int, int] | None = None,
    ) -> None:
        self._source = source
        self._provides = provides
        self._reader = reader
        self._client = client
        self._watermark = watermark
        self._until = int(watermark.timestamp()) if made is None else made[1]
        self._from = [] if made is None else [("created[gte]", made[0])]

    def whole(self, place: Place | None, limit: int) -> Iterator[Page]:
        """Everything, list by list."""
        if place is None:
            # Before the lists: what changes while they are read comes again by its event.
            newest = next(iter(self._client.slices(_EVENTS, self._events(None), limit=1))).objects
            at = number(newest[0].get("created")) if newest else None
            place = Place(cursor_after(at, None, self._watermark))
        if place.listing >= len(self._reader.listings):
            yield self._page([], place)
        for listing in self._reader.listings[place.listing :]:
            for one in self._slices(listing, place, limit):
                last = one.objects[-1] if one.objects else {}
                count = len(one.objects)
                after = place.behind(id_of(last), number(last.get("created")), count)
                parts = [
                    (place.rows + index, self._reader.parts(value))
                    for index, value in enumerate(one.objects, start=1)
                    if listing.takes(value)
                ]
                place = after if one.more else after.next_listing()
                yield self._page(parts, place)

    def changed(
        self, place: Place | None, limit: int, start: datetime, since: str | None
    ) -> Iterator[Page]:
        """The objects that events tell of, in the order of their ids."""
        newest = None
        for event in self._client.listed(_EVENTS, self._events(start)):
            newest = max(number(event.get("created")), newest or 0)
            self._reader.take(event)
        place = place or Place(cursor_after(newest, since, self._watermark))
        ids = sorted(one for one in self._reader.touched() if one > (place.after or ""))
        for begin in range(0, len(ids), limit) or (0,):
            here = ids[begin : begin + limit]
            found = [
                (place.rows + index, parts)
                for index, one in enumerate(here, start=1)
                if (parts := self._reader.changed(one)) is not None
            ]
            place = place.behind(here[-1] if here else place.after, None, len(here))
            yield self._page(found, place)

    def _slices(self, listing: Listing, place: Place, limit: int) -> Iterator[Slice]:
        """The list's answers; it goes on by time where the object it stood at is deleted."""
        after, created, until = place.after, place.created, self._until
        while True:
            asked = [*listing.parameters, *self._from, ("created[lte]", until)]
            try:
                for one in self._client.slices(listing.path, asked, after=after, limit=limit):
                    created = number(one.objects[-1].get("created")) if one.objects else created
                    yield one
            except Vanished:
                after, until = None, created if created is not None else until
            else:
                return

    def _events(self, start: datetime | None) -> list[tuple[str, str | int]]:
        asked: list[tuple[str, str | int]] = [("types[]", t) for t in self._reader.event_types]
        asked.append(("created[lte]", self._until))
        return [*asked, ("created[gte]", int(start.timestamp()))] if start else asked

    def _page(self, found: Sequence[tuple[int, Parts]], place: Place) -> Page:
        """The page of objects at their positions; behind it is `place`."""
        path = self._reader.listings[0].path
        rejected = [
            RejectedRow(one.stream, path, position, one.field, one.reason, one.key)
            for position, each in found
            for one in each.refused
        ]
        frames = {}
        for name in self._provides:
            rows = [(position, row) for position, each in found for row in each.rows[name]]
            names = [column.name for column in STREAMS[name].columns] + ["deleted_at"]
            raw = RawRows(
                path,
                [position for position, _ in rows],
                {column: [row.get(column) for _, row in rows] for column in names},
            )
            frames[name], bad = canonical(STREAMS[name], raw, self._source, self._watermark)
            rejected += bad
        rejected.sort(key=lambda row: row.position)
        return Page(
            frames, tuple(rejected), resume=place.dump(), cursor=place.cursor, declared=False
        )
