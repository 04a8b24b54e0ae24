"""What workers share a token through: one at a time, and dead owners do not block the living."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from support.token_server import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, token_server
from support.valkey import start_valkey

from syncworker.errors import SettingsError, Unavailable
from syncworker.hubspot.oauth import OAuthApp, OAuthToken
from syncworker.hubspot.oauth_redis import RedisTokenStore
from syncworker.hubspot.oauth_seal import Seal
from syncworker.hubspot.oauth_store import FileTokenStore, TokenStore


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    """A real Valkey on a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="sw") as folder, start_valkey(Path(folder)) as path:
        yield str(path)


@pytest.fixture
def redis(socket: str) -> Iterator[Redis]:
    with Redis(unix_socket_path=socket) as client:
        client.flushall()
        yield client


@pytest.fixture(params=["file", "redis", "redis that decodes"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TokenStore]:
    if request.param == "file":
        yield FileTokenStore(tmp_path / "tokens")
        return
    path = request.getfixturevalue("socket")
    with Redis(unix_socket_path=path, decode_responses="decodes" in request.param) as client:
        client.flushall()
        yield RedisTokenStore(client)


def test_what_was_put_is_got_and_replaced(store: TokenStore) -> None:
    assert store.get("a") is None
    store.put("a", "one", 60)
    store.put("b", "other", 60)
    store.put("a", "two", 60)
    assert (store.get("a"), store.get("b")) == ("two", "other")


def test_one_is_inside_at_a_time(store: TokenStore) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter(_: int) -> None:
        with store.lock("a", 20):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))
    assert most == [1] * 8


def test_keys_do_not_wait_for_each_other(store: TokenStore) -> None:
    with store.lock("a", 5), store.lock("b", 5):
        pass


def test_who_waits_too_long_is_told_to_come_later(store: TokenStore) -> None:
    held, done = threading.Event(), threading.Event()

    def keep() -> None:
        with store.lock("a", 10):
            held.set()
            done.wait(10)

    keeper = threading.Thread(target=keep)
    keeper.start()
    held.wait(10)
    try:
        with pytest.raises(Unavailable, match="another worker"), store.lock("a", 0.2):
            pytest.fail("two were inside")
    finally:
        done.set()
        keeper.join()


def test_an_error_inside_frees_the_lock(store: TokenStore) -> None:
    with pytest.raises(ValueError, match="inside"), store.lock("a", 5):
        raise ValueError("inside")
    with store.lock("a", 0.2):
        pass


def test_a_dead_owner_blocks_the_others_only_for_so_long(redis: Redis) -> None:
    assert redis.lock("syncworker:oauth:a:lock", timeout=0.3).acquire()
    with RedisTokenStore(redis).lock("a", 5):
        assert redis.pttl("syncworker:oauth:a:lock") > 1000


def test_an_owner_that_was_too_slow_does_not_free_the_next_ones_lock(redis: Redis) -> None:
    with RedisTokenStore(redis).lock("a", 5):
        redis.set("syncworker:oauth:a:lock", "somebody else's", px=5000)
    assert redis.get("syncworker:oauth:a:lock") == b"somebody else's"


def test_in_redis_a_text_expires(redis: Redis) -> None:
    RedisTokenStore(redis).put("a", "text", 1800)
    assert 1_790_000 < redis.pttl("syncworker:oauth:a") <= 1_800_000


def test_a_redis_that_is_gone_means_later(tmp_path: Path) -> None:
    path = str(tmp_path / "none.sock")
    store = RedisTokenStore(Redis(unix_socket_path=path, retry=Retry(NoBackoff(), 0)))
    with pytest.raises(Unavailable, match="Redis: ConnectionError") as gone:
        store.get("a")
    assert "SYNCWORKER_REDIS_URL" in gone.value.help
    with pytest.raises(Unavailable):
        store.put("a", "x", 1)
    with pytest.raises(Unavailable), store.lock("a", 1):
        pass


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = FileTokenStore(tmp_path / "file")
    for use in (
        lambda: store.get("a"),
        lambda: store.put("a", "x", 1),
        lambda: store.lock("a", 1).__enter__(),
    ):
        with pytest.raises(SettingsError, match="cannot be kept in") as wrong:
            use()
        assert str(tmp_path / "file") in wrong.value.message


def test_a_text_that_cannot_be_put_leaves_the_old_one_and_no_rubbish(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    with pytest.raises(SettingsError):
        store.put("a", "x", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_many_workers_of_several_machines_make_one_refresh(redis: Redis, socket: str) -> None:
    with token_server() as server:
        server.slow = 0.2

        def work(_: int) -> str:
            with Redis(unix_socket_path=socket) as client:
                app = OAuthApp(lambda: CLIENT_ID, lambda: CLIENT_SECRET, lambda: REFRESH_TOKEN)
                store, now = RedisTokenStore(client), datetime(2026, 11, 22, tzinfo=UTC)
                worker = OAuthToken(app, store, base_url=server.url, clock=lambda: now)
                return worker.token()

        with ThreadPoolExecutor(8) as pool:
            tokens = set(pool.map(work, range(8)))
        assert len(tokens) == 1
        assert len(server.asked) == 1
        (token,) = tokens
        held = b"".join(redis.dump(key) or b"" for key in redis.keys("*"))
        assert held
        assert token[:40].encode() not in held


def test_only_the_same_two_secrets_open_what_was_sealed() -> None:
    sealed = Seal("secret", "refresh").close({"a": 1})
    assert Seal("secret", "refresh").open(sealed) == {"a": 1}
    for other in (Seal("secret", "other"), Seal("other", "refresh")):
        assert other.open(sealed) is None
        assert other.name != Seal("secret", "refresh").name
    assert "secret" not in repr(Seal("secret", "refresh"))
    assert Seal("s", "r")._fernet.decrypt(sealed := Seal("s", "r").close({}).encode()) == b"{}"
    assert Seal("s", "r").open(sealed.decode()) == {}


def test_a_sealed_text_that_is_no_object_is_as_none() -> None:
    seal = Seal("secret", "refresh")
    assert seal.open(seal._fernet.encrypt(b"[1]").decode()) is None
    assert seal.open("ä") is None
    with pytest.raises(TypeError, match="stay in their process"):
        seal.__reduce__()


def test_a_store_shows_where_it_is_but_no_password(tmp_path: Path) -> None:
    assert str(tmp_path) in repr(FileTokenStore(tmp_path))
    client = Redis.from_url("redis://:hunter2@127.0.0.1:1/0")
    assert repr(RedisTokenStore(client)) == "RedisTokenStore()"
    client.close()
