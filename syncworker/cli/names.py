"""Names that a shell completes: of portals, runs and metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_RUNS = 50


class Named(click.types.StringParamType):
    """A text for which a shell offers the names there are.

    Args:
        names: The names; whatever goes wrong in it, nothing is offered.
    """

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        from click.shell_completion import CompletionItem

        try:
            return [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]
        except Exception:  # noqa: BLE001 - a shell that completes must never show an error
            return []


def type_of(words: tuple[str, ...], param: click.Parameter) -> Named | None:
    """What an argument or option called so names, or None where it is any text."""
    if param.name in ("portal", "portals"):
        return Named(_portals)
    if param.name in ("run_id", "run"):
        return Named(_run_ids)
    if param.name in ("metric", "metrics") or (words, param.name) == (("metrics", "show"), "name"):
        return Named(_metrics)
    return None


def _portals() -> list[str]:
    from syncworker import settings

    return sorted(path.stem for path in settings.load().mappings.glob("*.yaml"))


def _run_ids() -> list[str]:
    from syncworker import bootstrap, settings

    return [run.id for run in bootstrap.engine(settings.load()).runs.latest(None, _RUNS)]


def _metrics() -> list[str]:
    from syncworker.metrics.catalog import METRICS

    return sorted(METRICS)
