"""Ctrl-C lets what is in flight be finished, a second one does not; SIGTERM leaves nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from syncworker.cli.console import tell


def heed() -> None:
    """Let Ctrl-C break off what is read from the terminal next.

    With its first query Polars puts a handler of its own before Python's, after which the system
    goes on reading as if nothing had been pressed. Python's own is put back.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))


@contextmanager
def terminated() -> Iterator[None]:
    """Let SIGTERM end the block as an exit does, so that what it has started is stopped too."""

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would break the stopping off
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def noted() -> Iterator[Callable[[], bool]]:
    """Note a first Ctrl-C for as long as the block lasts; gives what says whether there was one."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        tell("finishing what is in flight, then stopping; Ctrl-C again stops at once")

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
