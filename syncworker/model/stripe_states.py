"""The states a subscription was in, from the object as it is and from its events.

Rows are of two kinds that exclude nothing of each other: a status, and `pause_collection:...`. Of
each kind the row with the latest `since` up to a moment says what held then: that state, if its
`until` is empty or later, else nothing. So a row with an `until` also ends an older row that was
still open.

What Stripe tells is taken: a status that an event began or ended, the end of a cancelled
subscription, the trial's period. What it does not tell is not invented: a state of unknown
beginning holds since it was seen, and then `observed_at` is that moment. Only `active` of unknown
beginning is no row: it is what holds where nothing else is known, and would be a new row each time
it is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncworker.model.stripe_changes import Change
from syncworker.model.stripe_json import Object, Row, mapping, number, text

PAUSED = "pause_collection:"


def state_rows(
    subscription: Object, *, observed: int, changes: Sequence[Change] = (), since: int | None = None
) -> list[Row]:
    """Rows of subscription_states.

    Args:
        subscription: The subscription as it is.
        observed: When it was seen, in seconds since 1970.
        changes: What its events tell, oldest first; they are complete from `since` on.
        since: From when on the events were read: a state that the first of them ended held since
            then at least. None: there are none.
    """
    status = text(subscription.get("status")) or ""
    pause = text(mapping(subscription.get("pause_collection")).get("behavior")) or ""
    begun = max(number(subscription.get("created")), since or 0)

    def start(state: str, until: int) -> int:
        return _told_start(subscription, state, until) or begun

    statuses = _intervals([(c.at, c.status, c.before) for c in changes], status, observed, start)
    pauses = _intervals(
        [(c.at, c.pause, c.pause_before) for c in changes], pause, observed, lambda *_: begun
    )
    found: dict[tuple[str, int], int | None] = {}
    for state, began, until in statuses:
        told = None
        if state in ("canceled", "trialing"):
            told = _told_start(subscription, state, until or observed)
        found[state, told or began] = until
    found |= {(PAUSED + behavior, began): until for behavior, began, until in pauses}

    # What the object shows and no event began: since it says so itself, else since it was seen.
    running = {state for (state, _), until in found.items() if until is None}
    seen = set()
    for state in filter(None, (status, pause and PAUSED + pause)):
        if state not in running:
            told = _told_start(subscription, state, observed)
            if told or state != "active":
                found[state, told or observed] = None
                seen |= set() if told else {state}
    trial, end = subscription.get("trial_start"), subscription.get("trial_end")
    if isinstance(trial, int) and isinstance(end, int) and status != "trialing":
        ended = min(end, number(subscription.get("ended_at")) or end)
        if trial < ended <= observed:
            found.setdefault(("trialing", trial), ended)
    return [
        {
            "sub_id": subscription.get("id"),
            "state": state,
            "since": began,
            "until": until,
            "observed_at": observed if state in seen and until is None else None,
        }
        for (state, began), until in found.items()
    ]


def _intervals(
    steps: Sequence[tuple[int, str | None, str | None]],
    now: str,
    observed: int,
    start: Callable[[str, int], int],
) -> list[tuple[str, int, int | None]]:
    """State, since and until of what the steps tell, oldest first.

    Args:
        steps: When, the state from then on (None: unchanged), the state before (None: not told).
        now: The state the object shows.
        observed: When it was seen.
        start: The best known beginning of a state that ended at a time.
    """
    found: list[tuple[str, int, int | None]] = []
    state: str | None = None
    began = 0
    for at, after, before in steps:
        if after is None or after in (state, before):
            continue
        if state is not None:
            found.append((state, began, at))
        elif before and (first := start(before, at)) < at:
            found.append((before, first, at))
        state, began = after, at
    if state is not None:
        # An event that is not listed yet has ended it: at the latest when the object was seen.
        found.append((state, began, None if state == now else observed))
    return [one for one in found if one[0]]


def _told_start(subscription: Object, state: str, until: int) -> int | None:
    """Since when the state holds, where the object itself says so."""
    key = {
        "canceled": "ended_at",
        "incomplete_expired": "ended_at",
        "trialing": "trial_start",
        "incomplete": "created",
        "active": "trial_end",
    }.get(state)
    at = subscription.get(key) if key else None
    return at if isinstance(at, int) and at <= until else None
