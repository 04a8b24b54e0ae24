"""`syncworker worker`: Celery workers, the beat, and a broker where none is given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import IO, TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import broker, exits
from syncworker.cli.console import tell

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine

_LOOK_SECONDS = 2.0


@click.command()
@click.option(
    "-c",
    "--concurrency",
    type=click.IntRange(1),
    default=2,
    help="Tasks worked on at the same time.",
)
def command(concurrency: int) -> int:
    """Run workers and the schedule until stopped with Ctrl-C or SIGTERM.

    \b
    Examples:
      syncworker worker
      SYNCWORKER_REDIS_URL=redis://… syncworker worker -c 4
    """
    from syncworker import bootstrap

    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    with broker.running(settings) as queue:
        if queue.started:
            _forget_queued(engine)
            tell(f"started a broker on {settings.socket}")

        def look() -> None:
            if queue.revived():
                _forget_queued(engine)
                tell(f"the broker on {settings.socket} had died: started it again")

        tell("workers are starting; stop them with Ctrl-C")
        return _work(concurrency, settings.log_level, look)


def _forget_queued(engine: Engine) -> None:
    """A new broker's queue is empty: what counts as enqueued is not."""
    now = engine.clock()
    engine.chunks.free_lost(now=now, enqueued_before=now)


def _work(concurrency: int, log_level: str, look: Callable[[], None]) -> int:
    """Run Celery as a child, pass signals on, and look after the broker until it ends."""
    process = start(concurrency, log_level)

    def stop(number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while (code := _ended(process)) is None:
            look()
    finally:
        if process.poll() is None:  # the broker does not start again
            process.terminate()
            process.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
    return exits.OK if code == 0 else exits.FAILED


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code, or None where it goes on."""
    try:
        return process.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def start(
    concurrency: int, log_level: str, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start Celery's worker with its beat.

    Args:
        concurrency: Child processes.
        log_level: Celery's own.
        output: Where its log goes; None: where ours goes.
    """
    # Celery reads REMAP_SIGTERM from the environment only; with it a stopping worker gives its
    # tasks back to the queue instead of finishing them.
    variables = {**os.environ, "REMAP_SIGTERM": "SIGQUIT"}  # noqa: TID251
    arguments = ["-A", "tasks", "worker", "-B", "-c", str(concurrency), "-l", log_level]
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "celery", *arguments],
        env=variables,
        start_new_session=True,
        stdout=output,
        stderr=output,
    )
