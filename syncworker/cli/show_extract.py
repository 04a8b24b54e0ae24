"""What an extraction read, by stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncworker.cli.console import columns
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run


def lines(engine: Engine, run: Run) -> Iterator[str]:
    """A line per stream: rows read, rows rejected, and how it was read."""
    results = engine.chunks.results(run.id, "extract")
    if results:
        yield f"{run.portal}  extract  as of {run.as_of:%Y-%m-%d %H:%M} UTC"
    yield from columns(
        [
            (
                f"{result['source']}.{result['stream']}",
                f"{result['rows']:,} rows",
                f"{result['rejected']:,} rejected",
                _how(result),
            )
            for result in results
        ]
    )


def _how(result: Mapping[str, Any]) -> str:
    if "stopped" in result:
        return f"stopped: {result['stopped']}"
    if result["unchanged"]:
        return "nothing has changed"
    return "whole" if result["whole"] else "new and changed"
