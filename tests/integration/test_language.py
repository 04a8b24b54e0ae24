"""The language of a mapping reaches what writes sentences on the record."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.in_process import AS_OF, NAME, Company

from syncworker.engine import sync
from syncworker.engine.facts import facts_of
from syncworker.engine.mappings import checked
from syncworker.sandbox.server import SandboxServer

MAPPING = """\
objects:
  companies: {match: {property: domain, column: domain}, profile: starter}
"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_facts_are_in_the_portals_language(
    tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    accounts = [{"account_id": "a1", "name": "A", "domain": "a1.example"}]
    acme = Company(tmp_path, server, monkeypatch, MAPPING, accounts=accounts)
    path = tmp_path / "mappings" / f"{NAME}.yaml"
    text = path.read_text("utf-8").replace("EUR}", f"EUR, language: {language}}}")
    path.write_text(text, "utf-8")
    run = sync.start(acme.engine, NAME, as_of=AS_OF)
    assert facts_of(acme.engine, run, checked(NAME, run.mapping)).language == language
