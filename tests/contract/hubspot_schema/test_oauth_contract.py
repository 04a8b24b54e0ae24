"""OAuth at the sandbox portal: from the refresh token to a request that is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syncworker.errors import SettingsError, Unauthorized
from syncworker.hubspot import properties
from syncworker.hubspot.credentials import Credentials
from syncworker.hubspot.oauth import OAuthApp, OAuthToken
from syncworker.hubspot.oauth_store import FileTokenStore
from syncworker.hubspot.transport import Transport
from syncworker.mapping.portal import ApiVersion
from syncworker.sandbox.credentials import OAuthApp as Installed
from syncworker.sandbox.server import SandboxServer

Connect = Callable[[Credentials], Transport]


@pytest.fixture
def installed(sandbox: SandboxServer) -> Installed:
    """An app that the portal has installed."""
    return sandbox.portal.add_oauth_app()


@pytest.fixture
def ahead() -> list[timedelta]:
    """How much later it is for the worker and the portal."""
    return [timedelta()]


@pytest.fixture
def worker(
    sandbox: SandboxServer,
    installed: Installed,
    version: ApiVersion,
    tmp_path: Path,
    ahead: list[timedelta],
) -> OAuthToken:
    real = sandbox.portal.clock

    def clock() -> datetime:
        return real() + ahead[0]

    sandbox.portal.clock = clock
    app = OAuthApp(
        lambda: installed.client_id,
        lambda: installed.client_secret,
        lambda: "sandbox-refresh-token",
    )
    return OAuthToken(
        app,
        FileTokenStore(tmp_path / "tokens"),
        api_version=version,
        base_url=sandbox.url,
        clock=clock,
    )


def test_an_app_is_served_for_hours_with_a_refresh_each_half_hour(
    connect: Connect, worker: OAuthToken, installed: Installed, ahead: list[timedelta]
) -> None:
    transport = connect(worker)
    for minute in range(0, 121, 4):
        ahead[0] = timedelta(minutes=minute)
        assert properties.listed(transport, "contacts")
    assert installed.refreshes == 5
    assert transport.requests == 31, "never was a token refused"


def test_tokens_that_expire_before_their_time_cost_one_refresh(
    connect: Connect, worker: OAuthToken, installed: Installed, sandbox: SandboxServer
) -> None:
    transport = connect(worker)
    assert properties.listed(transport, "contacts")
    sandbox.portal.credentials.expire(sandbox.portal.clock())
    assert properties.listed(transport, "contacts")
    assert installed.refreshes == 2


def test_an_app_that_was_removed_says_how_to_connect_it_again(
    connect: Connect, worker: OAuthToken, installed: Installed
) -> None:
    installed.revoked = True
    with pytest.raises(Unauthorized) as gone:
        properties.listed(connect(worker), "contacts")
    assert "connect it again" in gone.value.help


def test_a_wrong_client_secret_is_named(
    connect: Connect, worker: OAuthToken, installed: Installed
) -> None:
    transport = connect(worker)
    secret, installed.client_secret = installed.client_secret, "another"
    worker._app = OAuthApp(
        lambda: installed.client_id, lambda: secret, lambda: "sandbox-refresh-token"
    )
    with pytest.raises(SettingsError, match="BAD_CLIENT_SECRET") as wrong:
        properties.listed(transport, "contacts")
    assert "client_secret" in wrong.value.help
    assert secret not in repr(wrong.value)
