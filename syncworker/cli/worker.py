"""`syncworker worker`: Celery workers, the beat, and a broker where none is given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import FrameType
from typing import IO

import click

from syncworker import settings as settings_module
from syncworker.cli import broker, exits
from syncworker.cli.console import tell


@click.command()
@click.option(
    "-c",
    "--concurrency",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    show_envvar=True,
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
    with broker.running(settings) as started:
        if started:
            # A new broker's queue is empty: what counts as enqueued is not.
            now = engine.clock()
            engine.chunks.free_lost(now=now, enqueued_before=now)
            tell(f"started a broker on {settings.socket}")
        tell("workers are starting; stop them with Ctrl-C")
        return _work(concurrency, settings.log_level)


def _work(concurrency: int, log_level: str) -> int:
    """Run Celery as a child, pass signals on, and wait for it."""
    process = start(concurrency, log_level)

    def stop(number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return exits.OK if code == 0 else exits.FAILED


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
