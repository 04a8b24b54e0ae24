"""What is to be done next, as messages: a task's name and an id, nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncworker.engine.memory import Priority, Step

TaskName = Literal[
    "sync_portal",
    "extract_chunk",
    "prepare_chunk",
    "compute_chunk",
    "push_chunk",
    "associate_chunk",
    "finish_run",
    "look_for_news",
    "next_run",
]

CHUNK_TASKS: dict[Step, TaskName] = {
    "extract": "extract_chunk",
    "prepare": "prepare_chunk",
    "compute": "compute_chunk",
    "canary": "push_chunk",
    "push": "push_chunk",
    "associate": "associate_chunk",
}

QUEUE_PRIORITY: dict[Priority, int] = {"interactive": 0, "scheduled": 3, "backfill": 6}
"""A message's place in the queue by its run's priority: the lowest number is taken first."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One task and what it is about.

    That is a run's id for `sync_portal` and `finish_run`, a portal's name for `look_for_news`, a
    chunk's id for the others.
    `priority` is the run's and orders the queue; it is not part of the message.
    """

    task: TaskName
    id: str | int
    priority: Priority = "interactive"
