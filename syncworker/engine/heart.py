"""A process's sign of life, given again and again. Imports nothing heavy, like `heartbeats`."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from importlib.metadata import version

from syncworker.engine.heartbeats import Heartbeat, Heartbeats, HeartKind
from syncworker.errors import SyncworkerError

log = logging.getLogger(__name__)
SECONDS = 10.0
"""Between two signs of a process that gives them by the clock."""


class Heart:
    """Of one process. What goes wrong is logged once and harms nothing: the next one may do.

    Args:
        kind: What the process is.
        name: Its name, as `Heartbeat` has it.
        opened: Opens the signs of life for one of them; should rather fail than wait.
        clock: Tells the time.
    """

    def __init__(
        self,
        kind: HeartKind,
        name: str,
        opened: Callable[[], AbstractContextManager[Heartbeats]],
        clock: Callable[[], datetime],
    ) -> None:
        self.name, self._kind = name, kind
        self._opened, self._clock = opened, clock
        self._began = clock()
        self._well = True

    def beat(self) -> None:
        """Write it down."""
        sign = Heartbeat(self.name, self._kind, _version(), self._began, self._clock())
        try:
            with self._opened() as store:
                store.put(sign)
        except SyncworkerError as error:
            if self._well:
                log.warning("no sign of life can be written: %s", error)
            self._well = False
        else:
            self._well = True

    def stop(self) -> None:
        """The process ends well: it is not missed."""
        try:
            with self._opened() as store:
                store.drop(self.name)
        except SyncworkerError as error:
            log.warning("no sign of life can be removed: %s", error)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat within the block, in a thread of its own: not for a process that forks."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(SECONDS):
                self.beat()

        self.beat()
        thread = threading.Thread(target=work, name="heart", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.stop()


@functools.cache
def _version() -> str:
    return version("syncworker")
