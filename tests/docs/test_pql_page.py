"""The mapping on the page about product-qualified leads works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from syncworker.mapping.loader import load

ROOT = Path(__file__).parents[2]
REST = """\
version: 1
hubspot: {credentials: env:ACME_TOKEN}
sources:
  app: {kind: sql, url: env:APP, streams: {accounts: {query: select 1}}}
objects:
  companies:
    match: {property: domain, column: domain}
"""


def test_the_rule_on_the_page_is_right() -> None:
    page = (ROOT / "docs" / "pql.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    loaded = load(REST + example, "acme.yaml")
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    assert loaded.mapping.metrics.pql.judges
