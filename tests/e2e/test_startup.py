"""A command line that people type all day starts at once."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

_HEAVY = [
    "polars",
    "rich",
    "sqlalchemy",
    "hubspot",
    "celery",
    "ruamel",
    "syncworker.engine.engine",
    "syncworker.bootstrap",
]
_ALL = f"""
import sys
from syncworker.cli.main import _COMMANDS, run
assert run(["--help"]) == 0
light = "pydantic logging syncworker.settings".split()
assert not [name for name in light if name in sys.modules], "the root's help imports too much"
for name in _COMMANDS:
    assert run([name, "--help"]) == 0, name
    assert not [m for m in {_HEAVY!r} if m in sys.modules], name
"""
_ROUNDS = 15
_MOST = 2.0
"""`syncworker --help` against `python -c 'import click'`: without that there is no command line."""


def test_help_of_no_command_imports_what_only_work_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ALL], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_help_takes_at_most_twice_as_long_as_importing_click() -> None:
    """The best of alternating runs: what else the machine does only ever adds."""
    ours, click = [], []
    for _ in range(_ROUNDS):
        click.append(seconds("-c", "import click"))
        ours.append(seconds("-m", "syncworker", "--help"))
    assert min(ours) <= _MOST * min(click), f"{min(ours):.3f} s against {min(click):.3f} s"


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start
