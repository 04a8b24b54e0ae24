"""Trying dead letters again: from today's values, never what was meant when they came up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from syncworker.engine import unread
from syncworker.engine.engine import Engine
from syncworker.engine.letter_stores import KeptLetter, Wanted
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run

CameTo = Literal["got through", "still open", "not met", "waits for a sync"]


@dataclass(frozen=True, slots=True)
class Retried:
    """What a letter came to; `now` is the letter as it stands where it is still open."""

    letter: KeptLetter
    came_to: CameTo
    now: KeptLetter | None = None


def record_options(letters: Iterable[KeptLetter]) -> dict[str, Any]:
    """Options of the run that computes and sends the letters' records and no others."""
    records: dict[str, set[str]] = {}
    for one in letters:
        if one.letter.kind == "record":
            records.setdefault(one.letter.subject, set()).add(one.letter.key)
    if not records:
        return {}
    by_object = {name: sorted(keys) for name, keys in sorted(records.items())}
    return {"people": [], "records": by_object}


def stream_options(engine: Engine, portal: str, letters: Iterable[KeptLetter]) -> dict[str, Any]:
    """Options of the run that reads the letters' streams again, whole; nothing: there are none.

    Raises:
        MappingError: The mapping has errors.
    """
    streams: set[str] = set()
    for one in letters:
        if one.letter.kind == "stream":
            streams.add(f"{one.letter.subject}.{unread.stream_of(one.letter)}")
        elif one.letter.kind == "row":
            streams.update(_streams_of(engine, portal, one))
    return {"streams": sorted(streams), "full": True} if streams else {}


def came_to(
    engine: Engine, portal: str, letters: Sequence[KeptLetter], runs: Sequence[Run]
) -> Iterator[Retried]:
    """What each letter came to in the runs that tried it again."""
    open_now = {_place(one): one for one in engine.letters.kept(portal, Wanted())}
    ids = {run.id for run in runs}
    for one in letters:
        now = open_now.get(_place(one))
        if now is None:
            yield Retried(one, "got through")
        elif one.letter.kind == "identity":
            yield Retried(one, "waits for a sync", now)
        else:
            yield Retried(one, "still open" if now.run_id in ids else "not met", now)


def _streams_of(engine: Engine, portal: str, letter: KeptLetter) -> Iterator[str]:
    """The configured streams that the letter's row comes from."""
    mapping = checked(portal, engine.mapping_text(portal))
    for name, source in engine.sources(portal, mapping).items():
        if letter.source in {"", name}:
            for stream in mapping.sources[name].streams:
                if letter.letter.subject in source.provides(stream):
                    yield f"{name}.{stream}"


def _place(one: KeptLetter) -> tuple[str, str, str, str]:
    return one.letter.kind, one.letter.subject, one.letter.key, one.letter.property
