"""Leaving: what syncworker wrote goes, what people changed stays, and nothing goes unasked."""

from __future__ import annotations

import pytest
from support.workspace import PORTAL, Workspace

CLEAR = ("properties", "clear", PORTAL)


def company(workspace: Workspace, number: int) -> dict[str, str]:
    (found,) = (
        one.values
        for one in workspace.portal.records("companies").live.values()
        if one.values["domain"] == f"company-{number}.example"
    )
    return found


@pytest.mark.long
def test_what_was_written_is_emptied_and_what_a_person_changed_stays(synced: Workspace) -> None:
    companies = synced.portal.records("companies")
    changed = next(
        one.id for one in companies.live.values() if one.values["domain"] == "company-3.example"
    )
    synced.portal.put("companies", {"saas_mrr": "77"}, changed)

    unasked = synced.run(*CLEAR)
    assert (unasked.returncode, "add --yes" in unasked.stderr) == (64, True), unasked.stderr
    tried = synced.run(*CLEAR, "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "saas_mrr  11 values to clear, 1 value changed since" in tried.stdout
    assert "nothing was sent. Next: syncworker properties clear acme\n" in tried.stdout
    named = ("--property", "saas_usage_28d", "--archive")
    part = synced.run(*CLEAR, *named, "--dry-run")
    assert part.stdout.endswith(f"Next: syncworker properties clear acme {' '.join(named)}\n")
    unknown = synced.run(*CLEAR, "--property", "saas_nothing", "--yes")
    assert (unknown.returncode, "saas_nothing was never written" in unknown.stderr) == (1, True)
    assert company(synced, 1)["saas_mrr"] == "10.01"

    one = synced.run(*CLEAR, *named, "--yes")
    assert one.returncode == 0, one.stdout + one.stderr
    assert "12 sent" in one.stdout
    assert "saas_usage_28d" not in companies.definitions.properties
    assert company(synced, 1)["saas_mrr"] == "10.01"

    rest = synced.run(*CLEAR, "--archive", "--yes")
    assert rest.returncode == 0, rest.stdout + rest.stderr
    assert "Next: take them out of the mapping, then syncworker validate acme\n" in rest.stdout
    left = {name for n in range(12) for name, v in company(synced, n).items() if v}
    assert {name for name in left if name.startswith("saas_")} == {"saas_mrr"}
    assert company(synced, 3)["saas_mrr"] == "77"
    ours = {name for name in companies.definitions.properties if name.startswith("saas_")}
    assert ours == {"saas_mrr"}, "a property with somebody else's value is not archived"

    again = synced.run(*CLEAR, "--yes")
    assert again.returncode == 0, again.stderr
    assert again.stdout.endswith("Nothing to clear. Next: syncworker links acme\n")
