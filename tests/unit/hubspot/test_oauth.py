"""An OAuth access token: renewed in time, once for all, and kept where nobody can read it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.token_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    TokenServer,
    Told,
    token_server,
)

from syncworker.errors import (
    RateLimited,
    SyncworkerError,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot import oauth_request
from syncworker.hubspot.oauth import MARGIN, OAuthApp, OAuthToken
from syncworker.hubspot.oauth_store import FileTokenStore
from syncworker.mapping.portal import ApiVersion

Make = Callable[..., OAuthToken]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DISCONNECTED = {
    "error": "invalid_grant",
    "status": "BAD_REFRESH_TOKEN",
    "error_description": "refresh token is invalid, expired or revoked",
}


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as state:
        yield state


@pytest.fixture
def now() -> list[datetime]:
    """The time, to be set."""
    return [NOON]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def store(tmp_path: Path) -> FileTokenStore:
    return FileTokenStore(tmp_path / "tokens")


@pytest.fixture
def make(
    server: TokenServer, store: FileTokenStore, now: list[datetime], slept: list[float]
) -> Make:
    """Makes a worker's token; several of them share the store."""

    def made(
        version: ApiVersion = "2026-09",
        refresh_token: str = REFRESH_TOKEN,
        url: str | None = None,
    ) -> OAuthToken:
        return OAuthToken(
            OAuthApp(lambda: CLIENT_ID, lambda: CLIENT_SECRET, lambda: refresh_token),
            store,
            api_version=version,
            base_url=url or server.url,
            clock=lambda: now[0],
            sleep=slept.append,
        )

    return made


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("v3", "/oauth/v1/token"),
        ("2026-03", "/oauth/2026-03/token"),
        ("2026-09", "/oauth/2026-09/token"),
    ],
)
def test_a_token_is_asked_for_with_a_form_at_the_versions_address(
    make: Make, server: TokenServer, version: ApiVersion, path: str
) -> None:
    token = make(version).token()
    assert len(token) > 300
    assert server.paths == [path]
    assert server.asked == [
        {
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "type": "application/x-www-form-urlencoded",
        }
    ]


@pytest.mark.parametrize(
    ("expires_in", "until_renewal"),
    [
        (1800, 1500),
        (3600, 3300),
        (60, 30),
        (None, 1500),
        ("soon", 1500),
        (0, 1500),
        (True, 1500),
        (599.5, 299.75),
    ],
)
def test_a_token_is_kept_until_shortly_before_it_expires(
    make: Make, server: TokenServer, now: list[datetime], expires_in: object, until_renewal: float
) -> None:
    server.expires_in = expires_in
    worker = make()
    first = worker.token()
    now[0] = NOON + timedelta(seconds=until_renewal - 0.1)
    assert worker.token() == first
    assert len(server.asked) == 1
    now[0] = NOON + timedelta(seconds=until_renewal)
    assert worker.token() != first
    assert len(server.asked) == 2


def test_all_workers_use_the_token_that_one_of_them_got(make: Make, server: TokenServer) -> None:
    assert len({make().token() for _ in range(5)}) == 1
    assert len(server.asked) == 1


def test_a_token_that_hubspot_refuses_is_renewed_once_for_all_workers(
    make: Make, server: TokenServer
) -> None:
    workers = [make(), make(), make()]
    old = {worker.token() for worker in workers}.pop()
    assert all(worker.refused(old) for worker in workers)
    assert len({worker.token() for worker in workers} | {old}) == 2
    assert len(server.asked) == 2


def test_where_the_new_token_is_refused_too_it_is_not_the_token(
    make: Make, server: TokenServer, now: list[datetime]
) -> None:
    worker = make()
    assert worker.refused(worker.token())
    second = worker.token()
    assert not worker.refused(second)
    assert not make().refused(second), "another worker sees it as well"
    assert len(server.asked) == 2
    now[0] += timedelta(minutes=2)
    assert worker.refused(second), "later it may have expired after all"


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimited), (503, Unavailable), (200, Unavailable)]
)
def test_a_token_server_that_stays_down_means_later_and_not_disconnected(
    make: Make, server: TokenServer, status: int, kind: type[SyncworkerError]
) -> None:
    server.told = [Told(status, b"") for _ in range(9)]
    with pytest.raises(kind) as later:
        make().token()
    assert later.value.recovery == "retry"
    assert "still connected" in later.value.help
    assert len(server.asked) == 6


