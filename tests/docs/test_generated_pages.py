"""Pages that are generated say what the code says today."""

from __future__ import annotations

from pathlib import Path

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.record_page import record_page
from syncworker.metrics.reference import BETTERED, metrics_page
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


def test_the_page_of_properties_is_the_generated_one_and_has_each() -> None:
    written = (DOCS / "record-properties.md").read_text("utf-8")
    assert written == record_page(), "run `syncworker schema --record > docs/record-properties.md`"
    assert all(f"| {m.label} | `{m.property}` | " in written for m in METRICS.values())


def test_the_page_of_metrics_is_the_generated_one() -> None:
    written = (DOCS / "metrics.md").read_text("utf-8")
    assert written == metrics_page(), "run `syncworker schema --metrics > docs/metrics.md`"


def test_every_metric_stands_on_it_with_its_property_and_formula() -> None:
    page = metrics_page()
    for metric in METRICS.values():
        section = page.split(f"### {metric.name}\n")[1].split("\n###")[0]
        assert metric.formula in section
        assert f"`{metric.property}`" in section


def test_names_that_were_bettered_are_those_of_metrics() -> None:
    # A company may have the name that was first thought of for its contacts too.
    entity = {metric.property: metric.entity for metric in METRICS.values()}
    assert BETTERED.keys() <= entity.keys()
    assert {ours for ours, first in BETTERED.items() if entity.get(first) == entity[ours]} == set()
