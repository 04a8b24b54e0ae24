"""A plan as a file: the header, then one record a line, as JSON. Whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from syncworker.engine.proposal import Proposal
from syncworker.errors import ConfigError
from syncworker.planning.plan import to_json
from syncworker.planning.records import RecordPlan
from syncworker.planning.saved import Header, header_of, records_of

SUFFIXES = (".json", ".jsonl", ".plan")


def names_file(text: str) -> bool:
    """Whether what a person typed is a file and not a portal."""
    return text.endswith(SUFFIXES) or Path(text).is_file()


def require_place(path: Path) -> None:
    """Make sure, before the work begins, that a plan can be saved there.

    Raises:
        ConfigError: It cannot.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        what = "is a folder" if path.is_dir() else f"is in no folder: {path.parent} does not exist"
        raise ConfigError(f"{path} {what}", help="name a file: --out plan.json", code="PLAN_PLACE")


def write(path: Path, proposal: Proposal) -> None:
    """Save the plan, readable by its owner only; a file that is there is replaced.

    Raises:
        ConfigError: It cannot be written; nothing is left behind.
    """
    try:
        # A new file of this kind may be read by nobody else.
        number, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(proposal.header.to_json() + "\n")
                file.writelines(to_json(record) + "\n" for record in proposal.records())
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            help="name another file: --out FILE",
            code="PLAN_PLACE",
        ) from None


def read(path: Path) -> Proposal:
    """The plan that was saved; its records are read, and checked, each time they are asked for.

    Raises:
        ConfigError: There is no such file, or it is no plan.
        StalePlan: Its header was changed.
    """
    return Proposal(_header(path), lambda: _records(path))


def _records(path: Path) -> Iterator[RecordPlan]:
    # Read anew with its header: the file may be another one by now.
    header = _header(path)
    with path.open(encoding="utf-8") as file:
        yield from records_of(islice(file, 1, None), header, str(path))


def _header(path: Path) -> Header:
    try:
        with path.open(encoding="utf-8") as file:
            return header_of(file.readline(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(
            f"{path} cannot be read: {why}",
            help="make a plan: syncworker plan PORTAL --out FILE",
            code="PLAN_UNREADABLE",
        ) from None
