"""What could not be read is resolved by every reading that covers it, however it is cut."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.fake_engine import AS_OF

from syncworker.engine import retry, unread
from syncworker.engine.engine import Engine
from syncworker.engine.letter_stores import KeptLetter
from syncworker.engine.memory import Run
from syncworker.errors import SourceError

RUN = Run("1", "acme", "sync", "inline", AS_OF, force=False, mapping="", created_at=AS_OF)
FAILED = "users 2026-11-08T00:00:00+00:00 to 2026-11-15T00:00:00+00:00"


def day(number: int) -> str:
    return datetime(2026, 11, number, tzinfo=UTC).isoformat()


def part(first: int, last: int, **more: str) -> dict[str, Any]:
    """A slice of a backfill."""
    return {"source": "app", "stream": "users", "from": day(first), "to": day(last), **more}


def read(at: int = 21, *, whole: bool = True, **more: str) -> dict[str, Any]:
    """A reading of the stream as a sync reads it."""
    return {"source": "app", "stream": "users", "read_at": day(at), "whole": whole, **more}


def letter(payload: dict[str, Any]) -> KeptLetter:
    return KeptLetter(unread.letter(payload, SourceError("locked")), "1", "", AS_OF)


def resolved(by: list[dict[str, Any]], *payloads: dict[str, Any]) -> list[str]:
    found: list[str] = []
    letters = SimpleNamespace(
        kept=lambda *_: [letter(one) for one in payloads],
        resolve=lambda _portal, _kind, _source, keys, _now: found.extend(keys),
    )
    chunks = SimpleNamespace(results=lambda *_: by)
    unread.resolve(cast("Engine", SimpleNamespace(letters=letters, chunks=chunks)), RUN)
    return found


@pytest.mark.parametrize(
    "by",
    [
        [part(8, 15)],
        [part(1, 30)],
        [part(11, 14), part(14, 16), part(8, 11), part(2, 3)],
        [part(1, 20), part(2, 3)],
        [read()],
    ],
    ids=["the same slice", "a longer one", "several together", "one within another", "the whole"],
)
def test_a_slice_that_could_not_be_read_is_resolved_once_it_was(by: list[dict[str, Any]]) -> None:
    assert resolved(by, part(8, 15)) == [FAILED]


@pytest.mark.parametrize(
    "by",
    [
        [part(8, 14), part(15, 20)],
        [part(9, 20)],
        [part(8, 12), part(12, 15, stopped="LOCKED")],
        [part(8, 15, source="other")],
        [part(8, 15, stream="events")],
        [read(whole=False)],
        [read(at=12)],
        [read(stopped="LOCKED")],
        [],
    ],
    ids=["a gap", "too late", "a failed one", "another source", "another stream",
         "from a cursor", "read before", "a failed whole", "nothing"],
)  # fmt: skip
def test_a_slice_stays_unread_until_all_of_it_was_read(by: list[dict[str, Any]]) -> None:
    assert resolved(by, part(8, 15)) == []


def test_a_stream_a_sync_could_not_read_is_not_resolved_by_a_stretch_of_it() -> None:
    assert resolved([part(1, 30)], read()) == []
    assert resolved([read(whole=False)], read()) == ["users"]


def test_a_retry_reads_the_stream_of_a_slice_whole() -> None:
    asked = retry.stream_options(
        cast("Engine", None), "acme", [letter(part(8, 15)), letter(read())]
    )
    assert asked == {"streams": ["app.users"], "full": True}
