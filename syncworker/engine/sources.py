"""What a portal's streams are, and how fresh what is staged of them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncworker.engine.engine import Engine
from syncworker.engine.freshness import provided
from syncworker.engine.letter_stores import Wanted
from syncworker.engine.mappings import checked


@dataclass(frozen=True, slots=True)
class StreamOverview:
    """A configured stream and what is staged of one canonical stream it provides.

    Attributes:
        source: The source's name.
        kind: Its kind.
        stream: The configured stream.
        canonical: The canonical stream.
        rows: Staged rows, earlier versions included.
        newest: The newest event time staged; None: none, or the stream has none.
        read_at: The watermark of the last reading that went to its end; None: never.
        problem: Why the last reading stopped; empty: it did not.
    """

    source: str
    kind: str
    stream: str
    canonical: str
    rows: int
    newest: datetime | None
    read_at: datetime | None
    problem: str


def overview(engine: Engine, portal: str) -> list[StreamOverview]:
    """Every stream of the mapping, in its order.

    Raises:
        MappingError: The mapping has errors.
        SettingsError: A secret of one of its sources is not there.
    """
    mapping = checked(portal, engine.mapping_text(portal))
    sources = engine.sources(portal, mapping)
    reads = {(read.source, read.stream): read for read in engine.pages.read(portal)}
    problems = {
        (one.letter.subject, one.letter.key): one.letter.message
        for one in engine.letters.kept(portal, Wanted(kind="stream"))
    }
    found = []
    for canonical, source, stream in provided(mapping, sources):
        pages = [p for p in engine.pages.staged(portal, canonical) if p.source == source]
        read = reads.get((source, stream))
        found.append(
            StreamOverview(
                source=source,
                kind=mapping.sources[source].kind,
                stream=stream,
                canonical=canonical,
                rows=sum(page.rows for page in pages),
                newest=max((page.newest for page in pages if page.newest), default=None),
                read_at=read.read_at if read else None,
                problem=problems.get((source, stream), ""),
            )
        )
    return found
