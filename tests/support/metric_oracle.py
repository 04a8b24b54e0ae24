"""The metrics a second time: row by row, in plain Python, slow, from the definitions alone.

It shares nothing with syncworker.metrics but the settings and the names of the columns. Amounts
are exact fractions, times are datetimes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from support.oracle_money import account_money, first_paid, half_up, licensed_items
from support.oracle_world import (
    COMPONENTS,
    DAY,
    Row,
    Term,
    World,
    earliest,
    first,
    latest,
    subscription_metrics,
)

from syncworker.metrics.settings import MetricSettings


@dataclass
class Act:
    account: str | None
    user: str | None
    name: str
    at: datetime
    day: date
    window: int | None
    amount: Fraction
    daily: bool


def acts_of(world: World) -> list[Act]:
    users = [row for row in world.rows("users") if world.come(row.get("created_at"))]
    home = {row["user_id"]: row.get("account_id") for row in users}
    zone = ZoneInfo(world.timezone)
    acts = []
    for row in world.rows("events"):
        if row["ts"] >= world.as_of or not world.come(row.get("received_at")):
            continue
        age = world.as_of - row["ts"]
        window = 0 if age <= 28 * DAY else 1 if age <= 56 * DAY else None
        amount = Fraction(1)
        if world.settings.usage_quantity:
            amount = Fraction(first(row.get("quantity"), 1))
        who = first(row.get("account_id"), home.get(row.get("user_id")))
        day = row["ts"].astimezone(zone).date()
        acts.append(
            Act(who, row.get("user_id"), row["name"], row["ts"], day, window, amount, daily=False)
        )
    for row in world.rows("usage_daily"):
        days = (world.last_day() - row["day"]).days
        if days < 0 or row["quantity"] <= 0:
            continue
        window = 0 if days < 28 else 1 if days < 56 else None
        amount = Fraction(row["quantity"])
        if not world.settings.usage_quantity:
            amount = Fraction(round(row["quantity"]))
        who = first(row.get("account_id"), home.get(row.get("user_id")))
        midnight = datetime(row["day"].year, row["day"].month, row["day"].day, tzinfo=zone)
        at = midnight.astimezone(ZoneInfo("UTC"))
        acts.append(
            Act(who, row.get("user_id"), row["name"], at, row["day"], window, amount, daily=True)
        )
    return acts


def preferred(acts: list[Act]) -> list[Act]:
    """Events where there are any; daily counts tell the same acts again."""
    return [act for act in acts if not act.daily] or acts


def is_key(act: Act, settings: MetricSettings) -> bool:
    return not settings.key_events or act.name in settings.key_events


def usage_in(acts: list[Act], window: int, settings: MetricSettings) -> Fraction:
    used = (act.amount for act in acts if act.window == window and is_key(act, settings))
    return sum(used, Fraction(0))


def features(settings: MetricSettings) -> set[str]:
    return set(settings.key_features or settings.key_events)


def back(act: Act, world: World) -> int:
    """Whole days between it and as_of: of 24 h, of a daily count local dates."""
    if act.daily:
        return (world.last_day() - act.day).days
    return (world.as_of - act.at - timedelta(microseconds=1)) // DAY


def usage_metrics(account: Row, acts: list[Act], world: World) -> Row:
    settings = world.settings
    now = [act for act in acts if act.window == 0]
    usage, before = usage_in(acts, 0, settings), usage_in(acts, 1, settings)
    old_enough = account.get("created_at") is None or account["created_at"] <= (
        world.as_of - 56 * DAY
    )
    change = (usage - before) * 100 / before if before > 0 and old_enough else None
    alert = "none"
    if change is not None and before >= settings.usage_min_base:
        if change <= settings.usage_critical_percent:
            alert = "critical"
        elif change <= settings.usage_warn_percent:
            alert = "warn"
    people = {act.user for act in now if act.user is not None}
    user_days = {(act.user, back(act, world)) for act in now if act.user is not None}
    long = sum((a.amount for a in acts if back(a, world) < 90 and is_key(a, settings)), Fraction(0))
    return {
        "usage_28d": usage,
        "usage_prev_28d": before,
        "usage_change_percent": change,
        "usage_alert": alert,
        "usage_90d": long,
        "active_users_28d": None if now and not people else len(people),
        "user_days_28d": None if now and not people else len(user_days),
        "active_days_28d": min(28, len({act.day for act in now})),
        "features_used_28d": len({act.name for act in now} & features(settings)),
        "last_seen_at": latest(*(act.at for act in acts)),
        "usage_comparable": old_enough,
    }


def trial_of(
    account: str, world: World
) -> tuple[datetime, datetime | None, datetime | None] | None:
    """When the latest trial was requested, started and ends."""
    found = [
        (row["requested_at"], row["trial_id"], row.get("started_at"), row.get("ends_at"))
        for row in world.there("trials", "requested_at")
        if row["account_id"] == account
    ] or [
        (term.trial_start, term.id, term.trial_start, period_end(term))
        for term in world.terms
        if term.account == account and term.trial_start and term.trial_start <= world.as_of
    ]
    if not found:
        return None
    requested, _, started, ends = max(found, key=lambda trial: trial[:2])
    return requested, started if world.come(started) else None, ends


def period_end(term: Term) -> datetime | None:
    """A subscription that is over tries no longer."""
    return earliest(term.trial_end, term.end if term.over else None)


def trial_metrics(account: str, acts: list[Act], world: World) -> Row:
    trial = trial_of(account, world)
    names = ("trial_status", "trial_requested_at", "trial_started_at", "trial_ends_at")
    if trial is None:
        return dict.fromkeys((*names, "days_trial_to_paid"))
    requested, started, ends = trial
    silence = world.settings.trial_silent_days * DAY
    during = [a for a in acts if requested <= a.at and (ends is None or a.at < ends)]
    if started is None:
        started = earliest(*(act.at for act in during if is_key(act, world.settings)))
    already, paid_at = first_paid(account, requested, world)
    over = ends is not None and ends <= world.as_of
    last_act = latest(started, *(act.at for act in during))
    heard = not {"events", "usage_daily"}.isdisjoint(world.streams)
    until = earliest(ends, world.as_of)
    if already or paid_at is not None:
        status = "converted"
    elif started is None:
        status = "abandoned" if over or world.as_of - requested >= silence else "requested"
    elif heard and last_act < until - silence:
        status = "abandoned"
    else:
        status = "expired" if over else "committed"
    days = None
    if paid_at is not None:
        days = max(0, floor((paid_at - first(started, requested)) / DAY))
    days_active = len({act.day for act in during}) if heard else None
    return dict(zip(names, (status, requested, started, ends), strict=True)) | {
        "days_trial_to_paid": days,
        "trial_active_days": days_active,
    }


def banded(value: Fraction, least: tuple[int, ...]) -> int:
    points = (100, 75, 50, 25)
    return next((p for limit, p in zip(least, points, strict=False) if value >= limit), 0)


def share(part: int, whole: int, least: tuple[int, ...]) -> int:
    percent = Fraction(100 * part, whole)
    return banded(percent, least) or (25 if part else 0)


def account_of(row: Row, world: World) -> str | None:
    users = [user for user in world.rows("users") if world.come(user.get("created_at"))]
    home = {user["user_id"]: user.get("account_id") for user in users}
    return first(row.get("account_id"), home.get(row.get("user_id")))


def tickets_opened(account: str, world: World) -> int:
    rows = world.there("tickets", "opened_at")
    return sum(
        account_of(row, world) == account
        and world.as_of - 30 * DAY <= row["opened_at"] < world.as_of
        for row in rows
    )


def answers(kind: str, days: int, world: World) -> list[Row]:
    top = 10 if kind == "nps" else 5
    return [
        row
        for row in world.there("survey_responses", "at")
        if row["kind"] == kind
        and world.as_of - days * DAY <= row["at"] < world.as_of
        and (0 if kind == "nps" else 1) <= row["score"] <= top
        and row.get("scale") in (None, top)
    ]


def nps_of(account: str, world: World) -> Fraction | None:
    last: dict[str, Row] = {}
    for row in sorted(answers("nps", 180, world), key=lambda row: (row["at"], row["response_id"])):
        if account_of(row, world) == account:
            last[first(row.get("user_id"), f"answer {row['response_id']}")] = row
    scores = [floor(row["score"] + 0.5) for row in last.values()]
    return Fraction(sum(scores), len(scores)) if scores else None


def csat_of(account: str, world: World) -> Fraction | None:
    mine = [r["score"] for r in answers("csat", 90, world) if account_of(r, world) == account]
    return Fraction(sum(score >= 4 for score in mine), len(mine)) if mine else None


def support(account: str, world: World) -> int | None:
    if "tickets" not in world.streams:
        return None
    opened = tickets_opened(account, world)
    return 100 if opened == 0 else 75 if opened == 1 else 50 if opened < 4 else 0


def sentiment(account: str, world: World) -> int | None:
    felt, satisfied = nps_of(account, world), csat_of(account, world)
    if felt is None and satisfied is not None:
        felt = satisfied * 10
    if felt is None:
        return None
    return 100 if felt >= 9 else 75 if felt >= 7 else 40 if felt >= 5 else 0


def components(account: str, used: Row, world: World) -> dict[str, int | None]:
    settings, bands = world.settings, world.settings.health_bands
    values: dict[str, int | None] = dict.fromkeys(COMPONENTS)
    live = [term for term in world.terms if term.account == account and not term.over]
    usage_known = not {"events", "usage_daily"}.isdisjoint(world.streams)
    if usage_known:
        if used["usage_change_percent"] is not None:
            values["usage_trend"] = banded(used["usage_change_percent"], bands.usage_trend)
        elif used["usage_comparable"]:
            values["usage_trend"] = 100 if used["usage_28d"] > 0 else 0
        values["frequency"] = banded(Fraction(used["active_days_28d"]), bands.frequency)
        if features(settings):
            wanted = len(features(settings))
            values["breadth"] = share(used["features_used_28d"], wanted, bands.breadth)
        seats = sum(
            first(row.get("quantity"), 1)
            for term in live
            for row in licensed_items(term.id, world.as_of, world)
            if not settings.seat_prices or row.get("price_id") in settings.seat_prices
        )
        if seats > 0 and used["active_users_28d"] is not None:
            values["seats"] = share(used["active_users_28d"], seats, bands.seats)
    values["support"] = support(account, world)
    values["sentiment"] = sentiment(account, world)
    statuses = {term.status for term in live}
    if "unpaid" in statuses:
        values["billing"] = 0
    elif "past_due" in statuses:
        values["billing"] = 25
    elif statuses & {"active", "trialing"}:
        values["billing"] = 25 if any(term.pending for term in live) else 100
    return values


def health(account: Row, used: Row, world: World) -> Row:
    values = components(account["account_id"], used, world)
    given = world.settings.health_weights
    weights = {name: getattr(given, name) for name in COMPONENTS}
    young_until = world.as_of - world.settings.onboarding_days * DAY
    if account.get("created_at") is not None and account["created_at"] > young_until:
        weights |= {"usage_trend": 0, "seats": 0, "frequency": 30, "breadth": 30}
    carried = {n: weights[n] for n in COMPONENTS if values[n] is not None and weights[n] > 0}
    total, carries = sum(weights.values()), sum(carried.values())
    result: Row = {f"health_{name}": value for name, value in values.items()}
    result["health_coverage"] = half_up(Fraction(100 * carries, total)) if total else 0
    result |= {"health_score": None, "health_band": "unknown"}
    result |= {f"health_{name}_tenths": None for name in COMPONENTS}
    if not carries or 2 * carries < total:
        return result
    points = sum(weight * (values[name] or 0) for name, weight in carried.items())
    score = half_up(Fraction(points, carries))
    bands = world.settings.health_bands
    band = "red" if score <= bands.red else "yellow" if score <= bands.yellow else "green"
    tenths = dict(largest_remainder(carried, values, carries, 10 * (score - 50)))
    result |= {f"health_{name}_tenths": value for name, value in tenths.items()}
    return result | {"health_score": score, "health_band": band}


def largest_remainder(
    carried: dict[str, int], values: dict[str, int | None], carries: int, total: int
) -> Iterator[tuple[str, int]]:
    exact = {n: Fraction(10 * w * ((values[n] or 0) - 50), carries) for n, w in carried.items()}
    tenths = {name: floor(part) for name, part in exact.items()}
    order = sorted(exact, key=lambda name: tenths[name] - exact[name])
    missing = total - sum(tenths.values())  # below zero where the score was rounded down
    turn = order if missing > 0 else order[::-1]
    for place in range(abs(missing)):
        tenths[turn[place % len(order)]] += 1 if missing > 0 else -1
    yield from tenths.items()


def expected_accounts(world: World) -> dict[str, Row]:
    acts = acts_of(world)
    result = {}
    for account in world.there("accounts", "created_at"):
        name = account["account_id"]
        mine = preferred([act for act in acts if act.account == name])
        used = usage_metrics(account, mine, world)
        result[name] = {
            **used,
            **subscription_metrics(name, world),
            **account_money(name, world),
            **trial_metrics(name, mine, world),
            **health(account, used, world),
            "tickets_opened_30d": tickets_opened(name, world),
            "nps_exact": nps_of(name, world),
        }
    return result


def address(text: str | None) -> str | None:
    return None if text is None else text.strip().lower()


def expected_people(world: World) -> dict[str, Row]:
    acts = acts_of(world)
    users = world.there("users", "created_at")
    asked: dict[str | None, list[Row]] = {}
    for row in world.there("demo_requests", "submitted_at"):
        asked.setdefault(address(row["email"]), []).append(row)
    people = {row["user_id"]: address(row.get("email")) for row in users}
    known = set(people.values())
    people |= {f"email:{email}": email for email in asked if email not in known}
    result = {}
    users_there = {row["user_id"] for row in users}
    for user, email in people.items():
        stranger = user not in users_there
        mine = preferred([act for act in acts if act.user == user])
        demos = sorted(
            asked.get(email, []) if email is not None else [],
            key=lambda row: (row["submitted_at"], row["submission_id"]),
        )
        types = [first(row.get("type"), "unknown") for row in demos]
        result[user] = {
            "user_usage_28d": None if stranger else usage_in(mine, 0, world.settings),
            "user_last_seen_at": latest(*(act.at for act in mine)),
            "first_demo_request_at": demos[0]["submitted_at"] if demos else None,
            "last_demo_request_at": demos[-1]["submitted_at"] if demos else None,
            "demo_type_first": types[0] if types else None,
            "demo_type_last": types[-1] if types else None,
            "demo_count": len(demos),
        }
    return result
