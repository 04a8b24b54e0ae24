"""The words that say what a run is and how it stands; light, for commands' help."""

from __future__ import annotations

from typing import Literal

RunKind = Literal[
    "sync", "plan", "extract", "prune", "apply", "rollback", "backfill", "verify", "repair"
]
RunMode = Literal["inline", "queue"]
RunStatus = Literal[
    "running",
    "waiting",
    "paused",
    "planned",
    "done",
    "rejects",
    "refused",
    "failed",
    "cancelled",
]
Wish = Literal["", "pause", "cancel", "yield"]
