"""Pages that are generated say what the code says today."""

from __future__ import annotations

import re
from pathlib import Path

import click

from syncworker.cli.main import cli
from syncworker.cli.reference import commands, commands_page
from syncworker.mapping.codes import CODES
from syncworker.mapping.codes_page import codes_page
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


def test_the_page_of_commands_is_the_generated_one() -> None:
    written = (DOCS / "commands.md").read_text("utf-8")
    assert written == commands_page(cli), "run `syncworker schema --commands > docs/commands.md`"


def test_every_command_and_option_stands_on_it_with_its_variable() -> None:
    page = commands_page(cli)
    for words, command in commands(cli):
        section = page.split(f"## syncworker {' '.join(words)}\n")[1].split("\n## ")[0]
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert f"`{param.envvar}`" in section


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


def test_the_page_of_codes_is_the_generated_one_and_names_each_once() -> None:
    written = (DOCS / "codes.md").read_text("utf-8")
    assert written == codes_page(), "run `syncworker schema --codes > docs/codes.md`"
    for code in CODES:
        assert written.count(f"| {code} |") == 1


def test_every_code_in_use_has_a_long_text_that_says_how_to_mend_it() -> None:
    folder = Path(__file__).parents[2] / "syncworker" / "mapping"
    rules = [path for path in folder.glob("*.py") if path.name != "codes.py"]
    used = {code for path in rules for code in re.findall(r"SW[0-9]{3}", path.read_text("utf-8"))}
    assert used == CODES.keys()
    for code, text in CODES.items():
        assert len(text) > 100, code
        assert text.endswith("."), code
