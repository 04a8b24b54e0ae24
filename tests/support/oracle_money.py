"""MRR in exact fractions, row by row, and the instant an account first paid."""

from datetime import UTC, datetime
from fractions import Fraction
from math import floor

from support.oracle_world import (
    INSTANT,
    Row,
    World,
    counted_statuses,
    earliest,
    first,
    status_at,
)

YEARLY = {"day": 365, "week": 52, "month": 12, "year": 1}
ALWAYS = datetime.min.replace(tzinfo=UTC)


def runs(row: Row, at: datetime, begin: str, end: str) -> bool:
    ends = earliest(row.get(end), row.get("deleted_at"))
    begun = row.get(begin) is None or row[begin] <= at
    return begun and (ends is None or at < ends)


def licensed_items(sub_id: str, at: datetime, world: World) -> list[Row]:
    return [
        row
        for row in world.rows("subscription_items")
        if row["sub_id"] == sub_id
        and row.get("interval") is not None
        and first(row.get("usage_type"), "licensed") == "licensed"
        and runs(row, at, "valid_from", "valid_to")
    ]


def discounted(amount: Fraction, discounts: list[Row], currency: str) -> tuple[Fraction, bool]:
    """What is left, and whether some of the discounts cannot be read: they take nothing."""
    unreadable = False
    something = amount > 0
    order = sorted(
        discounts,
        key=lambda row: (
            row.get("start") is not None,
            first(row.get("start"), ALWAYS),
            first(row.get("position"), 0),
            row["discount_id"],
        ),
    )
    for row in order:
        if row.get("percent") is not None:
            percent = min(max(Fraction(row["percent"]), Fraction(0)), Fraction(100))
            amount = max(amount * (100 - percent) / 100, Fraction(0))
        elif row.get("amount") is None or first(row.get("currency"), currency) != currency:
            unreadable = something
        else:
            amount = max(amount - max(Fraction(row["amount"]), Fraction(0)), Fraction(0))
    return amount, unreadable


def sub_mrr(sub_id: str, at: datetime, world: World) -> tuple[dict[str, Fraction], bool, bool]:
    """Exact MRR of a subscription by currency; whether a price, or a discount, is not known."""
    on_sub = [
        row
        for row in world.rows("discounts")
        if row["sub_id"] == sub_id
        and (row["duration"] != "once" or world.settings.revenue.once_coupons)
        and runs(row, at, "start", "end")
    ]
    cycles: dict[str, list[tuple[Fraction, Fraction]]] = {}
    unpriced = unreadable = False
    for row in licensed_items(sub_id, at, world):
        count = first(row.get("interval_count"), 1)
        if row.get("unit_amount") is None or row["interval"] not in YEARLY or count < 1:
            unpriced = True
            continue
        cycle = Fraction(row["unit_amount"]) * first(row.get("quantity"), 1)
        mine = [d for d in on_sub if d.get("item_id") == row["item_id"]]
        left, bad = discounted(cycle, mine, row["currency"])
        unreadable = unreadable or bad
        factor = Fraction(YEARLY[row["interval"]], 12 * count)
        cycles.setdefault(row["currency"], []).append((left, factor))
    mrr = {}
    for currency, parts in cycles.items():
        total = sum((left for left, _ in parts), Fraction(0))
        whole = [d for d in on_sub if d.get("item_id") is None]
        rest, bad = discounted(total, whole, currency)
        unreadable = unreadable or bad
        share = rest / total if total else Fraction(0)
        mrr[currency] = sum((left * share * factor for left, factor in parts), Fraction(0))
    return mrr, unpriced, unreadable


def half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


def account_money(account: str, world: World) -> Row:
    counted = counted_statuses(world)
    sums: dict[str, Fraction] = {}
    unknown = False
    for term in world.terms:
        if term.account == account and (term.status in counted or term.strange):
            mrr, unpriced, unreadable = sub_mrr(term.id, world.as_of, world)
            priced = licensed_items(term.id, world.as_of, world)
            unknown = unknown or unpriced or unreadable or (term.strange and bool(priced))
            for currency, amount in mrr.items():
                sums[currency] = sums.get(currency, Fraction(0)) + amount
    rounded = {currency: half_up(amount) for currency, amount in sums.items()}
    nonzero = [currency for currency, amount in rounded.items() if amount]
    ids = {term.id for term in world.terms if term.account == account}
    ever = {r["currency"] for r in world.rows("subscription_items") if r["sub_id"] in ids}
    if unknown or len(nonzero) > 1:
        return {"mrr": None, "arr": None, "mrr_currency": None}
    total = sum(rounded.values())
    spoken = ever.pop() if len(ever) == 1 else world.currency
    return {"mrr": total, "arr": 12 * total, "mrr_currency": first(*nonzero, spoken)}


def pays_at(account: str, at: datetime, world: World) -> bool:
    """Whether an account was worth money at an instant; an unknown price is worth some."""
    for term in world.terms:
        if term.account != account or not term.paid_for or (term.over and term.end is None):
            continue
        begun = term.begin is None or term.begin <= at
        running = begun and (term.end is None or at < term.end)
        if running and status_at(term.row, at, world) in (*counted_statuses(world), "past_due"):
            mrr, unpriced, _ = sub_mrr(term.id, at, world)
            if unpriced or any(amount > 0 for amount in mrr.values()):
                return True
    return False


def first_paid(account: str, since: datetime, world: World) -> tuple[bool, datetime | None]:
    """Whether it paid from before `since` on, else the first instant after which it did."""
    if pays_at(account, since - INSTANT, world) and pays_at(account, since, world):
        return True, None
    times = {since}
    for term in world.terms:
        times |= {term.begin} if term.begin else set()
    for stream in ("subscription_items", "discounts"):
        for row in world.rows(stream):
            columns = ("valid_from", "valid_to", "start", "end", "deleted_at")
            times |= {row[name] for name in columns if row.get(name) is not None}
    for row in world.rows("subscription_states"):
        times |= {row["since"]} | ({row["until"]} if row.get("until") else set())
    for row in world.rows("subscriptions"):
        times |= {row.get("synced_at", world.read_at)}
        times |= {row[name] for name in ("pause_since", "pause_resumes_at") if row.get(name)}
    for at in sorted(time for time in times if since <= time <= world.as_of):
        if pays_at(account, at, world):
            return False, at
    return False, None
