"""What HubSpot tells of the account, its token and its day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncworker.engine.account import Account
from syncworker.errors import Unavailable
from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.oauth import OAuthApp, OAuthToken
from syncworker.hubspot.oauth_store import FileTokenStore
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.planning.records import Batch, BatchInput
from syncworker.sandbox.credentials import OAuthApp as Installed
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer


def test_the_account_and_its_clock(portal: HubSpotPortal, sandbox: SandboxServer) -> None:
    told = portal.account().details()
    assert told == Account("4711001", "Europe/Berlin", "EUR", told.now)
    assert told.now is not None
    assert abs((datetime.now(UTC) - told.now).total_seconds()) < 10
    assert portal.writes == 0


def test_the_scopes_of_a_private_apps_token(portal: HubSpotPortal, sandbox: SandboxServer) -> None:
    whole = portal.account().scopes()
    assert whole is not None
    assert {"crm.objects.companies.write", "crm.schemas.deals.read", "forms"} <= whole
    sandbox.portal.missing_scopes.add("crm.objects.companies.write")
    assert portal.account().scopes() == whole - {"crm.objects.companies.write"}
    assert sandbox.token not in str(sandbox.portal.stats)


def test_the_app_whose_token_it_is_and_which_histories_name(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    made = sandbox.portal.put("companies", {"name": "A"})
    write = BatchInput("t1", "a1", made.id, "", {"name": "B"})
    portal.write(Batch("companies", "update", "", (write,)))
    last = portal.last_changes("companies", [made.id], ["name"])[made.id].changes["name"]
    assert (last.source, last.source_id) == ("INTEGRATION", portal.app())
    asked = sandbox.portal.stats.requests
    assert portal.app()
    assert sandbox.portal.stats.requests == asked, "asked once"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_where_hubspot_does_not_tell_the_scopes_they_are_not_known(
    portal: HubSpotPortal, sandbox: SandboxServer, status: int
) -> None:
    sandbox.portal.faults.add(Fault(path="access-token-info", status=status))
    assert portal.account().scopes() is None
    sandbox.portal.faults.add(Fault(path="access-token-info", status=status))
    assert portal.account().app() == ""


def test_the_day(portal: HubSpotPortal) -> None:
    usage = portal.account().today()
    assert usage is not None
    assert usage.limit > usage.used >= 0
    assert usage.resets_at is not None


def test_an_oauth_app_is_told_its_own_scopes_and_nothing_of_the_day(
    sandbox: SandboxServer, version: ApiVersion, tmp_path: Path
) -> None:
    app = Installed(scopes=["oauth", "crm.objects.contacts.read"])
    sandbox.portal.credentials.apps = {app.client_id: app}
    own = OAuthApp(
        client_id=lambda: app.client_id,
        client_secret=lambda: app.client_secret,
        refresh_token=lambda: app.refresh_token,
    )
    credentials = OAuthToken(
        own,
        FileTokenStore(tmp_path),
        api_version=version,
        base_url=sandbox.url,
        clock=lambda: datetime.now(UTC),
    )
    portal = HubSpotPortal(credentials, api_version=version, base_url=sandbox.url)
    assert portal.account().scopes() == {"oauth", "crm.objects.contacts.read"}
    assert portal.app() == "1"
    assert portal.account().today() is None
    assert portal.account().details().id == "4711001"
    sandbox.portal.faults.add(Fault(path="introspect", status=404))
    assert portal.account().scopes() is None


def test_no_answer_is_not_taken_for_no_scopes(sandbox: SandboxServer) -> None:
    portal = HubSpotPortal(
        sandbox.token,
        base_url="http://127.0.0.1:9",
        budget=LocalBudget("professional"),
        patience=Patience(total=0),
    )
    with pytest.raises(Unavailable):
        portal.account().scopes()
