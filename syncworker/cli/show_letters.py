"""Dead letters as people and programs read them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.cli.show_run import examples, noun
from syncworker.engine.letter_stores import KeptLetter
from syncworker.engine.retry import Retried

_FIELDS = (
    *("portal", "kind", "subject", "key", "property", "cause", "message", "help", "values"),
    *("source", "run_id", "first_at", "last_at", "discarded"),
)
_MOST_LINES = 1_000
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)

Group = tuple[str, str]


def groups(letters: Sequence[KeptLetter]) -> list[tuple[Group, list[KeptLetter]]]:
    """Letters by cause and place, the most frequent first."""
    found: dict[Group, list[KeptLetter]] = {}
    for one in letters:
        found.setdefault((one.letter.cause, place(one)), []).append(one)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def place(one: KeptLetter) -> str:
    """The object or stream, with the property at fault."""
    letter = one.letter
    return f"{letter.subject}.{letter.property}" if letter.property else letter.subject


def list_lines(portal: str, letters: Sequence[KeptLetter], now: datetime) -> Iterator[str]:
    """By cause and place: how many, since when, a few with what is wrong, and what to type."""
    open_ones = [one for one in letters if not one.discarded]
    for (cause, where), group in groups(open_ones):
        first = min(one.letter.first_at or one.last_at for one in group)
        many = counted(len(group), noun(group[0].letter))
        yield from columns([(cause, where, many, f"first seen {age(now - first)} ago", portal)])
        yield from examples([one.letter for one in group])
        yield f"      = retry after the fix: syncworker dead-letters retry {portal} --cause {cause}"
    for (cause, where), group in groups([one for one in letters if one.discarded]):
        many = counted(len(group), noun(group[0].letter))
        yield from columns([(cause, where, many, "discarded", portal)])
        for reason in dict.fromkeys(one.discarded for one in group):
            of_reason = [one for one in group if one.discarded == reason]
            yield f"      {counted(len(of_reason), noun(of_reason[0].letter))}: {reason}"


def age(passed: timedelta) -> str:
    """About how long ago."""
    if passed >= _DAY:
        return f"{passed // _DAY} d"
    return f"{passed // _HOUR} h" if passed >= _HOUR else f"{passed // timedelta(minutes=1)} min"


def whole_lines(one: KeptLetter) -> Iterator[str]:
    """One letter with all that is known of it."""
    letter = one.letter
    yield f"{letter.subject} {letter.key}"
    told = [
        ("cause", letter.cause),
        ("property", letter.property),
        ("what is wrong", letter.message),
        ("fix", letter.help),
        ("source", one.source),
        ("first seen", _time(letter.first_at)),
        ("last seen", _time(one.last_at)),
        ("last sent", _time(one.tried_at)),
        ("run", one.run_id),
    ]
    if one.discarded:
        told.append(("discarded", f"{_time(one.resolved_at)}: {one.discarded}"))
    yield from columns([(name, text) for name, text in told if text])
    if letter.values:
        yield "  meant"
        yield from columns([(n, v or "(empty)") for n, v in sorted(letter.values.items())], "    ")


def retried_lines(retried: Sequence[Retried]) -> Iterator[str]:
    """What each letter came to."""
    rows = []
    for one in retried[:_MOST_LINES]:
        now = one.now or one.letter
        what = _NOT_MET if one.came_to == "not met" else ""
        what = now.letter.message if one.came_to == "still open" else what
        about = f"{now.letter.cause} {place(now)}"
        rows.append((one.came_to, one.letter.letter.key, f"{about}: {what}" if what else about))
    yield from columns(rows)
    if len(retried) > _MOST_LINES:
        yield f"  … {len(retried) - _MOST_LINES:,} more"


def document(portal: str, one: KeptLetter) -> dict[str, Any]:
    """One letter for people's programs."""
    letter = one.letter
    return {
        "portal": portal,
        **{name: getattr(letter, name) for name in _FIELDS[1:8]},
        "values": dict(letter.values),
        "first_at": letter.first_at,
        **{name: getattr(one, name) for name in ("source", "run_id", "last_at", "tried_at")},
        "discarded_at": one.resolved_at if one.discarded else None,
        "discarded": one.discarded,
    }


def list_document(by_portal: Mapping[str, Sequence[KeptLetter]]) -> dict[str, Any]:
    """The groups for people's programs."""
    return {
        "groups": [
            {
                "portal": portal,
                "cause": cause,
                "kind": group[0].letter.kind,
                "subject": group[0].letter.subject,
                "property": group[0].letter.property,
                "records": len(group),
                "discarded": sum(bool(one.discarded) for one in group),
                "first_at": min(one.letter.first_at or one.last_at for one in group),
                "last_at": max(one.last_at for one in group),
                "help": list(dict.fromkeys(one.letter.help for one in group if one.letter.help)),
                "retry": f"syncworker dead-letters retry {portal} --cause {cause}",
                "keys": [one.letter.key for one in group],
            }
            for portal, letters in by_portal.items()
            for (cause, _), group in groups(letters)
        ]
    }


def as_csv(portal: str, letters: Sequence[KeptLetter], shown: Callable[[str], str]) -> str:
    """A line for each letter.

    Args:
        portal: The portal's name.
        letters: The letters.
        shown: What becomes of each text before it is written: it is masked, or left as it is.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_FIELDS)
    for one in letters:
        row = document(portal, one)
        row["values"] = json.dumps(row["values"], ensure_ascii=False, sort_keys=True)
        writer.writerow([shown(_cell(row[name])) for name in _FIELDS])
    return out.getvalue()


_NOT_MET = "it is no longer in the source, linked or mapped; the next sync closes it"


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
