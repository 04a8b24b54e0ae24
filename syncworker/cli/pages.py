"""Shows how far a run is: bars on a terminal, a line each ten seconds elsewhere; all on stderr."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from syncworker.cli import modes
from syncworker.cli.console import tell
from syncworker.cli.pace import Pace, spoken
from syncworker.engine.memory import Chunk
from syncworker.engine.progress import Progress

LINE_SECONDS = 10.0


class Display(Protocol):
    """What a run's progress is shown on."""

    def page(self, chunk: Chunk, done: Mapping[str, Any]) -> None:
        """A page of a stream was read."""
        ...

    def step(self, progress: Progress) -> None:
        """So far is the run's step."""
        ...


@contextmanager
def shown() -> Iterator[Display]:
    """The display, for as long as the block lasts."""
    if not modes.animated():
        yield _Lines()
        return
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=False) as bars:
        display = _Bars(bars)
        yield display
        display.close()


class _Bars:
    """A bar per stream while it is read, then one per step."""

    def __init__(self, bars: Any) -> None:  # noqa: ANN401 - rich is imported on a terminal only
        self._bars = bars
        self._known: dict[str, Any] = {}
        self._pace = Pace()
        self._step = ""

    def page(self, chunk: Chunk, done: Mapping[str, Any]) -> None:
        rejected = f", {done['rejected']:,} rejected" if done["rejected"] else ""
        # How much there is to read only the last page tells: the bar runs on until then.
        self._show(_name(chunk), None, 0, f"{done['rows']:,} rows{rejected}")

    def step(self, progress: Progress) -> None:
        if progress.step == "extract" and progress.unit != "slices":
            return  # a bar per stream tells more
        if progress.step != self._step:
            self.close()
            self._pace, self._step = Pace(), progress.step
        self._pace.measure(time.monotonic(), progress.done)
        told = _told(progress, self._pace)
        self._show(progress.step, progress.of or None, progress.done, told)

    def _show(self, name: str, of: int | None, done: int, told: str) -> None:
        if name not in self._known:
            self.close()
            self._known[name] = self._bars.add_task(name, total=of, told="")
        self._bars.update(self._known[name], total=of, completed=done, told=told)

    def close(self) -> None:
        """What came before is over."""
        for name, bar in self._known.items():
            told = {"told": ""} if name == self._step else {}  # what was left is over
            self._bars.update(bar, total=1, completed=1, **told)
            self._bars.stop_task(bar)


class _Lines:
    """A line for each step, and one each ten seconds."""

    def __init__(self) -> None:
        self._at = 0.0
        self._step = ""
        self._pace = Pace()

    def page(self, chunk: Chunk, done: Mapping[str, Any]) -> None:
        if self._due():
            tell(f"  extract {_name(chunk)}: {done['rows']:,} rows in {done['pages']:,} pages")

    def step(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.step != self._step:
            self._step, self._at, self._pace = progress.step, now, Pace()
            tell(f"  {progress.step} …")
        self._pace.measure(now, progress.done)
        if self._due():
            tell(f"  {progress.step}: {_told(progress, self._pace)}")

    def _due(self) -> bool:
        now = time.monotonic()
        due = now - self._at >= LINE_SECONDS
        self._at = now if due else self._at
        return due


def _told(progress: Progress, pace: Pace) -> str:
    """What is done, how fast, and how long the rest takes at that rate."""
    if progress.of <= 1:
        return ""
    text = f"{progress.done:,} of {progress.of:,} {progress.unit} ({progress.share:.0%})"
    if progress.unit == "records" and pace.rate:
        text += f", {pace.rate:,.0f}/s"
    left = pace.left(progress.of - progress.done)
    return text if left is None or not left else f"{text}, about {spoken(left)} left"


def _name(chunk: Chunk) -> str:
    name = f"{chunk.payload['source']}.{chunk.payload['stream']}"
    return f"{name} from {chunk.payload['from'][:10]}" if "from" in chunk.payload else name
