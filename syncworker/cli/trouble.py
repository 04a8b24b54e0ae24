"""What people see when a command goes wrong: wrong usage, and errors nobody expected."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import click

from syncworker.cli import modes
from syncworker.cli.console import complain, tell_always

_EXAMPLE = re.compile(r"^\s*(\S.*\bsyncworker .*|syncworker .*)$", re.MULTILINE)
CRASH = "crash.log"


def examples(command: click.Command) -> list[str]:
    """The lines below `Examples:` in a command's help."""
    _, _, after = (command.help or "").partition("Examples:")
    return [found.strip() for found in _EXAMPLE.findall(after)]


def wrong_usage(error: click.UsageError) -> None:
    """What is wrong with the line typed, and one that works."""
    context = error.ctx
    if context is None or isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    tell_always(context.get_usage())
    path = context.command_path
    help_ = f"all of it: {path} --help"
    if shown := examples(context.command):
        help_ = f"for example: {shown[0]}\n          {help_}"
    with context.scope(cleanup=False):
        complain(error.format_message(), help=help_, code="USAGE")


def unexpected(error: Exception) -> None:
    """One line about a defect, and where its traceback is; the traceback itself with --debug."""
    from traceback import format_exception

    from syncworker.masking import mask

    text = mask("".join(format_exception(error)))
    if modes.on(modes.DEBUG):
        tell_always(text.rstrip())
    summary = ""
    with suppress(Exception):  # one that cannot even say what it is
        summary = " ".join(f"{error}".split())
    kept = _kept(text)
    where = f"its traceback is in {kept}; please report it" if kept else "please report it"
    complain(
        f"this is a defect of syncworker: {type(error).__name__}: {summary}",
        help=f"{where}. To see more: --debug",
        code="DEFECT",
    )


def nobody_reads(error: Exception) -> bool:
    """Whether our own output is what broke: `syncworker metrics list | head -1`."""
    if not isinstance(error, BrokenPipeError):
        return False
    import os
    import select
    import sys

    try:
        output = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(output, select.POLLOUT)
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    # Python would complain once more when it flushes at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def _kept(text: str) -> Path | None:
    """The file that the traceback was written to; None where no folder takes one."""
    import tempfile

    from syncworker import settings

    def home() -> Path:
        folder = settings.load().home.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    for folder in (home, lambda: Path(tempfile.mkdtemp(prefix="syncworker-"))):
        # Whatever is wrong here must not hide the error that is to be told.
        with suppress(Exception):
            return _written(folder() / CRASH, text)
    return None


def _written(path: Path, text: str) -> Path:
    """A file with this text that only its owner may read: a traceback quotes values."""
    import os

    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        os.fchmod(number, 0o600)  # one that is there may be open to others
        file.write(text.encode("utf-8", "backslashreplace"))
    return path
