"""Shows how far the sources have been read: a bar per stream on a terminal, lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from syncworker.cli import modes
from syncworker.cli.console import tell
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk

_LINE_SECONDS = 10.0


@contextmanager
def shown(engine: Engine) -> Iterator[Engine]:
    """The engine, whose extraction is shown on stderr for as long as the block lasts."""
    if not modes.animated():
        yield replace(engine, on_page=_lines())
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[rows]:,} rows{task.fields[rejected]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        bars: dict[str, Any] = {}

        def on_page(chunk: Chunk, done: Mapping[str, Any]) -> None:
            name = _name(chunk)
            if name not in bars:
                # How much there is to read only the last page tells: the bar runs on until then.
                for earlier in bars.values():
                    progress.update(earlier, total=1, completed=1)
                    progress.stop_task(earlier)
                bars[name] = progress.add_task(name, total=None, rows=0, rejected="")
            rejected = f", {done['rejected']:,} rejected" if done["rejected"] else ""
            progress.update(bars[name], rows=done["rows"], rejected=rejected)

        yield replace(engine, on_page=on_page)
        for bar in bars.values():
            progress.update(bar, total=1, completed=1)


def _lines() -> Any:  # noqa: ANN401
    """A line every ten seconds while a stream is read."""
    last = {"at": time.monotonic()}

    def on_page(chunk: Chunk, done: Mapping[str, Any]) -> None:
        now = time.monotonic()
        if now - last["at"] >= _LINE_SECONDS:
            last["at"] = now
            tell(f"  extract {_name(chunk)}: {done['rows']:,} rows in {done['pages']:,} pages")

    return on_page


def _name(chunk: Chunk) -> str:
    return f"{chunk.payload['source']}.{chunk.payload['stream']}"
