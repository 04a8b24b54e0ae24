"""What is staged, and how far each stream has been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, DeadLetter, Run, StagedPage, StreamRead
from syncworker.store import letters as letter_box
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import chunks, cursors, runs, staged_pages


class SqlPages:
    """`engine.source_stores.Pages` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit(
        self,
        chunk: Chunk,
        pages: Sequence[StagedPage],
        letters: Sequence[DeadLetter],
        progress: Mapping[str, Any],
        met: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Files, rejected rows and the place to go on from, together."""
        with self._database.write() as connection:
            update_mine(connection, chunk, progress=dict(progress), attempts=0)
            run = _run(connection, chunk)
            for page in pages:
                connection.execute(sa.insert(staged_pages), _page_row(run, chunk, page))
            for stream, key in met:
                letter_box.resolve(connection, run.portal, "row", stream, [key], run.at)
            letter_box.put(
                connection,
                self._database,
                run.portal,
                chunk.run_id,
                letters,
                run.at,
                source=chunk.payload["source"],
            )

    def whole(
        self,
        chunk: Chunk,
        stream: str,
        progress: Mapping[str, Any],
        *,
        deleted: StagedPage | None,
        instead: Sequence[StagedPage] | None = None,
    ) -> None:
        """Marks of deleted rows, what counts instead of the reading's files, and its letters."""
        source = chunk.payload["source"]
        with self._database.write() as connection:
            update_mine(connection, chunk, progress=dict(progress), attempts=0)
            run = _run(connection, chunk)
            if instead is not None:
                connection.execute(
                    sa.update(staged_pages)
                    .where(
                        staged_pages.c.portal == run.portal,
                        staged_pages.c.source == source,
                        staged_pages.c.stream == stream,
                        staged_pages.c.run_id == chunk.run_id,
                    )
                    .values(outdated=True)
                )
            letter_box.resolve_rows(connection, run.portal, source, stream, chunk.run_id, run.at)
            marks = () if deleted is None else (replace(deleted, deletions=True),)
            for page in (*(instead or ()), *marks):
                connection.execute(sa.insert(staged_pages), _page_row(run, chunk, page))

    def merge(self, chunk: Chunk, merged: StagedPage, places: Sequence[str]) -> None:
        """The merged file in, the others out, together."""
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            run = _run(connection, chunk)
            # It holds earlier readings' rows: it is not of this run.
            row = {**_page_row(run, chunk, merged), "run_id": ""}
            connection.execute(sa.insert(staged_pages), row)
            connection.execute(
                sa.update(staged_pages)
                .where(staged_pages.c.portal == run.portal, staged_pages.c.place.in_(places))
                .values(outdated=True)
            )

    def swap(self, run: Run, places: Sequence[str], page: StagedPage | None) -> None:
        """Another file, or none, counts from now on instead of those."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(staged_pages)
                .where(staged_pages.c.portal == run.portal, staged_pages.c.place.in_(places))
                .values(outdated=True)
            )
            if page is not None:
                row = {**asdict(page), "portal": run.portal, "run_id": "", "chunk_id": 0}
                connection.execute(sa.insert(staged_pages), row | {"outdated": False})

    def places(self, portal: str) -> list[str]:
        """Every file that is known, outdated ones too."""
        query = sa.select(staged_pages.c.place).where(staged_pages.c.portal == portal)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def staged(self, portal: str, stream: str, *, run_id: str | None = None) -> list[StagedPage]:
        """Files that count."""
        page = staged_pages.c
        query = (
            sa.select(page.source, page.stream, page.place, page.rows, page.newest, page.deletions)
            .where(page.portal == portal, page.stream == stream, ~page.outdated)
            .order_by(page.id)
        )
        if run_id is not None:
            query = query.where(page.run_id == run_id, ~page.deletions)
        with self._database.read() as connection:
            return [StagedPage(**row) for row in connection.execute(query).mappings()]

    def outdated(self, portal: str) -> list[str]:
        """Files that do not count any more."""
        query = sa.select(staged_pages.c.place).where(
            staged_pages.c.portal == portal, staged_pages.c.outdated
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def forget(self, portal: str, places: Sequence[str]) -> None:
        """The files were removed."""
        with self._database.write() as connection:
            for place in places:
                connection.execute(
                    sa.delete(staged_pages).where(
                        staged_pages.c.portal == portal, staged_pages.c.place == place
                    )
                )

    def read(self, portal: str) -> list[StreamRead]:
        """How each stream was last read to its end."""
        row = cursors.c
        query = sa.select(
            row.source,
            row.stream,
            row.cursor,
            row.read_at,
            row.rows,
            row.full_at,
            row["columns"],
        ).where(row.portal == portal)
        with self._database.read() as connection:
            found = connection.execute(query).mappings()
            return [StreamRead(**{**row, "columns": row["columns"] or {}}) for row in found]


def move_cursors(connection: sa.Connection, database: Database, run: Run) -> None:
    """Let the streams' next reading start where this run's ended."""
    done = connection.execute(
        sa.select(chunks.c.payload, chunks.c.result).where(
            chunks.c.run_id == run.id, chunks.c.step == "extract", chunks.c.status == "done"
        )
    ).all()
    # A stretch of the past says nothing of where the next reading starts.
    read = [
        (payload, result)
        for payload, result in done
        if "stopped" not in result and "from" not in payload
    ]
    newer_than = _read_at(connection, run.portal)
    told = ("cursor", "read_at", "rows", "run_id", "columns")
    for payload, result in read:
        read_at = datetime.fromisoformat(result.get("read_at", run.as_of.isoformat()))
        known = newer_than.get((payload["source"], payload["stream"]))
        if known is not None and known > read_at:
            continue  # another run has read it since, while this one waited
        row = {
            "portal": run.portal,
            "source": payload["source"],
            "stream": payload["stream"],
            "cursor": result["cursor"],
            "read_at": read_at,
            "rows": result["rows"],
            "run_id": run.id,
            "columns": result.get("columns", {}),
            "full_at": read_at if result.get("whole") else None,
        }
        newer = (*told, "full_at") if result.get("whole") else told
        connection.execute(database.upsert(cursors, ("portal", "source", "stream"), newer), row)


def _read_at(connection: sa.Connection, portal: str) -> dict[tuple[str, str], datetime]:
    row = cursors.c
    query = sa.select(row.source, row.stream, row.read_at).where(row.portal == portal)
    return {(source, stream): at for source, stream, at in connection.execute(query)}


def _run(connection: sa.Connection, chunk: Chunk) -> Any:  # noqa: ANN401 - a row with portal and at
    query = sa.select(runs.c.portal, runs.c.as_of.label("at")).where(runs.c.id == chunk.run_id)
    return connection.execute(query).one()


def _page_row(run: Any, chunk: Chunk, page: StagedPage) -> dict[str, Any]:  # noqa: ANN401 - either
    return {
        "portal": run.portal,
        "source": page.source,
        "stream": page.stream,
        "place": page.place,
        "rows": page.rows,
        "newest": page.newest,
        "run_id": chunk.run_id,
        "chunk_id": chunk.id,
        "deletions": page.deletions,
        "outdated": False,
    }
