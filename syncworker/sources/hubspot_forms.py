"""Submissions of forms, newest first, some at a time.

HubSpot lists a form's submissions newest first and cannot be asked by date: a reading from a
cursor ends at the first request that brings only older ones. Submissions that arrive meanwhile come
first and move the others back; the ones met again are passed over, and those after the watermark
wait for the next run.
Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncworker.engine.hubspot_reader import Submission, Submissions
from syncworker.mapping.source_hubspot import HubSpotForm
from syncworker.sources.hubspot_position import Position, newer
from syncworker.sources.hubspot_rows import Row

# More are not sent between two requests; a restart later, some may come twice, by the same key.
_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """Submissions of one form, and where the reading stands behind them."""

    form: str
    submissions: tuple[Submission, ...]
    position: Position


def some_submissions(
    ask: Callable[[str, str, int], Submissions],
    forms: Sequence[str],
    position: Position,
    *,
    start: datetime | None,
    watermark: datetime,
    most: int,
) -> Iterator[Sent]:
    """Submissions in lists of about `most`, never an empty one.

    Args:
        ask: Gives up to so many submissions of a form from a mark of HubSpot's on.
        forms: GUIDs of the forms, in the order they are read.
        position: Where the reading goes on.
        start: From when on submissions are wanted; None: all.
        watermark: Until when.
        most: Submissions of a list.
    """
    while position.step < len(forms):
        form = forms[position.step]
        found: list[Submission] = []
        after, seen = position.after, position.seen
        while True:
            some = ask(form, after, most - len(found))
            new = [one for one in some.found if not _before(one, start)]
            found += [one for one in new if one.id not in seen and not _later(one, watermark)]
            seen = (*seen, *(one.id for one in some.found))[-_REMEMBERED:]
            after = some.after if new else ""
            if not after or len(found) >= most:
                break
        position = replace(
            position,
            step=position.step if after else position.step + 1,
            after=after,
            rows=position.rows + len(found),
            newest=newer(position.newest, *(one.at for one in found)),
            seen=seen if after else (),
        )
        if found:
            yield Sent(form, tuple(found), position)


def _before(one: Submission, start: datetime | None) -> bool:
    return start is not None and one.at is not None and one.at < start


def _later(one: Submission, watermark: datetime) -> bool:
    return one.at is not None and one.at > watermark


def submission_rows(
    stream: str, form: str, config: HubSpotForm, submissions: Sequence[Submission]
) -> list[list[Row]]:
    """For each submission its row of `demo_requests` or `trials`."""
    made = _trial if stream == "trials" else _request
    return [[made(one, form, config) | _address(one)] for one in submissions]


def _trial(one: Submission, form: str, _config: HubSpotForm) -> Row:
    return {"trial_id": one.id, "requested_at": one.at, "form_id": form}


def _request(one: Submission, form: str, config: HubSpotForm) -> Row:
    return {
        "submission_id": one.id,
        "submitted_at": one.at,
        "form_id": form,
        "type": config.type,
        "page": one.page,
    }


def _address(one: Submission) -> Row:
    address = next((value for name, value in one.fields if name.lower() == "email"), None)
    return {} if address is None else {"email": address}
