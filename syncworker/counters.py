"""What processes count while they work, for Prometheus; nothing is counted until it is asked for.

Celery's children are processes of their own: each writes its numbers to files in the folder that
PROMETHEUS_MULTIPROC_DIR names, and whoever serves them adds them up. So the variable must be set
before a worker starts; `syncworker worker` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

_SECONDS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class _Counted:
    requests: Counter
    waited: Counter
    records: Counter
    chunks: Histogram
    runs: Counter


_counted: list[_Counted] = []


def start() -> None:
    """Count from now on in this process; needs the extra `metrics`. Safe to call again."""
    if _counted:
        return
    from prometheus_client import Counter, Histogram

    _counted.append(
        _Counted(
            requests=Counter(
                "syncworker_hubspot_requests",
                "HubSpot requests by kind (read, search, write, schema...) and status",
                ["kind", "status"],
            ),
            waited=Counter(
                "syncworker_budget_wait_seconds", "Seconds that requests waited for the budget"
            ),
            records=Counter(
                "syncworker_records",
                "Records that came to an outcome",
                ["portal", "object", "outcome"],
            ),
            chunks=Histogram(
                "syncworker_chunk_seconds",
                "Seconds that chunks took, by step and whether they were done",
                ["step", "outcome"],
                buckets=_SECONDS,
            ),
            runs=Counter("syncworker_runs", "Runs that ended", ["portal", "kind", "status"]),
        )
    )


def request(kind: str, status: int | None, waited: float) -> None:
    """A HubSpot request was answered (status None: it was not) after waiting for the budget."""
    for counted in _counted:
        counted.requests.labels(kind, "none" if status is None else str(status)).inc()
        counted.waited.inc(waited)


def record(portal: str, object_name: str, outcome: str, number: int = 1) -> None:
    """Records of a portal's object were sent, held or rejected."""
    for counted in _counted:
        counted.records.labels(portal, object_name, outcome).inc(number)


def chunk(step: str, outcome: str, seconds: float) -> None:
    """A chunk was done, or stopped."""
    for counted in _counted:
        counted.chunks.labels(step, outcome).observe(seconds)


def run(portal: str, kind: str, status: str) -> None:
    """A run ended."""
    for counted in _counted:
        counted.runs.labels(portal, kind, status).inc()
