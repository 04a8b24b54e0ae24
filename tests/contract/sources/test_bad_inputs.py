"""No input spoils more than itself.

A bad row is told with place and reason and its neighbours come through; a file that cannot be read
stops its stream with nothing half done.
"""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path

import pytest
from support.files_bad import CSV, JSON, TABLES, Case, cases, write
from support.files_bad_bytes import packed
from support.files_bad_values import ID, good_row
from support.source_world import START, WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.mapping.source_sql import SqlSource, SqlStream
from syncworker.model.streams import STREAMS
from syncworker.sources.registry import Surroundings, build

CASES = list(cases())


def source(container: str, stream: str, folder: Path) -> tuple[Source, str]:
    """A source of the case's file or database, and the place its rows are told with."""
    if container == "sqlite":
        config = SqlSource(
            kind="sql", url="env:APP", streams={stream: SqlStream(query="SELECT * FROM bad")}
        )
        url = f"sqlite:///{folder}/bad.sqlite"
        return build("app", config, Surroundings(lambda _: url, page_rows=2)), f"query of {stream}"
    os.utime(folder / f"bad.{container}", (START.timestamp(),) * 2)
    files = FilesSource(
        kind="files", path=str(folder), streams={stream: FileStream(path=f"bad.{container}")}
    )
    return build("app", files, Surroundings(str, page_rows=2)), f"bad.{container}"


def read(source: Source, stream: str) -> tuple[list[Page], SourceError | None]:
    pages: list[Page] = []
    try:
        pages.extend(source.pages(stream, since=None, resume=None, watermark=WATERMARK))
    except SourceError as error:
        return pages, error
    return pages, None


def test_there_are_at_least_five_hundred_bad_inputs() -> None:
    assert len(CASES) >= 500
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.name))
def test_a_bad_input_spoils_no_more_than_itself(case: Case, tmp_path: Path) -> None:
    write(case, tmp_path / f"bad.{case.container}")
    made, place = source(case.container, case.stream, tmp_path)
    pages, error = read(made, case.stream)
    frames = [page.frames[case.stream] for page in pages]
    found = [key for frame in frames for key in frame[ID[case.stream]]]
    told = [row for page in pages for row in page.rejected]

    assert all(frame.schema == STREAMS[case.stream].schema() for frame in frames)
    if case.error:
        assert error is not None
        assert error.message.startswith(f"source app, stream {case.stream}: ")
        assert place in error.message
        assert re.search(case.error, error.message)
        assert error.help
        assert told == []
        assert found == list(case.good)[: len(found)]
        return
    assert error is None
    assert found == list(case.good)
    assert [(row.position, row.field) for row in told] == [(p, f) for p, f, _ in case.rejected]
    for row, (_, _, reason) in zip(told, case.rejected, strict=True):
        assert row.reason.startswith(reason)
        assert (row.stream, row.place) == (case.stream, place)


@pytest.mark.parametrize("container", TABLES)
def test_a_field_of_ten_megabytes_rejects_its_row_and_no_other(
    container: str, tmp_path: Path
) -> None:
    rows = [good_row("users", number) for number in range(5)]
    rows[2]["role"] = "x" * (10 * 2**20)
    case = Case("10 MB", container, "users", rows=rows)
    write(case, tmp_path / f"bad.{container}")
    made, place = source(container, "users", tmp_path)
    pages, error = read(made, "users")
    (told,) = [row for page in pages for row in page.rejected]

    assert error is None
    assert [key for page in pages for key in page.frames["users"]["user_id"]] == [
        "k0",
        "k1",
        "k3",
        "k4",
    ]
    assert (told.place, told.position) == (place, 4 if container in CSV else 3)
    assert told.reason.startswith("is longer than ")
    assert len(told.reason) < 100


@pytest.mark.parametrize("container", [*CSV, *JSON])
def test_a_file_without_a_line_end_is_never_held_in_memory(container: str, tmp_path: Path) -> None:
    header = b"user_id,role\n" if container in CSV else b""
    (tmp_path / f"bad.{container}").write_bytes(packed(container, header + b"x" * 200 * 2**20))
    made, place = source(container, "users", tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages, error = read(made, "users")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert error is None
    (told,) = [row for page in pages for row in page.rejected]
    assert (told.place, told.position) == (place, 2 if container in CSV else 1)
    assert told.reason.startswith("is longer than 4,194,304")
    assert grown < 60 * 1024  # of 200 MB