def test_the_token_we_have_is_used_while_it_is_good_and_the_token_server_is_not_pestered(
    make: Make, server: TokenServer, now: list[datetime], slept: list[float]
) -> None:
    worker = make()
    first = worker.token()
    server.told = [Told(503) for _ in range(9)]
    now[0] = NOON + timedelta(seconds=1800) - MARGIN
    assert [worker.token() for _ in range(50)] == [first] * 50
    assert make().token() == first, "a worker that has just started takes it from the store"
    assert (len(server.asked), slept) == (3, [])
    now[0] += timedelta(seconds=31)
    assert worker.token() == first
    assert len(server.asked) == 4
    now[0] = NOON + timedelta(seconds=1800)
    with pytest.raises(Unavailable):
        worker.token()


def test_a_refused_token_is_not_used_on_while_the_token_server_is_down(
    make: Make, server: TokenServer
) -> None:
    worker = make()
    first = worker.token()
    server.told = [Told(503) for _ in range(9)]
    with pytest.raises(Unavailable):
        worker.refused(first)


def test_a_refresh_token_that_changes_is_used_from_then_on_by_all(
    make: Make, server: TokenServer, now: list[datetime]
) -> None:
    server.next_refresh_token = "na1-9999-another-refresh"
    make().token()
    now[0] += timedelta(days=30)
    make().token()
    assert [one["refresh_token"] for one in server.asked] == [
        REFRESH_TOKEN,
        "na1-9999-another-refresh",
    ]


def test_a_portal_that_was_connected_again_does_not_get_the_old_connections_token(
    make: Make, server: TokenServer
) -> None:
    old = make().token()
    assert make(refresh_token="na1-5555-new-connection").token() != old
    assert server.asked[-1]["refresh_token"] == "na1-5555-new-connection"


def test_a_secret_that_was_put_right_is_used_without_a_restart(
    server: TokenServer, store: FileTokenStore
) -> None:
    current = ["na1-0000-broken"]
    app = OAuthApp(lambda: CLIENT_ID, lambda: CLIENT_SECRET, lambda: current[0])
    worker = OAuthToken(app, store, base_url=server.url, clock=lambda: NOON)
    server.told = [Told(400, DISCONNECTED)]
    with pytest.raises(Unauthorized):
        worker.token()
    current[0] = REFRESH_TOKEN
    assert worker.token()


def test_nothing_secret_lies_in_the_store(make: Make, server: TokenServer, tmp_path: Path) -> None:
    server.next_refresh_token = "na1-9999-another-refresh"
    token = make().token()
    files = [file for file in (tmp_path / "tokens").iterdir() if file.is_file()]
    held = b"".join(file.read_bytes() + file.name.encode() for file in files)
    assert held
    for secret in (token, token[:40], "another-refresh", REFRESH_TOKEN, CLIENT_SECRET):
        assert secret.encode() not in held
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert (tmp_path / "tokens").stat().st_mode & 0o077 == 0


def test_a_damaged_store_costs_one_refresh(make: Make, server: TokenServer, tmp_path: Path) -> None:
    make().token()
    kept = next(file for file in (tmp_path / "tokens").iterdir() if file.suffix != ".lock")
    for damage in (b"\xff\xfe", b"", b"gAAAAB", kept.read_bytes()[:-9]):
        kept.write_bytes(damage)
        assert make().token()
    assert len(server.asked) == 5
    assert make().token()
    assert len(server.asked) == 5


def test_a_token_is_neither_shown_nor_sent(make: Make) -> None:
    worker = make()
    token = worker.token()
    app = OAuthApp(lambda: CLIENT_ID, lambda: CLIENT_SECRET, lambda: REFRESH_TOKEN)
    answer = oauth_request.Answer(token, REFRESH_TOKEN, 1)
    for one in (worker, app, app.secrets(), worker._held, answer):
        with pytest.raises(TypeError, match="stay in their process"):
            pickle.dumps(one)
    shown = repr(worker) + repr(app) + repr(app.secrets()) + repr(worker._held) + repr(answer)
    for secret in (token, CLIENT_SECRET, REFRESH_TOKEN):
        assert secret not in shown


def test_four_processes_at_once_make_one_refresh(server: TokenServer, tmp_path: Path) -> None:
    server.slow = 0.5
    program = textwrap.dedent(
        """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from syncworker.hubspot.oauth import OAuthApp, OAuthToken
        from syncworker.hubspot.oauth_store import FileTokenStore

        url, folder, *secrets = sys.argv[1:]
        app = OAuthApp(*[lambda value=value: value for value in secrets])
        clock = lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)
        worker = OAuthToken(app, FileTokenStore(Path(folder)), base_url=url, clock=clock)
        print("ready", flush=True)
        sys.stdin.readline()
        print(worker.token())
        """
    )
    secrets = [CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN]
    command = [sys.executable, "-c", program, server.url, str(tmp_path / "tokens"), *secrets]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    tokens = [worker.communicate(timeout=30)[0].strip() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert len(set(tokens)) == 1
    assert len(server.asked) == 1
