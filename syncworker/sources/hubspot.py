"""The mapping's own HubSpot portal as a source: forms, tickets, surveys, what people entered.

Every stream has a cursor: a reading starts from the newest change of the last finished run, less
the overlap, and ends at the run's watermark. Now and then a stream is read whole.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader, Submissions
from syncworker.engine.ports import Page, Reach
from syncworker.errors import PortalError
from syncworker.mapping.duration import duration
from syncworker.mapping.source_hubspot import FORM_STREAMS
from syncworker.mapping.source_hubspot import HubSpotSource as HubSpotConfig
from syncworker.sources import hubspot_deals, hubspot_surveys
from syncworker.sources.hubspot_forms import some_submissions, submission_rows
from syncworker.sources.hubspot_position import Position
from syncworker.sources.hubspot_records import Part, some_records
from syncworker.sources.hubspot_rows import Made, Refused, Row, page_of
from syncworker.sources.hubspot_scopes import source_error
from syncworker.sources.hubspot_tickets import ticket_rows, tickets_part
from syncworker.sources.hubspot_values import (
    STAGE_PARTS,
    require_properties,
    stage_rows,
    value_parts,
    value_rows,
)
from syncworker.sources.pages import stream_of

# A page is committed as a whole: with 50 records a request it takes 20 requests and more, which
# must be over before a worker's lease is.
PAGE_RECORDS = 1_000
_COUNTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "tickets": ("tickets", "", ()),
    "crm_deals": ("deals", "", ()),
    "survey_responses": (
        hubspot_surveys.PART.object,
        hubspot_surveys.TYPE,
        tuple(hubspot_surveys.KINDS),
    ),
}
Rows = Callable[[Part, Sequence[CrmRecord]], Sequence[Sequence[Row] | Refused]]


class HubSpotSource:
    """Reads a portal.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        connect: Gives what the portal is read with.
        page_rows: Records or submissions of a page at most.
    """

    def __init__(
        self,
        name: str,
        config: HubSpotConfig,
        connect: Callable[[], HubSpotReader],
        *,
        page_rows: int = PAGE_RECORDS,
    ) -> None:
        self.name = name
        self._config = config
        self._connect = connect
        self._page_records = min(page_rows, PAGE_RECORDS)

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself."""
        return (stream_of(self.name, stream).name,)

    def incremental(self, stream: str) -> bool:  # noqa: ARG002 - a Source is asked by stream
        """True: every stream has a cursor."""
        return True

    def full_every(self, stream: str) -> timedelta | None:  # noqa: ARG002 - a Source is asked
        """As configured."""
        return duration(self._config.full_every)

    def count(self, stream: str) -> int | None:
        """The records of a stream that is one object; None of others."""
        if stream not in _COUNTED:
            return None
        try:
            return self._connect().number(*_COUNTED[stream])
        except PortalError as error:
            raise source_error(error, self.name, stream) from None

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one.

        Raises:
            RateLimited: The portal takes no more requests for now, or today.
            Unavailable: HubSpot does not answer.
            Unauthorized: The mapping's token is not valid.
        """
        newest = None if since is None else datetime.fromisoformat(since)
        start = None if newest is None else newest - duration(self._config.overlap)
        position = Position(newest=newest) if resume is None else Position.load(resume)
        yield from self._read(stream, position, start, watermark, watermark)

    def reach(self, stream: str) -> Reach:  # noqa: ARG002 - a Source is asked by stream
        """At once: archived records and submissions are looked through from the newest on."""
        return "stretch"

    def between(
        self,
        stream: str,
        *,
        start: datetime,
        end: datetime,
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; raises as `pages` does."""
        position = Position() if resume is None else Position.load(resume)
        until = end - timedelta(milliseconds=1)  # HubSpot's times have no more
        yield from self._read(stream, position, start, until, watermark)

    def _read(
        self,
        stream: str,
        position: Position,
        start: datetime | None,
        until: datetime,
        watermark: datetime,
    ) -> Iterator[Page]:
        definition = stream_of(self.name, stream)
        if stream in FORM_STREAMS:
            read = self._submissions(stream, position, start, until)
        else:
            read = self._records(stream, position, start, until, watermark)
        came = False
        for made in read:
            came = True
            yield page_of(made, definition, self.name, watermark)
        if not came:
            yield page_of(Made("", (), position), definition, self.name, watermark)

    def _submissions(
        self, stream: str, position: Position, start: datetime | None, until: datetime
    ) -> Iterator[Made]:
        forms = {
            form: config
            for form, config in sorted(self._config.forms.items())
            if config.stream == stream
        }
        reader = self._connect()

        def ask(form: str, after: str, most: int) -> Submissions:
            try:
                return reader.submissions(form, after=after, most=most)
            except PortalError as error:
                raise source_error(error, self.name, stream, form) from None

        for sent in some_submissions(
            ask,
            list(forms),
            position,
            start=start,
            watermark=until,
            most=self._page_records,
        ):
            read = submission_rows(stream, sent.form, forms[sent.form], sent.submissions)
            yield Made(f"form {sent.form}", read, sent.position)

    def _records(
        self,
        stream: str,
        position: Position,
        start: datetime | None,
        until: datetime,
        watermark: datetime,
    ) -> Iterator[Made]:
        try:
            reader = self._connect()
            parts, rows = self._made(stream, reader, watermark)
            for some in some_records(
                reader,
                parts,
                position,
                start=start,
                watermark=until,
                most=self._page_records,
            ):
                yield Made(some.part.object, rows(some.part, some.records), some.position)
        except PortalError as error:
            raise source_error(error, self.name, stream) from None

    def _made(
        self, stream: str, reader: HubSpotReader, watermark: datetime
    ) -> tuple[Sequence[Part], Rows]:
        """What is read for a stream, and how rows are made of it."""
        config = self._config
        if stream == "tickets":
            account = config.account_property
            return (tickets_part(account),), lambda _, some: ticket_rows(reader, some, account)
        if stream == "survey_responses":
            scale = config.csat_scale
            parts = (hubspot_surveys.PART,)
            return parts, lambda _, some: hubspot_surveys.survey_rows(reader, some, scale)
        if stream == "crm_deals":
            options, currency = reader.properties("deals"), functools.cache(reader.currency)
            parts = (hubspot_deals.PART,)
            return parts, lambda _, some: hubspot_deals.deal_rows(reader, some, options, currency)
        if stream == "crm_values":
            named = value_parts(config.properties)
            require_properties(reader, named, self.name)
            return named, lambda part, some: value_rows(part, some, watermark)
        return STAGE_PARTS, lambda part, some: stage_rows(part, some, watermark)
