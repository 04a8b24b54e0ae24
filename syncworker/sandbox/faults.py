"""Answers that go wrong on purpose, for tests: so many requests, then the portal is well again."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncworker.sandbox.answers import Json


@dataclass(slots=True)
class Fault:
    """What happens to the next requests that match.

    Attributes:
        path: A fragment of the request's path, such as `companies/batch/update`; "": every one.
        method: GET, POST...; "": every one.
        skip: How many matching requests pass unharmed first.
        times: How many matching requests it then hits.
        status: Answer with this status and do nothing; 0: the request is done.
        body: The body of that answer.
        headers: More headers of that answer, such as Retry-After.
        delay: Wait this many seconds first.
        hang: Say nothing for this many seconds, do nothing and cut the connection.
        late: Do the work, then hold the answer back for this many seconds.
        cut: Do the work, then cut the connection: the answer is lost.
    """

    path: str = ""
    method: str = ""
    skip: int = 0
    times: int = 1
    status: int = 0
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hang: float = 0.0
    late: float = 0.0
    cut: bool = False


class Faults:
    """The faults that wait for a request, in the order they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let matching requests go wrong from now on."""
        self.waiting.append(fault)

    def clear(self) -> None:
        """Be well again."""
        self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, counted down, or None."""
        for fault in self.waiting:
            if fault.path not in path or fault.method not in {"", method}:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None
