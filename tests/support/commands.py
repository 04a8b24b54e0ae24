"""Commands as processes of their own, without each importing everything anew.

Half of a short command's time is Python's importing. `forkserver` imports once, and every command
is a fork of that: with its own memory, folder, variables and exit code, as a user's is.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import NamedTemporaryFile

from syncworker.__main__ import main


def run(
    arguments: Sequence[str], *, folder: Path, env: Mapping[str, str], seconds: float
) -> CompletedProcess[str]:
    """Run `syncworker …` in a folder with exactly these variables, and wait for it.

    Raises:
        TimeoutExpired: It took longer than these seconds; it is killed.
    """
    with (
        NamedTemporaryFile("r", encoding="utf-8") as out,
        NamedTemporaryFile("r", encoding="utf-8") as err,
    ):
        process = _server().Process(
            target=_command, args=(list(arguments), folder, dict(env), out.name, err.name)
        )
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(["syncworker", *arguments], seconds, out.read(), err.read())
        return CompletedProcess(
            ["syncworker", *arguments], process.exitcode, out.read(), err.read()
        )


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    commands = Path(__file__).parents[2] / "syncworker" / "cli"
    context.set_forkserver_preload(
        [f"syncworker.cli.{path.stem}" for path in sorted(commands.glob("*.py"))]
    )
    return context


def _command(arguments: list[str], folder: Path, env: dict[str, str], out: str, err: str) -> None:
    """In the new process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for path, number in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["syncworker", *arguments]
    try:
        main()
    finally:
        sys.stdout.flush()
        atexit._run_exitfuncs()
