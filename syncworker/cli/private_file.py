"""Files that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path

from syncworker.errors import SettingsError


def write_private(path: Path, text: str) -> None:
    """Write a text with mode 0600, also where the file was there; raises SettingsError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}", help="name another file: --out FILE"
        ) from None
