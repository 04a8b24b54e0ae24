"""What a command says of the run it has carried out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from syncworker.cli import exits
from syncworker.cli.console import say, say_json

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run


def told(engine: Engine, run: Run, format_: str = "text", more: Iterable[str] = ()) -> int:
    """Say what a run came to; the exit code.

    Args:
        engine: The ports.
        run: The run, where it has stopped.
        format_: text or json.
        more: Lines that only people are told, last.
    """
    from syncworker.cli import show_run

    if format_ == "json":
        say_json(show_run.as_document(engine, run, with_plan=False))
    else:
        for line in chain(show_run.report(engine, run), more):
            say(line)
    return exits.of_run(run)
