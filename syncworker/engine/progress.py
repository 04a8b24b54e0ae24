"""How far a run is: of its step what is done, of how much."""

from __future__ import annotations

from dataclasses import dataclass

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run, Step

_UNITS: dict[Step, str] = {
    "start": "checks",
    "extract": "streams",
    "prepare": "portals",
    "compute": "shards",
    "canary": "checks",
    "push": "records",
    "associate": "shards",
    "end": "",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done of a run's step.

    Attributes:
        step: The step it is at.
        done: How much of it is done.
        of: How much it is in all; 0 where that is not known yet.
        unit: What is counted: streams, slices, shards or records.
    """

    step: Step
    done: int
    of: int
    unit: str

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.done / self.of if self.of else 0.0


def progress(engine: Engine, run: Run) -> Progress:
    """How far the run is at its step: records of a push, chunks of any other."""
    if run.step == "push":
        outcomes = engine.plans.outcomes(run.id)
        of = sum(outcomes.values())
        return Progress(run.step, of - outcomes.get("planned", 0), of, _UNITS[run.step])
    count = next((one for one in engine.turns.counts(run.id) if one.step == run.step), None)
    unit = _UNITS[run.step]
    if run.step == "extract" and run.kind == "backfill":
        unit = "slices"
    return Progress(run.step, count.done if count else 0, count.of if count else 0, unit)
