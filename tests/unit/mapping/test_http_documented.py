"""Every configuration we ship or document loads as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from syncworker.bootstrap import portals
from syncworker.mapping.loader import Loaded
from syncworker.mapping.source_http import HttpSource
from syncworker.settings import Settings

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "mappings" / "sources").glob("*.yaml"))
PAGE = (ROOT / "docs" / "sources" / "http.md").read_text("utf-8")
DOCUMENTED = re.findall(r"```yaml\n(sources:\n.+?)```", PAGE, re.DOTALL)
TEXTS = {path.name: path.read_text("utf-8") for path in SHIPPED} | {
    f"http.md {number}": text for number, text in enumerate(DOCUMENTED, start=1)
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_documented_source_loads_without_a_diagnostic(
    load_text: Callable[[str], Loaded], mapping_text: str, text: str
) -> None:
    around = re.sub(r"^sources:\n(?: .*\n)+", "", mapping_text, flags=re.MULTILINE)
    loaded = load_text(around + text)

    assert [f"{d.line}: {d.message}" for d in loaded.diagnostics] == []
    assert loaded.mapping is not None
    assert {type(source) for source in loaded.mapping.sources.values()} == {HttpSource}


def test_there_is_an_example_for_each_service_that_is_named() -> None:
    named = "".join(TEXTS.values())
    for host in ("posthog", "chargebee", "mixpanel", "amplitude", "paddle", "recurly"):
        assert f"{host}.com" in named


def test_shipped_sources_are_no_portals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(ROOT / "mappings"))
    assert SHIPPED
    assert portals(Settings()) == ["example"]


def test_the_page_names_every_key() -> None:
    schema = json.loads((ROOT / "mappings" / "mapping.schema.json").read_text("utf-8"))
    sections = ["HttpSource", "HttpStream", "HttpCursor", "HttpField", "RateLimit"]
    sections += [
        name for name in schema["$defs"] if name.endswith(("Paging", "Auth")) and name != "OAuth"
    ]
    silent = {
        f"{section}.{key}"
        for section in sections
        for key in schema["$defs"][section]["properties"]
        if f"`{key}`" not in PAGE
    }
    assert len(sections) == 15
    assert silent == set()
