"""Product qualification looked at midnight by midnight, event by event: slow, and plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncworker.metrics.settings_pql import Milestone, PqlSettings


@dataclass(frozen=True)
class Act:
    """An event with its account and user, or a daily count (whose id is empty)."""

    account: str
    user: str | None
    name: str
    ts: datetime
    quantity: float
    id: str


@dataclass(frozen=True)
class Quota:
    """A price an account had from one instant to another."""

    account: str
    price: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Seen:
    """What is seen of somebody at the last look."""

    holds: bool
    ever: bool
    since: datetime | None
    first: datetime | None
    done: int


def looks(first: datetime, as_of: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every local midnight after `first` up to `as_of`, and `as_of`."""
    day: date = first.astimezone(zone).date()
    found = []
    while True:
        day += timedelta(days=1)
        at = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        if at > as_of:
            return [*dict.fromkeys([*found, as_of])]
        found.append(at)


def reached(
    milestone: Milestone, acts: Sequence[Act], quotas: Sequence[Quota], at: datetime, zone: ZoneInfo
) -> bool:
    """Whether a milestone is reached at an instant by what was done before it."""
    done = [act for act in acts if act.name == milestone.event and act.ts < at]
    if milestone.window_days:
        earliest = at - timedelta(days=milestone.window_days)
        done = [act for act in done if act.ts >= earliest]
    if milestone.type == "action":
        return len(done) >= milestone.times
    if milestone.type == "frequency":
        return len({act.ts.astimezone(zone).date() for act in done}) >= milestone.days
    value = sum(act.quantity for act in done)
    if milestone.measure == "level":
        last = max(done, key=lambda act: (act.ts, act.id), default=None)
        value = last.quantity if last else 0
    if not milestone.quota_percent:
        return value >= milestone.amount
    allowed = sum(milestone.quotas.get(q.price, 0) for q in quotas if q.begin < at <= q.end)
    quota = allowed or milestone.quota
    return bool(quota) and value > 0 and value * 100 >= quota * milestone.quota_percent


def fulfilled(settings: PqlSettings, done: dict[str, bool]) -> bool:
    """Whether the milestones that are reached fulfil the rule."""
    if settings.override and done[settings.override]:
        return True
    asked = []
    if settings.any_of:
        asked.append(any(done[name] for name in settings.any_of))
    if settings.all_of:
        asked.append(all(done[name] for name in settings.all_of))
    if settings.at_least.count:
        of = set(settings.at_least.of or done)
        asked.append(sum(done[name] for name in of) >= settings.at_least.count)
    return bool(asked) and all(asked)


def seen(
    settings: PqlSettings,
    groups: Sequence[Sequence[Act]],
    quotas: Sequence[Quota],
    as_of: datetime,
    zone: ZoneInfo,
) -> Seen:
    """What is seen at `as_of` of somebody who qualifies by any of these groups of acts."""
    acts = [act for group in groups for act in group]
    if not acts:
        return Seen(holds=False, ever=False, since=None, first=None, done=0)

    def holds(at: datetime) -> bool:
        return any(
            fulfilled(
                settings,
                {n: reached(m, group, quotas, at, zone) for n, m in settings.milestones.items()},
            )
            for group in groups
        )

    changes = {at for quota in quotas for at in (quota.begin, quota.end)}
    for act in acts:
        spans = {m.window_days for m in settings.milestones.values()} | {0}
        changes |= {act.ts + timedelta(days=span) for span in spans}
    states = [(at, holds(at)) for at in looks(min(changes), as_of, zone)]
    starts = [
        at
        for (at, now), (_, before) in zip(states, [(as_of, False), *states], strict=False)
        if now and not before
    ]
    begins = [max(at for at in changes if at < start and not holds(at)) for start in starts]
    everybody = {
        name: reached(m, acts, quotas, as_of, zone) for name, m in settings.milestones.items()
    }
    return Seen(
        holds=states[-1][1],
        ever=bool(starts),
        since=begins[-1] if states[-1][1] else None,
        first=begins[0] if begins else None,
        done=sum(everybody.values()),
    )
