"""A subscription's own metrics and the open tickets, row by row."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from support.oracle_money import half_up, licensed_items, sub_mrr
from support.oracle_world import (
    BEST_FIRST,
    DAY,
    INSTANT,
    NEVER_PAID,
    PAYERS,
    Row,
    Term,
    World,
    counted_statuses,
    earliest,
)

WINDOW = 30 * DAY


def beyond_trial(term: Term) -> bool:
    if (term.raw in NEVER_PAID and term.status not in PAYERS) or term.strange:
        return False
    only_tried = term.end and term.trial_end and term.end <= term.trial_end
    only_tried = only_tried or term.tried_to_last
    return not (only_tried if term.over else term.status == "trialing")


def worth(sub_id: str, at: datetime, world: World) -> dict[str, Fraction] | None:
    mrr, unpriced, unreadable = sub_mrr(sub_id, at, world)
    return None if unpriced or unreadable else mrr


def one_amount(by_currency: dict[str, int]) -> tuple[int | None, str | None]:
    """The amount and its currency; no amount where there are several currencies."""
    some = {currency: amount for currency, amount in by_currency.items() if amount}
    if len(some) > 1:
        return None, None
    return sum(some.values()), next(iter(some), None)


def item_currency(term: Term, world: World) -> str:
    ever = {r["currency"] for r in world.rows("subscription_items") if r["sub_id"] == term.id}
    return ever.pop() if len(ever) == 1 else world.currency


def counted(term: Term, world: World) -> bool:
    return term.status in counted_statuses(world)


def running_amount(term: Term, world: World) -> dict[str, int] | None:
    """What the account's rounded sums grow by when this one is added to the older ones."""
    if term.strange:
        return None if licensed_items(term.id, world.as_of, world) else {}
    if not counted(term, world):
        return {}
    if worth(term.id, world.as_of, world) is None:
        return None

    def age(one: Term) -> tuple[bool, datetime, str]:
        return one.start is not None, one.start or world.as_of, one.id

    mine = [t for t in world.terms if t.account == term.account and counted(t, world)]
    before: dict[str, Fraction] = {}
    for one in sorted(mine, key=age):
        mrr, _, _ = sub_mrr(one.id, world.as_of, world)
        if one is term:
            sums = {c: (before.get(c, Fraction(0)), amount) for c, amount in mrr.items()}
            return {c: half_up(old + more) - half_up(old) for c, (old, more) in sums.items()}
        for currency, amount in mrr.items():
            before[currency] = before.get(currency, Fraction(0)) + amount
    raise AssertionError(term)


def money(term: Term, world: World) -> Row:
    lost = term.over and beyond_trial(term)
    if lost and term.end is None:
        by_currency = None
    elif lost:
        exact = worth(term.id, term.end - INSTANT, world)
        by_currency = None if exact is None else {c: half_up(a) for c, a in exact.items()}
    else:
        by_currency = {} if term.over else running_amount(term, world)
    amount, currency = (None, None) if by_currency is None else one_amount(by_currency)
    if amount is not None:
        currency = currency or item_currency(term, world)
    mrr = 0 if term.over else amount
    return {
        "subscription_mrr": mrr,
        "subscription_arr": None if mrr is None else 12 * mrr,
        "subscription_amount": amount,
        "subscription_currency": currency,
    }


def successor(old: Term, world: World) -> Term | None:
    """The subscription that replaced one that ended."""
    if not old.over or old.end is None or not beyond_trial(old):
        return None
    end = old.end
    began = [t for t in world.terms if t.account == old.account and t.start and beyond_trial(t)]
    nearest = [
        max((t.start for t in began if t.start <= end), default=None),
        min((t.start for t in began if t.start > end), default=None),
    ]
    found = []
    for start in nearest:
        if start is None or abs(start - end) > WINDOW:
            continue
        new = min((t for t in began if t.start == start), key=lambda t: t.id)
        newer = old.start is None or start > old.start
        if newer and (new.end is None or new.end > end):
            found.append(new)
    return min(found, key=lambda t: abs(t.start - end), default=None)


def change(new: Term, olds: list[Term], world: World) -> str | None:
    before: dict[str, Fraction] = {}
    at = earliest(new.start + WINDOW, world.as_of, new.end - INSTANT if new.end else None)
    after = worth(new.id, at, world)
    for old in olds:
        exact = worth(old.id, old.end - INSTANT, world)
        if exact is None:
            return None
        for currency, amount in exact.items():
            before[currency] = before.get(currency, Fraction(0)) + amount
    if after is None:
        return None
    sums = {
        c: (half_up(before.get(c, Fraction(0))), half_up(after.get(c, Fraction(0))))
        for c in {*before, *after}
    }
    valued = [pair for pair in sums.values() if pair != (0, 0)]
    if len(valued) > 1:
        return None
    was, now = valued[0] if valued else (0, 0)
    return "renewal" if was == now else "upgrade" if now > was else "downgrade"


def expected_subscriptions(world: World) -> dict[str, Row]:
    zone = ZoneInfo(world.timezone)
    taken_over: dict[str, list[Term]] = {}
    for old in world.terms:
        new = successor(old, world)
        if new is not None:
            taken_over.setdefault(new.id, []).append(old)
    by_id = {term.id: term for term in world.terms}
    changes = {new: change(by_id[new], olds, world) for new, olds in taken_over.items()}
    became = {old.id: new for new, olds in taken_over.items() for old in olds}
    gone = {row["sub_id"] for row in world.rows("subscriptions") if world.gone(row)}
    result = {}
    for term in world.terms:
        if term.id in gone:
            continue
        lost = term.over and beyond_trial(term)
        day = term.end.astimezone(zone).date() if lost and term.end else None
        reason = changes[became[term.id]] if term.id in became else "churned"
        result[term.id] = {
            "account_id": term.account,
            "subscription_state": None if term.strange else term.status,
            **money(term, world),
            "subscription_started_at": term.start,
            "subscription_ends_at": term.end,
            "subscription_inactive_on": day,
            "subscription_inactive_reason": reason if lost else None,
            "subscription_deal_type": changes.get(term.id, "new_business"),
            "subscription_replaced_by": became.get(term.id),
        }
        assert term.strange or term.status in BEST_FIRST
    return result


def expected_tickets(world: World) -> dict[str, Row]:
    users = [row for row in world.rows("users") if world.come(row.get("created_at"))]
    home = {row["user_id"]: row.get("account_id") for row in users}
    result = {}
    for row in world.there("tickets", "opened_at"):
        account = row.get("account_id") or home.get(row.get("user_id"))
        still_open = row.get("closed_at") is None or row["closed_at"] > world.as_of
        if still_open:
            result[row["ticket_id"]] = {"account_id": account, "opened_at": row["opened_at"]}
    return result
