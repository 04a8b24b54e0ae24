"""However a sync fails, no secret is in its output, its log, its state or its broker."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from redis import Redis
from redis.exceptions import RedisError
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace, wait_until

from syncworker.sandbox.credentials import OAuthApp
from syncworker.sandbox.faults import Fault

pytestmark = pytest.mark.long

AT = ("--as-of", AS_OF.isoformat())
TOKEN = "CPj8-Of_a_Shape.That-nothing+knows0"
CLIENT_SECRET = "5c13nt-of-the-app-0123"
CHANGE = "UPDATE subscription_items SET unit_amount = unit_amount + 7"
REFRESH_TOKEN = "r3fre5h-of-the-portal-4567"
OAUTH = (
    "{{client_id: env:ACME_CLIENT_ID, client_secret: 'file:{secrets}/client', "
    "refresh_token: 'file:{secrets}/refresh'}}"
)


def forms(secret: str) -> list[bytes]:
    """A secret as it is, in a URL, and as part of something in Base64 (a Celery message's body)."""
    shifted = [base64.b64encode(b"x" * n + secret.encode())[4:-4] for n in range(3)]
    return [secret.encode(), quote(secret, safe="").encode(), *shifted]


@contextmanager
def broker_traffic(workspace: Workspace) -> Iterator[list[bytes]]:
    """Every command the workspace's broker gets while the block lasts."""
    heard: list[bytes] = []
    client = Redis(unix_socket_path=str(workspace.socket))
    monitor = client.monitor()

    def listen() -> None:
        with suppress(RedisError, ValueError, OSError):
            for command in monitor.listen():
                heard.append(str(command["command"]).encode())

    with monitor:
        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            client.set("end", "of the test")
            wait_until(lambda: any(b"of the test" in one for one in heard), what="the last command")
            for key in client.scan_iter("*"):
                heard += [key, client.dump(key) or b""]
                with suppress(RedisError):
                    heard.append(client.get(key) or b"")
            monitor.connection.disconnect()
    thread.join(10)
    client.close()


def fail_in_several_ways(
    workspace: Workspace, echo: Callable[[], str], statuses: tuple[int, ...]
) -> list[bytes]:
    """Sync by command and by worker while HubSpot refuses and repeats what it was sent.

    Args:
        workspace: A synced one.
        echo: What HubSpot repeats.
        statuses: How it refuses.

    Returns:
        What the commands said and what the broker was told.
    """
    env = {"SYNCWORKER_LOG_LEVEL": "DEBUG", "SYNCWORKER_PATIENCE_SECONDS": "0.3"}
    said: list[bytes] = []

    def run(*arguments: str) -> int:
        done = workspace.run(*arguments, **env)
        said.append((done.stdout + done.stderr).encode())
        return done.returncode

    def refuse(status: int, path: str = "", times: int = 1) -> None:
        body = {"status": "error", "message": f"not with {echo()}", "category": "ODD"}
        workspace.portal.faults.add(Fault(path=path, status=status, body=body, times=times))

    for status in statuses:
        workspace.sql(CHANGE)
        refuse(status, times=99)
        assert run("sync", PORTAL, *AT) in (1, 3)
        workspace.portal.faults.waiting.clear()
    workspace.sql(CHANGE)
    workspace.portal.faults.add(Fault(path="batch", truncate="cut"))
    workspace.portal.faults.add(Fault(path="batch", drop=True))
    refuse(500, "batch")
    run("sync", PORTAL, *AT)
    with workspace.worker(**env):
        wait_until(workspace.socket.exists, what="a broker")
        time.sleep(0.2)
        with broker_traffic(workspace) as heard:
            workspace.sql(CHANGE)
            refuse(500, "batch")
            refuse(400, "batch/update")
            assert run("sync", PORTAL, "--enqueue", "--wait", *AT) in (0, 1, 3)
        assert any(b"syncworker" in one for one in heard), "nothing was heard of any task"
    for command in ("runs", "dead-letters"):
        run(command, "list", PORTAL)
    return said + heard


def lies_about(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """Every file the workspace's folder holds: log, state, staging."""
    for path in workspace.folder.rglob("*"):
        if path.is_file() and path != workspace.database:
            yield str(path.relative_to(workspace.folder)), path.read_bytes()


def assert_nowhere(workspace: Workspace, said: list[bytes], secrets: list[str]) -> None:
    found = dict(lies_about(workspace))
    assert b"SQLite format 3" in found[".syncworker/state.db"]
    assert found["worker.log"]
    everything = [*said, *found.values(), *(name.encode() for name in found)]
    for secret in secrets:
        for form in forms(secret):
            assert not [one for one in everything if form in one]


def test_a_token_of_any_shape_leaks_nowhere(synced: Workspace) -> None:
    synced.portal.token = TOKEN
    synced.env["ACME_TOKEN"] = TOKEN

    said = fail_in_several_ways(synced, lambda: TOKEN, (400, 401, 403))

    assert any(b"401" in one for one in said), "the refusals were reported"
    assert_nowhere(synced, said, [TOKEN])


@pytest.mark.long
def test_no_secret_of_an_oauth_app_leaks_anywhere(
    synced: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "client").write_text(CLIENT_SECRET)
    (secrets / "refresh").write_text(REFRESH_TOKEN + "\n")
    app = OAuthApp("acme-app", CLIENT_SECRET, REFRESH_TOKEN)
    synced.portal.add_oauth_app(app)
    synced.env["ACME_CLIENT_ID"] = "acme-app"
    del synced.env["ACME_TOKEN"]
    oauth = OAUTH.format(secrets=Path(secrets))
    synced.write_mapping(MAPPING.replace("env:ACME_TOKEN", "{" + oauth + "}"))
    body = {"status": "BAD_CLIENT_SECRET", "message": f"{CLIENT_SECRET} {REFRESH_TOKEN} no"}
    synced.portal.faults.add(Fault(path="oauth", status=400, body=body))
    synced.sql(CHANGE)
    refused = synced.run("sync", PORTAL, *AT)
    assert refused.returncode == 1
    assert "BAD_CLIENT_SECRET" in refused.stdout

    issued = synced.portal.credentials.issued

    said = fail_in_several_ways(synced, lambda: " ".join(issued), (418, 400, 401))

    assert issued
    said.append((refused.stdout + refused.stderr).encode())
    assert_nowhere(synced, said, [CLIENT_SECRET, REFRESH_TOKEN, *issued])
