"""The billing side: subscriptions in Stripe's published shape, and a list of trials.

Source of the shape: https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syncworker.sandbox.sample_customers import Customer

SEAT_PRICES = {"month": ("price_team_monthly", 2_900), "year": ("price_team_yearly", 29_000)}
_STATUS = {"past_due": "past_due", "canceled": "canceled", "trialing": "trialing"}
_TRIAL_DAYS = 14


def write_subscriptions(path: Path, as_of: datetime, customers: Sequence[Customer]) -> None:
    """Write one subscription per line; one line is cut off, as by a broken export."""
    lines = [
        json.dumps(_subscription(as_of, number, customer))
        for number, customer in enumerate(customers)
        if customer.billing not in {"none", "abandoned"}
    ]
    lines.insert(len(lines) // 2, '{"id": "sub_cut_off", "object": "subscription", "items": {"da')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def change_subscriptions(path: Path, as_of: datetime) -> None:
    """The first customer buys five more seats, the next asks to end with the paid period."""
    lines = path.read_text(encoding="utf-8").splitlines()
    running = [n for n, line in enumerate(lines) if _runs_on(line)]
    bought, cancelled = json.loads(lines[running[0]]), json.loads(lines[running[1]])
    bought["items"]["data"][0]["quantity"] += 5
    _request_cancel(cancelled, as_of)
    lines[running[0]], lines[running[1]] = json.dumps(bought), json.dumps(cancelled)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_trials(path: Path, as_of: datetime, customers: Sequence[Customer]) -> None:
    """Write the trials as a spreadsheet keeps them; one ends on 31 February, one is nobody's."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Trial", "Account", "Requested", "Started", "Ends", "Form"))
        writer.writerows(_trials(as_of, customers))
        broken = f"{as_of.year}-02-31T00:00:00Z"
        asked = _text(_half_days_ago(as_of, 40))
        writer.writerow(("T-901", customers[0].account_id, asked, "", broken, "form-trial"))
        writer.writerow(("T-902", "", asked, "", "", "form-trial"))


def _trials(as_of: datetime, customers: Sequence[Customer]) -> Iterator[tuple[str, ...]]:
    for number, customer in enumerate(customers):
        if customer.billing == "trialing":
            requested = 8
        elif customer.billing == "abandoned" or (number % 4 == 0 and customer.billing != "none"):
            requested = customer.age
        else:
            continue
        asked = _half_days_ago(as_of, requested)
        started = "" if customer.billing == "abandoned" else _text(asked + timedelta(hours=6))
        ends = _text(asked + timedelta(days=_TRIAL_DAYS))
        account = customer.account_id
        yield f"T-{number + 1:03d}", account, _text(asked), started, ends, "form-trial"


def _subscription(as_of: datetime, number: int, customer: Customer) -> dict[str, Any]:
    interval = "year" if customer.billing == "yearly" else "month"
    started = _half_days_ago(as_of, 8 if customer.billing == "trialing" else customer.age - 15)
    cycle = 365 if interval == "year" else 30
    period_start = _half_days_ago(as_of, number % 25 + 1)
    trial_end = started + timedelta(days=_TRIAL_DAYS) if customer.billing == "trialing" else None
    subscription: dict[str, Any] = {
        "id": f"sub_{number + 1:03d}",
        "object": "subscription",
        "billing_cycle_anchor": _epoch(started),
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": _epoch(started),
        "currency": "eur",
        "customer": f"cus_{number + 1:03d}",
        "discounts": [_discount(number, started)] if customer.billing == "discount" else [],
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [_item(number, customer, interval, period_start, cycle)],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription=sub_{number + 1:03d}",
        },
        "livemode": False,
        "metadata": {"account_id": customer.account_id},
        "pause_collection": None,
        "start_date": _epoch(started),
        "status": _STATUS.get(customer.billing, "active"),
        "trial_end": _epoch(trial_end) if trial_end else None,
        "trial_start": _epoch(started) if trial_end else None,
    }
    if customer.billing == "cancelling":
        _request_cancel(subscription, _half_days_ago(as_of, 6))
    if customer.billing == "canceled":
        ended = started + timedelta(days=30)
        _request_cancel(subscription, ended)
        subscription |= {"cancel_at_period_end": False, "cancel_at": None}
        subscription["ended_at"] = _epoch(ended)
    return subscription


def _item(
    number: int, customer: Customer, interval: str, period_start: datetime, cycle: int
) -> dict[str, Any]:
    price, amount = SEAT_PRICES[interval]
    return {
        "id": f"si_{number + 1:03d}",
        "object": "subscription_item",
        "created": _epoch(period_start),
        "current_period_end": _epoch(period_start + timedelta(days=cycle)),
        "current_period_start": _epoch(period_start),
        "discounts": [],
        "price": {
            "id": price,
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "currency": "eur",
            "recurring": {"interval": interval, "interval_count": 1, "usage_type": "licensed"},
            "tax_behavior": "exclusive",
            "type": "recurring",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
        "quantity": len(customer.people) + number % 4,
        "subscription": f"sub_{number + 1:03d}",
    }


def _discount(number: int, started: datetime) -> dict[str, Any]:
    coupon = {
        "id": "early-bird",
        "object": "coupon",
        "amount_off": None,
        "duration": "forever",
        "percent_off": 20.0,
        "valid": True,
    }
    return {
        "id": f"di_{number + 1:03d}",
        "object": "discount",
        "end": None,
        "source": {"coupon": coupon, "type": "coupon"},
        "start": _epoch(started),
        "subscription": f"sub_{number + 1:03d}",
        "subscription_item": None,
    }


def _request_cancel(subscription: dict[str, Any], requested: datetime) -> None:
    subscription["cancel_at_period_end"] = True
    subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"]
    subscription["canceled_at"] = _epoch(requested)
    subscription["cancellation_details"] = {
        "comment": "Our project ended.",
        "feedback": "unused",
        "reason": "cancellation_requested",
    }


def _runs_on(line: str) -> bool:
    try:
        subscription = json.loads(line)
    except ValueError:
        return False
    return subscription["status"] == "active" and not subscription["cancel_at_period_end"]


def _half_days_ago(as_of: datetime, days: int) -> datetime:
    return as_of - timedelta(days=days, hours=12)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
