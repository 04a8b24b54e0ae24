"""From a form in the portal to a property of the same portal, through the whole of syncworker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.hubspot_world import FORM
from support.in_process import AS_OF, Company

from syncworker.sandbox.server import SandboxServer

MAPPING = f"""\
  crm:
    kind: hubspot
    streams: [demo_requests]
    forms: {{{FORM}: {{stream: demo_requests, type: live}}}}
objects:
  contacts:
    match: {{property: email, column: email}}
    properties:
      saas_demo_count: demo_count
"""


def test_a_demo_request_of_a_form_is_counted_on_its_contact(
    tmp_path: Path, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = sandbox.portal
    contact = portal.put("contacts", {"email": "ada@example.com"})
    values = [{"name": "email", "value": "Ada@Example.com"}]

    def submit(number: int) -> None:
        sent = round((AS_OF - timedelta(hours=9 - number)).timestamp() * 1000)
        form = portal.forms.setdefault(FORM, [])
        form.append({"conversionId": f"c{number}", "submittedAt": sent, "values": values})

    submit(1)
    submit(2)
    company = Company(
        tmp_path,
        sandbox,
        monkeypatch,
        MAPPING,
        accounts=[{"account_id": "a1", "name": "ACME"}],
        users=[{"user_id": "u1", "account_id": "a1", "email": "ada@example.com"}],
    )
    company.create_properties()

    first = company.sync()
    assert first.summary["streams"]["crm.demo_requests"] == 2
    assert contact.values["saas_demo_count"] == "2"
    submit(3)
    company.sync()
    assert contact.values["saas_demo_count"] == "3"
