"""Pages that are generated say what the code says today."""

from __future__ import annotations

from pathlib import Path

from syncworker.model.reference import streams_page
from syncworker.model.streams import STREAMS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_streams_is_the_generated_one() -> None:
    assert (DOCS / "streams.md").read_text("utf-8") == streams_page()


def test_every_stream_and_column_stands_on_it() -> None:
    page = streams_page()
    for stream in STREAMS.values():
        section = page.split(f"## {stream.name}\n")[1].split("\n## ")[0]
        for column in stream.columns:
            name = f"**{column.name}**" if column.required else column.name
            assert f"| {name} | {column.type} | " in section
