"""What a mapping itself declares reaches the record, with its reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync

pytestmark = pytest.mark.every_metric

OWN = (
    MAPPING.replace(
        "      subscription_items:", "      events: {query: x}\n      subscription_items:"
    ).replace(
        "saas_mrr: mrr,",
        "saas_mrr: mrr, saas_exports: exports, saas_next_milestone: next_milestone,",
    )
    + """\
metrics:
  pql:
    milestones:
      logo: {type: action, event: logo, label: Logo added}
      export: {type: action, event: export}
    all_of: [logo, export]
  custom:
    exports: {entity: account, measure: count, of: events, where: [{column: name, eq: export}]}
"""
)


@pytest.mark.parametrize("provided", [True, False])
def test_a_metric_of_ones_own_is_written_or_held_like_any_other(
    tmp_path: Path, *, provided: bool
) -> None:
    text = OWN if provided else OWN.replace("      events: {query: x}\n", "")
    source, portal = FakeSource(2), FakePortal(2)
    portal.types |= {"saas_exports": "number", "saas_next_milestone": "string"}
    source.streams["events"] = [
        {"event_id": f"e{n}", "account_id": "a0", "name": "export", "ts": AS_OF - timedelta(days=n)}
        for n in (1, 2)
    ]
    engine = make_engine(tmp_path, portal, source, mapping=text)
    run = inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    assert run.status == "done"
    if provided:
        assert portal.companies["0"]["saas_exports"] == "2"
        assert portal.companies["1"]["saas_exports"] == "0"
        assert portal.companies["0"]["saas_next_milestone"] == "Logo added"
    else:
        assert "saas_exports" not in portal.companies["0"]
        assert run.summary["held_metrics"]["exports"] == "no source provides events"
