"""A portal's rows as plain dictionaries, and its subscriptions at `as_of`, one by one.

The ground of metric_oracle.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncworker.metrics.settings import MetricSettings

Row = dict[str, Any]
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
BEST_FIRST = ("active", "past_due", "trialing", "unpaid", "paused", "canceled")
NEVER_PAID = ("trialing", "paused")
PAYERS = ("active", "past_due", "unpaid")
COMPONENTS = ("usage_trend", "frequency", "breadth", "seats", "support", "sentiment", "billing")


@dataclass
class World:
    """A portal's rows by stream; a stream that is not in it nobody provides."""

    as_of: datetime
    timezone: str
    currency: str
    settings: MetricSettings
    streams: dict[str, list[Row]]
    terms: list["Term"] = field(default_factory=list)
    read_at: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    """When rows were read that do not say so."""

    def __post_init__(self) -> None:
        self.terms = [term for row in self.rows("subscriptions") if (term := term_of(row, self))]

    def rows(self, stream: str) -> list[Row]:
        return self.streams.get(stream, [])

    def gone(self, row: Row) -> bool:
        return row.get("deleted_at") is not None and row["deleted_at"] <= self.as_of

    def come(self, at: datetime | None) -> bool:
        return at is None or at <= self.as_of

    def there(self, stream: str, since: str) -> list[Row]:
        """Rows that had come into being and were still in the source."""
        rows = self.rows(stream)
        return [row for row in rows if self.come(row.get(since)) and not self.gone(row)]

    def last_day(self) -> date:
        return (self.as_of - INSTANT).astimezone(ZoneInfo(self.timezone)).date()


def first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def earliest(*values: datetime | None) -> datetime | None:
    return min((value for value in values if value is not None), default=None)


def latest(*values: datetime | None) -> datetime | None:
    return max((value for value in values if value is not None), default=None)


@dataclass
class Term:
    """A subscription at `as_of`; `end` lies ahead where it is not over."""

    id: str
    account: str
    start: datetime | None
    trial_start: datetime | None
    trial_end: datetime | None
    end: datetime | None
    asked_at: datetime | None
    status: str
    raw: str
    over: bool
    pending: bool
    row: Row
    tried_to_last: bool

    @property
    def begin(self) -> datetime | None:
        """From when it can be paid for: a trial period is free."""
        return latest(self.start, self.trial_end)

    @property
    def paid_for(self) -> bool:
        only_tried = self.end is not None and self.trial_end is not None
        only_tried = only_tried and self.end <= self.trial_end
        tried = only_tried or self.tried_to_last
        only_tries = self.raw in NEVER_PAID and self.status not in PAYERS
        return not only_tries and not tried and not self.strange

    @property
    def strange(self) -> bool:
        return not self.over and self.status not in BEST_FIRST


def term_of(row: Row, world: World) -> Term | None:
    get, now = row.get, world.as_of
    raw = row["status"]
    began = world.come(get("created_at")) and world.come(get("started_at"))
    if raw in ("incomplete", "incomplete_expired") or not began:
        return None
    start = first(get("started_at"), get("created_at"))
    asked = world.come(get("cancel_requested_at"))
    planned = None
    if asked:
        with_period = get("current_period_end") if get("cancel_at_period_end") else None
        planned = first(get("cancel_at"), with_period)
    end = get("ended_at")
    if end is None and raw == "canceled":
        came = planned if planned is not None and planned <= now else None
        end = first(came, get("cancel_requested_at"), start)
    elif end is None:
        end = planned
    if world.gone(row):
        end = earliest(end, row["deleted_at"])
    over = end <= now if end is not None else raw == "canceled"
    if not over:
        known_later = get("ended_at") if get("cancel_requested_at") is not None else None
        end = first(planned, known_later) if asked else None
        if end is not None and end <= now:
            end = get("ended_at")
    by_period = asked and bool(get("cancel_at_period_end"))
    pending = not over and (end is not None or by_period)
    return Term(
        id=row["sub_id"],
        account=row["account_id"],
        start=start,
        trial_start=get("trial_start"),
        trial_end=get("trial_end"),
        end=end,
        asked_at=get("cancel_requested_at") if asked else None,
        status="canceled" if over else status_at(row, now, world),
        raw=raw,
        over=over,
        pending=pending,
        row=row,
        tried_to_last=over and end is not None and _tried_to_last(row, end, world),
    )


