"""Files that a person asked for and that only their owner may read. Whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from syncworker.errors import ConfigError


def require_place(path: Path) -> None:
    """Make sure, before the work begins, that a file can be there.

    Raises:
        ConfigError: It cannot.
    """
    try:
        what = _in_the_way(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    if what:
        raise ConfigError(f"{path} {what}", help="name a file: --out FILE", code="OUT_PLACE")


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a text with mode 0600; a file that is there is replaced.

    Args:
        path: Where to.
        pieces: The text, which need not fit into memory.

    Raises:
        ConfigError: It cannot be written; nothing is left behind.
    """
    require_place(path)
    try:
        # A new file of this kind may be read by nobody else.
        number, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def _in_the_way(path: Path) -> str:
    if path.is_dir():
        return "is a folder"
    if path.exists() and not path.is_file():
        return "is no regular file"  # a device would be replaced, not written to
    if not path.absolute().parent.is_dir():
        return f"is in no folder: {path.parent} does not exist"
    return ""


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path} cannot be written: {error.strerror}",
        help="name another file: --out FILE",
        code="OUT_PLACE",
    )
