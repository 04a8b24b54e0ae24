"""Writing records in batches, so that one bad record never harms its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncworker.hubspot.outcomes import blamed, outcomes, rejected, settled, target
from syncworker.hubspot.paths import BATCH_CREATE, BATCH_UPDATE
from syncworker.hubspot.problems import (
    CONFLICT,
    NAMELESS,
    VANISHED,
    Problem,
    entries,
    problem,
    text,
)
from syncworker.hubspot.refusals import Refusal
from syncworker.hubspot.responses import TOO_LARGE
from syncworker.hubspot.retry import retried
from syncworker.hubspot.settling import settle
from syncworker.hubspot.transport import Transport
from syncworker.planning.records import Batch, BatchInput, RecordOutcome

_DUPLICATE = "duplicate id"
_VANISHED = Problem(VANISHED, "", "HubSpot reported success but left this record out")


def write(transport: Transport, batch: Batch, portal: str) -> tuple[RecordOutcome, ...]:
    """Send a batch and return one outcome per input, in the order of the inputs.

    Every input carries its own trace id: with it HubSpot writes the good records of a batch and
    names the bad ones; without it one bad record would refuse all.

    Args:
        transport: The portal's connection.
        batch: Updates by HubSpot id, or creations.
        portal: The portal's name, for the commands in the help.

    Raises:
        PortalError: HubSpot refused or did not answer. Some of the records may have been written.
        ValueError: Two inputs have one trace id.
    """
    if len({one.trace_id for one in batch.inputs}) < len(batch.inputs):
        message = "two inputs of a batch have one trace id"
        raise ValueError(message)
    writing = _Writing(transport, batch, portal)
    for inputs in _each_record_once(writing.without_the_nameless(batch.inputs)):
        writing.deliver(inputs)
    return tuple(writing.done[one.trace_id] for one in batch.inputs)


def _each_record_once(inputs: Sequence[BatchInput]) -> list[list[BatchInput]]:
    """The inputs in as many requests as the most frequent record needs.

    HubSpot refuses a request that names a record twice.
    """
    requests: list[dict[str, BatchInput]] = []
    for one in inputs:
        name = target(one)
        free = next((request for request in requests if name not in request), None)
        if free is None:
            free = {}
            requests.append(free)
        free[name] = one
    return [list(request.values()) for request in requests]


class _Writing:
    """The work on one batch.

    Attributes:
        done: The outcomes so far, by trace id.
    """

    def __init__(self, transport: Transport, batch: Batch, portal: str) -> None:
        self.done: dict[str, RecordOutcome] = {}
        self._transport = transport
        self._batch = batch
        self._portal = portal
        self._endpoint = BATCH_UPDATE if batch.action == "update" else BATCH_CREATE
        self._match = batch.match_property
        # By trace id: records that may have been written without our knowing, and those among
        # them that a success left out.
        self._unsure: set[str] = set()
        self._omitted: set[str] = set()

    def without_the_nameless(self, inputs: Sequence[BatchInput]) -> list[BatchInput]:
        """The inputs without those that could not be found again if their answer got lost."""
        nameless = [] if self._batch.action == "update" else [i for i in inputs if not target(i)]
        told = Problem(NAMELESS, self._match, "it has no value to be found by again")
        self.done |= {one.trace_id: rejected(one, told, self._portal) for one in nameless}
        return [one for one in inputs if one.trace_id not in self.done]

    def deliver(self, inputs: Sequence[BatchInput], *, refused: bool = False) -> bool:
        """See to it that every input has its outcome.

        Args:
            inputs: The records.
            refused: Several records are known to be refused together: they are not sent whole.

        Returns:
            Whether HubSpot took the request as a whole.
        """
        if refused and len(inputs) > 1:
            return self._halve(inputs)
        left, refusal = self._send(inputs)
        if refusal is None:
            return True
        if len(left) == 1:
            self._refuse([(left[0], problem(refusal.answer, refusal.rule.cause))])
        elif refusal.status in TOO_LARGE:
            middle = len(left) // 2
            self.deliver(left[:middle])
            self.deliver(left[middle:])
        else:
            rest = self._without_the_named(left, refusal)
            if len(rest) == len(left):
                self._halve(left)
            elif rest:
                self.deliver(rest)
        return False

    def _halve(self, inputs: Sequence[BatchInput]) -> bool:
        """Find who is to blame; where it is not in the first half it is in the second."""
        middle = len(inputs) // 2
        taken = self.deliver(inputs[:middle])
        self.deliver(inputs[middle:], refused=taken)
        return False

    def _send(self, inputs: Sequence[BatchInput]) -> tuple[list[BatchInput], Refusal | None]:
        """Send one request and take its outcomes; what got lost is settled before the next try.

        Returns:
            What was sent last, and its refusal; None: there is an answer for each.
        """
        left = list(inputs)
        lost = False

        def once() -> Mapping[str, Any] | Refusal:
            nonlocal left, lost
            if lost:
                left = self._settle(left)
            if not left:
                return {}
            body = {"inputs": [self._input(one) for one in left]}
            answer = self._transport.ask(self._endpoint, self._batch.object, body)
            lost = isinstance(answer, Refusal) and answer.rule.lost
            self._unsure |= {one.trace_id for one in left} if lost else set()
            return answer

        answer = retried(once, self._transport.patience, lambda refusal: refusal.rule.lost)
        if not isinstance(answer, Refusal):
            self._take(left, answer)
            return left, None
        if answer.rule.then != "reject":
            raise answer.error
        return left, answer

    def _take(self, inputs: Sequence[BatchInput], answer: Mapping[str, Any]) -> None:
        read = outcomes(self._batch, inputs, answer)
        self.done |= {one.trace_id: outcome for one, outcome in read.sent}
        self._refuse(read.refused)
        if len(inputs) == 1 and read.left and read.unnamed:
            self._refuse([(inputs[0], read.unnamed[0])])
        elif read.unnamed:
            for one in read.left:  # alone, an error can only mean this one
                self.deliver([one])
        elif read.left:
            self._left_out(read.left)

    def _left_out(self, inputs: Sequence[BatchInput]) -> None:
        """A success left records out: merged into others, gone, or just not mentioned."""
        again = [one for one in inputs if one.trace_id in self._omitted]
        self.done |= {one.trace_id: rejected(one, _VANISHED, self._portal) for one in again}
        first = [one for one in inputs if one.trace_id not in self._omitted]
        self._omitted |= {one.trace_id for one in first}
        self._unsure |= {one.trace_id for one in first}
        for one in self._settle(first):
            self.deliver([one])

    def _settle(self, inputs: Sequence[BatchInput]) -> list[BatchInput]:
        """Read what became of the inputs; returns those that are to be sent (again)."""
        if not inputs:
            return []
        told = settle(self._transport, self._batch, inputs, self._portal)
        self.done |= {
            trace: outcome
            if trace in self._unsure or outcome.status != "sent"
            else replace(outcome, status="existing")
            for trace, outcome in told.done.items()
        }
        return told.again

    def _without_the_named(
        self, inputs: Sequence[BatchInput], refusal: Refusal
    ) -> list[BatchInput]:
        """The inputs that a refusal of all of them does not blame; the others are dealt with."""
        answer = refusal.answer
        told = problem(answer, refusal.rule.cause)
        named, _ = blamed(inputs, [answer, *entries(answer, "errors")])
        if not named and self._batch.action == "create" and told.code == CONFLICT:
            return self._settle(inputs)
        if _DUPLICATE in text(answer.get("message")).lower():
            for one in inputs:
                if one.trace_id in named:
                    self.deliver([one])
        else:
            self._refuse([(one, named[one.trace_id]) for one in inputs if one.trace_id in named])
        return [one for one in inputs if one.trace_id not in named]

    def _refuse(self, refused: Iterable[tuple[BatchInput, Problem]]) -> None:
        to_find = []
        for one, told in refused:
            ours = told.property == self._match or (not told.property and self._match == "email")
            if self._batch.action == "update" or told.code != CONFLICT:
                outcome = rejected(one, told, self._portal)
            elif ours and told.holder and one.trace_id not in self._unsure:
                outcome = settled(one, "existing", told.holder, {})
            elif ours or not told.property:
                to_find.append((one, told))
                continue
            else:
                outcome = rejected(one, told, self._portal)
            self.done[one.trace_id] = outcome
        missing = {one.trace_id for one in self._settle([one for one, _ in to_find])}
        for one, told in to_find:
            if one.trace_id in missing:
                self.done[one.trace_id] = rejected(one, told, self._portal)

    def _input(self, one: BatchInput) -> dict[str, Any]:
        properties = dict(one.properties)
        if self._batch.action == "update":
            return {
                "id": one.hubspot_id,
                "properties": properties,
                "objectWriteTraceId": one.trace_id,
            }
        return {
            "properties": {self._match: one.match.strip()} | properties,
            "objectWriteTraceId": one.trace_id,
        }
