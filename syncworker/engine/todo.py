"""What is to be done next, as messages: a task's name and an id, nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncworker.engine.memory import Step

TaskName = Literal["sync_portal", "extract_chunk", "compute_chunk", "push_chunk", "finish_run"]

CHUNK_TASKS: dict[Step, TaskName] = {
    "extract": "extract_chunk",
    "compute": "compute_chunk",
    "push": "push_chunk",
}


@dataclass(frozen=True, slots=True)
class Todo:
    """One task: a run's id for `sync_portal` and `finish_run`, a chunk's for the others."""

    task: TaskName
    id: str | int
