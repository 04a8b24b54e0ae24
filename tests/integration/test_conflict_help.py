"""What a conflict's help tells people to do is what ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("nothing_to_remember")

KEYED = """\
objects:
  companies:
    match:
      - {property: saas_account_id, column: account_id}
      - {property: domain, column: domain}
    properties: {saas_cancelled: cancelled}
"""


def test_our_own_key_written_by_a_person_ends_both_kinds_of_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SandboxServer(Portal(limits=False)) as server:
        twice = [server.portal.put("companies", {"domain": "twice.example"}) for _ in range(2)]
        shared = server.portal.put("companies", {"domain": "shared.example"})
        acme = Company(
            tmp_path,
            server,
            monkeypatch,
            KEYED,
            accounts=[
                {"account_id": "a1", "domain": "twice.example"},
                {"account_id": "a2", "domain": "shared.example"},
                {"account_id": "a3", "domain": "shared.example"},
            ],
        )
        acme.create_properties()
        acme.sync()
        helps = {letter.key: letter.help for letter in acme.letters()}
        assert helps == {
            "a1": "merge them in HubSpot, or write a1 into saas_account_id of the right record",
            "a2": "give each row its own domain, "
            "or write a2 into saas_account_id of the right record",
            "a3": "give each row its own domain, "
            "or write a3 into saas_account_id of the right record",
        }

        server.portal.put("companies", {"saas_account_id": "a1"}, twice[0].id)
        server.portal.put("companies", {"saas_account_id": "a2"}, shared.id)
        acme.sync()

        assert [letter.key for letter in acme.letters()] == ["a3"]
        assert acme.link("companies", "a1").hubspot_id == twice[0].id
        assert acme.link("companies", "a2").hubspot_id == shared.id
