"""A portal's access token, shared by the workers of several machines through Redis or Valkey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import LockError, RedisError

from syncworker.errors import Unavailable
from syncworker.hubspot.oauth_store import kept_by_others

_PREFIX = "syncworker:oauth:"
_POLL = 0.05


class RedisTokenStore:
    """Sealed texts that expire by themselves, and a lock that outlives no dead owner for long.

    Args:
        client: A connection; an owner's lock is set with NX and PX and freed by comparing, which
            is how redis-py's own lock works.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client

    def __repr__(self) -> str:
        return "RedisTokenStore()"

    def get(self, key: str) -> str | None:
        """The text, or None; raises Unavailable."""
        try:
            found = self._client.get(_PREFIX + key)
        except RedisError as error:
            raise _unreachable(error) from None
        return found.decode("ascii", "replace") if isinstance(found, bytes) else found

    def put(self, key: str, sealed: str, seconds: float) -> None:
        """Keep a text for so many seconds; raises Unavailable."""
        try:
            self._client.set(_PREFIX + key, sealed, px=max(1, round(seconds * 1000)))
        except RedisError as error:
            raise _unreachable(error) from None

    @contextmanager
    def lock(self, key: str, seconds: float) -> Iterator[None]:
        """Be the only one on all machines; raises Unavailable."""
        lock = self._client.lock(f"{_PREFIX}{key}:lock", timeout=seconds, sleep=_POLL)
        try:
            owned = lock.acquire(blocking_timeout=seconds)
        except RedisError as error:
            raise _unreachable(error) from None
        if not owned:
            raise kept_by_others(seconds)
        try:
            yield
        finally:
            # Not ours any more, or out of reach: it expires by itself.
            with suppress(LockError, RedisError):
                lock.release()


def _unreachable(error: RedisError) -> Unavailable:
    return Unavailable(
        f"the HubSpot access token cannot be shared: Redis: {type(error).__name__}",
        help="see whether SYNCWORKER_REDIS_URL can be reached",
    )