def told(row: Row, at: datetime, world: World, *, pause: bool) -> str | None:
    """The state of a kind that the history tells for an instant; None: nothing is known."""
    found = []
    for state in world.rows("subscription_states"):
        name, is_pause = state["state"], state["state"].startswith("pause_collection:")
        if state["sub_id"] == row["sub_id"] and is_pause == pause and name != "canceled":
            until = state.get("until")
            value = name.removeprefix("pause_collection:")
            found.append((state["since"], True, until is None, until, value))
    behavior, read = row.get("pause_behavior"), row.get("synced_at", world.read_at)
    if pause:
        since = first(row.get("pause_since") if behavior else None, read)
        until = row.get("pause_resumes_at") if behavior else None
        found.append((since, False, until is None, until, behavior or "none"))
    elif row["status"] != "canceled":
        found.append((read, False, True, None, row["status"]))
    before = [one for one in found if one[0] <= min(at, world.as_of)]
    if not before:
        return None
    last = max(one[0] for one in before)
    chosen = max(
        (one for one in before if one[0] == last),
        key=lambda one: (one[1], one[2], one[3] or last, one[4]),
    )
    return chosen[4] if chosen[3] is None or chosen[3] > at else None


def _tried_to_last(row: Row, end: datetime, world: World) -> bool:
    """Whether it was tried just before its end, and never seen to be more than that."""
    if told(row, end - INSTANT, world, pause=False) not in (*NEVER_PAID, "incomplete"):
        return False
    times = {s["since"] for s in world.rows("subscription_states")}
    times |= {row.get("synced_at", world.read_at)}
    more = ("active", "past_due", "unpaid")
    return not any(told(row, at, world, pause=False) in more for at in times if at <= world.as_of)


def status_at(row: Row, at: datetime, world: World) -> str:
    """The status at an instant of a subscription that runs then."""
    raw, trial_end = row["status"], row.get("trial_end")
    known = (*BEST_FIRST, "incomplete", "incomplete_expired")
    usual = raw if raw in NEVER_PAID or raw not in known else "active"
    status = first(told(row, at, world, pause=False), usual)
    payer = status in ("active", "past_due")
    if payer and trial_end is not None and trial_end > at:
        return "trialing"
    pause = told(row, at, world, pause=True)
    paused = world.settings.revenue.paused
    counts = {
        "none": ("none",),
        None: ("none", "keep_as_draft"),
        "draft": ("none", "keep_as_draft"),
    }
    if payer and pause is not None and paused != "all" and pause not in counts[paused]:
        return "paused"
    return str(status)


def counted_statuses(world: World) -> tuple[str, ...]:
    late = ("past_due",) if world.settings.revenue.past_due is not False else ()
    return ("active", *late)


def subscription_metrics(account: str, world: World) -> Row:
    terms = [term for term in world.terms if term.account == account]
    live = [term for term in terms if not term.over]
    pending = [term for term in live if term.pending]
    leaving = [term for term in terms if term.over or term.pending]
    cancelled = bool(terms) and len(leaving) == len(terms)
    churned = not live and any(term.paid_for for term in terms)
    last_end = latest(*(term.end for term in terms if term.over))
    asked = [first(term.asked_at, term.end if term.over else None) for term in leaving]
    effective = last_end if cancelled else None
    if pending:
        effective = earliest(*(term.end for term in pending))
    statuses = {term.status for term in terms}
    return {
        "subscription_status": next(
            (name for name in BEST_FIRST if name in statuses), None if statuses else "none"
        ),
        "subscriptions": len(terms),
        "subscriptions_live": len(live),
        "cancelled": cancelled,
        "cancelled_at": latest(*asked) if cancelled else None,
        "cancel_effective_at": effective,
        "cancel_pending": bool(pending),
        "churned": churned,
        "churned_at": last_end if churned else None,
    }
