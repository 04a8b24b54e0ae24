"""What of a plan a run sends, where it was asked for some metrics or records only."""

from __future__ import annotations

from collections.abc import Callable

from syncworker.engine.memory import Run
from syncworker.mapping.portal import PortalMapping
from syncworker.planning.records import RecordPlan
from syncworker.planning.select import narrowed, parse, selected

Narrow = Callable[[RecordPlan], RecordPlan | None]


def narrows(run: Run) -> bool:
    """Whether the run sends only a part of what it finds."""
    return bool(run.options.get("metrics") or run.options.get("select"))


def narrow(run: Run, mapping: PortalMapping, object_name: str) -> Narrow:
    """Gives of a record's plan what the run may send; None: nothing."""
    selectors = [parse(text) for text in run.options.get("select") or ()]
    names: set[str] | None = None
    wanted = {one.name for one in selectors if one.kind == "property"}
    if wanted:
        names = wanted
    metrics = run.options.get("metrics")
    if metrics:
        of_metrics = {
            name
            for name, config in mapping.objects[object_name].properties.items()
            if config.metric in metrics
        }
        names = of_metrics if names is None else names & of_metrics

    def of(plan: RecordPlan) -> RecordPlan | None:
        return narrowed(plan, names) if selected(plan, selectors) else None

    return of
