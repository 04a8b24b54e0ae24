"""Contacts are associated with their companies, once."""

from __future__ import annotations

from typing import Any

import pytest
from support.workspace import MAPPING, Workspace

pytestmark = pytest.mark.long

TOGETHER = MAPPING.replace(
    "    policy: upsert\n", "    policy: upsert\n    associate: [companies]\n"
)


def companies_of(workspace: Workspace) -> dict[str, list[str]]:
    """By e-mail address, the domains of the companies that HubSpot shows on the contact."""
    companies = workspace.portal.records("companies").live
    return {
        contact.values["email"]: [
            companies[one].values["domain"] for one in contact.linked.get("companies", {})
        ]
        for contact in workspace.portal.records("contacts").live.values()
    }


def figures(run: dict[str, Any]) -> tuple[int, int]:
    return run["summary"]["associated"], run["summary"]["association_requests"]


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_new_contacts_are_associated_with_their_companies_and_the_next_run_asks_nothing(
    workspace: Workspace, version: str
) -> None:
    workspace.write_mapping(
        TOGETHER.replace("hubspot: {{", f'hubspot: {{{{api_version: "{version}", ')
    )
    first = workspace.sync()
    assert (first["status"], figures(first)) == ("done", (12, 2))
    assert companies_of(workspace) == {
        f"user@company-{i}.example": [f"company-{i}.example"] for i in range(12)
    }

    workspace.portal.stats.reset()
    again = workspace.sync()
    assert (again["status"], figures(again)) == ("done", (0, 0))
    assert workspace.portal.stats.requests == 0
