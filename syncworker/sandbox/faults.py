"""Answers that go wrong on purpose: the next so many requests, or a percentage of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncworker.sandbox.answers import ApiError, Json
from syncworker.sandbox.rates import HTML, REFUSED_ROW, RESET, TIMEOUT, TRUNCATED, Fate, Rates

_PAGE = {"Content-Type": "text/html; charset=UTF-8"}
_NETWORK_STATUSES = range(520, 600)  # answered by the network in front of HubSpot, in HTML
_RETRY_AFTER = {423: "2", 477: "3"}
_TOO_MANY = 429
_WORDS = {
    400: ("VALIDATION_ERROR", "The request was not valid."),
    401: ("INVALID_AUTHENTICATION", "Authentication credentials not found."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "resource not found"),
    409: ("CONFLICT", "The record was changed at the same time."),
    423: ("LOCKED", "The account is locked for a short time by a high volume of changes."),
    477: ("MIGRATION_IN_PROGRESS", "The account is being moved to another data centre."),
    503: ("", "The service is temporarily unavailable."),
}


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
        text: The body of that answer where it is no JSON.
        headers: More headers of that answer, such as Retry-After.
        done: With a status: do the work all the same.
        delay: Wait this many seconds first.
        hang: Say nothing for this many seconds, do nothing and cut the connection.
        late: Do the work, then hold the answer back for this many seconds.
        cut: Do the work, then cut the connection: the answer is lost.
        drop: Do nothing and cut the connection at once.
        truncate: Do the work and send half of the answer: `cut` in the middle, or `short`, as if
            that were all of it.
        refuse: Of a batch with trace ids, refuse the input at this place, from 0 to 1 of the way.
    """

    path: str = ""
    method: str = ""
    skip: int = 0
    times: int = 1
    status: int = 0
    body: Json = field(default_factory=dict)
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False
    delay: float = 0.0
    hang: float = 0.0
    late: float = 0.0
    cut: bool = False
    drop: bool = False
    truncate: str = ""
    refuse: float | None = None


class Faults:
    """What goes wrong with the requests to come.

    Args:
        portal_id: For error bodies.

    Attributes:
        waiting: Faults for so many requests, in the order they were asked for.
        rates: Faults by percentage, for requests that no waiting fault hits.
    """

    def __init__(self, portal_id: int) -> None:
        self.portal_id = portal_id
        self.waiting: list[Fault] = []
        self.rates = Rates()

    def add(self, fault: Fault) -> None:
        """Let matching requests go wrong from now on."""
        self.waiting.append(fault)

    def clear(self) -> None:
        """Be well again."""
        self.waiting.clear()
        self.rates = Rates()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, counted down, or None."""
        fate = self.rates.next()
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
        return self._fated(fate) if fate else None

    def _fated(self, fate: Fate) -> Fault:
        pause = self.rates.pause
        faults = {
            TIMEOUT: Fault(late=pause, cut=True) if fate.done else Fault(hang=pause),
            RESET: Fault(cut=fate.done, drop=not fate.done),
            REFUSED_ROW: Fault(refuse=fate.place),
            TRUNCATED: Fault(truncate="cut" if fate.done else "short"),
            HTML: Fault(status=200, text=_page("Sorry"), headers=_PAGE, done=fate.done),
        }
        return faults.get(fate.kind) or answering(int(fate.kind), self.portal_id)


def answering(status: int, portal_id: int) -> Fault:
    """The fault that is an answer with this status, as HubSpot or its network words it."""
    if status in _NETWORK_STATUSES:
        return Fault(status=status, text=_page(f"{status}"), headers=_PAGE)
    if status == _TOO_MANY:
        group = f"publicapi:private_app-api-calls-ten-secondly:1:{portal_id}"
        policy = {"policyName": "TEN_SECONDLY_ROLLING", "groupName": group}
        message = "You have reached your ten_secondly_rolling limit."
        refused = ApiError(status, "", message, errorType="RATE_LIMIT", **policy)
        return Fault(status=status, body=refused.body())
    category, message = _WORDS.get(status, ("", "The request could not be answered."))
    held = {"Retry-After": _RETRY_AFTER[status]} if status in _RETRY_AFTER else {}
    return Fault(status=status, body=ApiError(status, category, message).body(), headers=held)


def _page(title: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>"
