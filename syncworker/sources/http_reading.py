"""One reading of a stream: window by window, page by page, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncworker.engine.ports import Page
from syncworker.mapping.source_http import HttpStream
from syncworker.model.stream import Stream
from syncworker.model.values import Unfit, to_datetime
from syncworker.sources.http_body import MOST_UNPACKED
from syncworker.sources.http_client import Client
from syncworker.sources.http_faults import Place
from syncworker.sources.http_paging import MOST_PAGES, At, Pages
from syncworker.sources.http_paths import ABSENT, find, parts
from syncworker.sources.http_position import Position
from syncworker.sources.http_records import Record, Records
from syncworker.sources.http_request import page_request
from syncworker.sources.http_rows import Rows
from syncworker.sources.http_times import window_end
from syncworker.sources.pages import require_columns

PAGE_SECONDS = 30.0  # after which a page is given, however few rows it has


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read at a time.

    Attributes:
        page_rows: Rows of a page; it grows to the end of an answer that is one JSON document.
        pages: Pages the API may have in one window.
        unpacked: Bytes that one answer may unpack to.
    """

    page_rows: int = 20_000
    pages: int = MOST_PAGES
    unpacked: int = MOST_UNPACKED


class Reading:
    """Reads one stream once.

    Args:
        source: The source's name.
        base_url: Where its API is.
        stream: The canonical stream.
        config: How it is asked for.
        client: Asks.
        bounds: How much is read at a time.
        since: Rows whose cursor lies before it are left out; None: none.
        until: Up to which time rows are read.
        watermark: The moment the rows are read as of.
        now: Seconds of a clock that only goes forward.
        secrets: Texts that no message may hold.
    """

    def __init__(  # noqa: PLR0913 - what a reading is made of
        self,
        *,
        source: str,
        base_url: str,
        stream: Stream,
        config: HttpStream,
        client: Client,
        bounds: Bounds,
        since: datetime | None,
        until: datetime,
        watermark: datetime,
        now: Callable[[], float],
        secrets: Sequence[str],
    ) -> None:
        self._source = source
        self._base = base_url
        self._stream = stream
        self._config = config
        self._client = client
        self._bounds = bounds
        self._since = since
        self._until = until
        self._watermark = watermark
        self._now = now
        self._secrets = secrets
        self._cursor = parts(config.cursor.field) if config.cursor else ()
        self._pages = Pages(base_url, config, bounds.pages)
        self._position = Position()
        self._first = self._empty = True
        self._begin()

    def pages(self, position: Position) -> Iterator[Page]:
        """The pages behind a position; at least one.

        Raises:
            SourceError: The API cannot be read. The pages that came are whole.
        """
        self._position = position
        self._first = position.records == 0
        while not self._position.ended:
            yield from self._answered()
            if self._full():
                yield self._page()
        if self._rows.height or self._empty:
            yield self._page()

    def _answered(self) -> Iterator[Page]:
        """Reads one answer; pages come only out of JSON Lines, which may be long."""
        inside = self._position.inside
        place = Place(
            self._source,
            self._stream.name,
            self._config.method,
            self._position.requests + 1,
            self._secrets,
        )
        request = page_request(self._base, self._config, self._position, self._until, place)
        answer = self._client.ask(request, place, missing_is_empty=self._config.missing_is_empty)
        if answer is None:
            self._onward(None)
            return
        with answer.file:
            records = Records(answer, self._config, place, self._bounds.unpacked)
            for record in records:
                if records.count > inside:
                    self._take(record)
                    if records.document is ABSENT and self._full():
                        yield self._page()
            self._rows.names = records.names or self._rows.names
            asked = self._position.requests + 1
            next_ = self._pages.following(self._position.at, asked, answer, records, place)
        self._onward(next_)

    def _take(self, record: Record | str) -> None:
        position = self._position
        number, newest = position.records + 1, position.newest
        if isinstance(record, str):
            self._rows.reject(number, record)
        else:
            changed = self._changed(record)
            if self._wanted(changed):
                self._rows.add(record, number)
                newest = max(newest or changed, changed) if changed is not None else newest
        self._position = replace(
            position, records=number, inside=position.inside + 1, newest=newest
        )

    def _wanted(self, changed: datetime | None) -> bool:
        """What does not tell when it changed is left to readings that are not of a stretch."""
        if changed is None:
            return self._since is None
        return changed <= self._until and (self._since is None or changed >= self._since)

    def _changed(self, record: Record) -> datetime | None:
        """When the record changed; None where it does not tell, and then it is always taken."""
        if not self._cursor:
            return None
        value = find(record, self._cursor)
        try:
            return None if value is ABSENT or value is None else to_datetime(value)
        except Unfit:
            return None

    def _onward(self, next_: At | None) -> None:
        """To the next page, else to the next window, else to the end."""
        position = self._position
        if next_ is not None:
            self._position = replace(position, at=next_, inside=0, requests=position.requests + 1)
            return
        end = window_end(self._config.cursor, position.start, self._until)
        self._pages.window()
        self._position = replace(
            position, start=end, at=None, inside=0, requests=0, ended=end >= self._until
        )

    def _full(self) -> bool:
        late = self._now() - self._began >= PAGE_SECONDS
        return self._rows.height >= (1 if late else self._bounds.page_rows)

    def _begin(self) -> None:
        self._rows = Rows(self._stream, self._config, self._source, self._watermark)
        self._began = self._now()

    def _page(self) -> Page:
        rows, newest = self._rows, self._position.newest
        present = rows.present()
        if self._first and (rows.rows or rows.names):
            help_ = f"Correct the column's path under fields: of {self._stream.name}."
            require_columns(self._source, self._stream, rows.place, present, help_)
            self._first = False
        frame, rejected = rows.page()
        self._empty = False
        self._begin()
        return Page(
            {self._stream.name: frame},
            rejected,
            resume=self._position.dump(),
            cursor=newest.isoformat() if newest else None,
            columns={self._stream.name: present},
            declared=rows.names is not None,
        )
