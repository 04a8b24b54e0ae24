"""A plan as a file: the header, then one record a line, as JSON. Whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from syncworker.engine import private_file
from syncworker.engine.proposal import Proposal
from syncworker.errors import ConfigError
from syncworker.planning.plan import to_json
from syncworker.planning.records import RecordPlan
from syncworker.planning.saved import Header, edited, header_of, records_of

SUFFIXES = (".json", ".jsonl", ".plan")


def names_file(text: str) -> bool:
    """Whether what a person typed is a file and not a portal."""
    return text.endswith(SUFFIXES) or Path(text).is_file()


def write(path: Path, proposal: Proposal) -> None:
    """Save the plan, readable by its owner only; a file that is there is replaced.

    Raises:
        ConfigError: It cannot be written; nothing is left behind.
    """
    records = (to_json(record) + "\n" for record in proposal.records())
    private_file.write(path, chain([proposal.header.to_json() + "\n"], records))


def read(path: Path) -> Proposal:
    """The plan that was saved; its records are read, and checked, each time they are asked for.

    Raises:
        ConfigError: There is no such file, or it is no plan.
        StalePlan: Its header was changed; its records say so of themselves and of a file that was
            replaced since.
    """
    meant = _header(path)
    return Proposal(meant, lambda: _records(path, meant))


def _records(path: Path, meant: Header) -> Iterator[RecordPlan]:
    # Only what was shown may be sent: the file may have been replaced while a person was asked.
    if _header(path).digest != meant.digest:
        raise edited(str(path))
    try:
        with path.open(encoding="utf-8") as file:
            yield from records_of(islice(file, 1, None), meant, str(path))
    except UnicodeDecodeError:
        raise edited(str(path)) from None


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
