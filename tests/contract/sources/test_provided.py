"""What a mapping says its sources fill is what the sources themselves say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from syncworker.mapping.provided import filled_by
from syncworker.mapping.sources import SourceConfig
from syncworker.sources import registry
from syncworker.sources.registry import Surroundings

CONFIGS: list[dict[str, Any]] = [
    {"kind": "sql", "url": "env:U", "streams": {"events": {"query": "select 1"}}},
    {
        "kind": "files",
        "path": "folder",
        "streams": {
            "accounts": {"path": "a.csv"},
            "events": {"path": "e.jsonl", "shape": "segment"},
            "subscriptions": {"path": "s.jsonl", "shape": "stripe"},
        },
    },
    {
        "kind": "stripe",
        "api_key": "env:U",
        "streams": ["subscriptions", "invoices", "accounts", "identity"],
    },
    {"kind": "webhook", "secret": "env:U", "streams": ["trials"]},
    {"kind": "webhook", "format": "stripe", "secret": "env:U", "streams": ["subscriptions"]},
    {"kind": "hubspot", "streams": ["tickets"]},
]


@pytest.mark.parametrize(
    "config", CONFIGS, ids=lambda one: f"{one['kind']}-{one.get('format', '')}"
)
def test_a_source_fills_what_its_section_says(config: dict[str, Any]) -> None:
    section = TypeAdapter(SourceConfig).validate_python(config)
    around = Surroundings(
        secret=lambda _: "sqlite://",
        clock=lambda: datetime(2026, 11, 20, tzinfo=UTC),
        page_rows=10,
        hubspot=lambda: None,
        portal="acme",
        inbox=object(),
    )
    source = registry.build("app", section, around)
    for stream in section.streams:
        assert filled_by(section, stream) == source.provides(stream)
