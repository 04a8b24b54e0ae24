"""Where the workers of one machine, or of several, share a portal's access token."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from syncworker.errors import SettingsError, Unavailable

_POLL = 0.05


class TokenStore(Protocol):
    """Keeps sealed texts by name, and lets one worker at a time renew one."""

    def get(self, key: str) -> str | None:
        """The text, or None where there is none; may raise Unavailable."""
        ...

    def put(self, key: str, sealed: str, seconds: float) -> None:
        """Keep a text for at least so many seconds; may raise Unavailable."""
        ...

    def lock(self, key: str, seconds: float) -> AbstractContextManager[None]:
        """Be the only one with this key inside the block.

        Args:
            key: The text's name.
            seconds: How long to wait for others, and after how long an owner counts as dead.

        Raises:
            Unavailable: Others kept it all the time.
        """
        ...


class FileTokenStore:
    """A folder that only this user can read: for the workers of one machine.

    Args:
        folder: Made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._folder)!r})"

    def get(self, key: str) -> str | None:
        """The text, or None."""
        try:
            return (self._folder / key).read_text("ascii")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return None  # damaged: whoever renews the token writes over it
        except OSError as error:
            raise self._unusable(error) from None

    def put(self, key: str, sealed: str, seconds: float) -> None:  # noqa: ARG002 - a file stays
        """Keep a text until the next one; readers see the old one or the new one, never half."""
        try:
            self._make()
            # mkstemp's files are for this user only.
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=f"{key}.")
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(sealed)
                    file.flush()
                    os.fsync(handle)
                Path(name).replace(self._folder / key)
            except OSError:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise self._unusable(error) from None

    @contextmanager
    def lock(self, key: str, seconds: float) -> Iterator[None]:
        """Be the only one of this machine; the system frees what a dead process held."""
        try:
            self._make()
            handle = os.open(self._folder / f"{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            _wait(handle, seconds)
            yield
        finally:
            os.close(handle)

    def _make(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _unusable(self, error: OSError) -> SettingsError:
        return SettingsError(
            f"OAuth tokens cannot be kept in {self._folder.resolve()}: {error.strerror}",
            help="make the folder writable, or set SYNCWORKER_HOME to one that is",
        )


def _wait(handle: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise kept_by_others(seconds) from None
            time.sleep(_POLL)
        else:
            return


def kept_by_others(seconds: float) -> Unavailable:
    """What is raised where another worker renews the token all the time."""
    message = f"another worker has been renewing the HubSpot access token for {seconds:g} seconds"
    return Unavailable(message, help="see whether HubSpot answers: status.hubspot.com")
