"""Every trial: what starts and converts it, and whose it is."""

from datetime import timedelta
from typing import Any

from support.metric_facts import AS_OF, Row, account, event, facts, item, people, sub, utc

from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_trials import TrialSettings
from syncworker.metrics.trials import all_trials

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def trial(**more: object) -> dict[str, Any]:
    return {
        "trial_id": "t1",
        "account_id": "acme",
        "requested_at": utc("2026-06-01"),
        "ends_at": utc("2026-07-01"),
        **more,
    }


def every(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    """All trials by their id."""
    frame = all_trials(inputs_of(given, settings or MetricSettings())).collect()
    assert frame["trial_id"].n_unique() == frame.height
    return {row["trial_id"]: row for row in frame.iter_rows(named=True)}


def statuses(given: Facts, settings: MetricSettings) -> dict[str, tuple[str, bool]]:
    return {key: (row["status"], row["committed"]) for key, row in every(given, settings).items()}


def asked(number: int, **more: object) -> Row:
    return trial(trial_id=f"t{number}", account_id=f"a{number}", **more)


def test_a_form_may_count_as_a_start_and_silence_is_held_against_it_all_the_same() -> None:
    given = facts(
        events=[],
        trials=[
            asked(1, form_id="f1", requested_at=AS_OF - DAY),
            asked(2, form_id="f2", requested_at=AS_OF - DAY),
            asked(3, requested_at=AS_OF - DAY),
            asked(4, form_id="f1", requested_at=AS_OF - 7 * DAY),
            asked(5, form_id="f1", requested_at=AS_OF - 7 * DAY - INSTANT),
            asked(6, form_id="f1", requested_at=AS_OF - 5 * DAY, ends_at=AS_OF - DAY),
        ],
    )
    off, on = TrialSettings(), TrialSettings(form_counts_as_committed=True, trial_forms=("f1",))
    requested, abandoned = ("requested", False), ("abandoned", False)
    assert list(statuses(given, MetricSettings(trials=off)).values()) == [
        *(requested, requested, requested, abandoned, abandoned, abandoned)
    ]
    committed = ("committed", True)
    assert statuses(given, MetricSettings(trials=on)) == {
        "t1": committed,
        "t2": requested,
        "t3": requested,
        "t4": committed,
        "t5": ("abandoned", True),
        "t6": ("expired", True),
    }
    any_form = TrialSettings(form_counts_as_committed=True)
    assert statuses(given, MetricSettings(trials=any_form))["t2"] == committed


def invoice(number: int, account_id: str, paid: str, amount: int = 1000) -> Row:
    return {
        "invoice_id": f"in{number}",
        "account_id": account_id,
        "paid_at": utc(paid),
        "amount_ex_tax": amount,
        "currency": "USD",
    }


def test_an_account_first_paid_with_its_earliest_paid_invoice_above_zero() -> None:
    later = {"started_at": utc("2026-06-10")}
    given = facts(
        accounts=[{"account_id": f"a{number}"} for number in range(1, 8)],
        trials=[asked(number, started_at=utc("2026-06-02")) for number in range(1, 8)],
        events=[],
        invoices=[
            invoice(1, "a1", "2026-06-05"),
            invoice(2, "a1", "2026-06-04"),
            invoice(3, "a1", "2026-06-03", amount=0),
            invoice(4, "a2", "2026-06-16"),  # after as_of
            invoice(5, "a3", "2026-05-31T23:59:59"),  # it stopped paying, then pays anew
            invoice(6, "a3", "2026-06-07"),
            invoice(7, "a4", "2026-06-01"),
            {**invoice(8, "a5", "2026-06-01"), "paid_at": None},
            invoice(9, "a6", "2026-06-01"),  # its subscription ran before
            invoice(10, "a7", "2026-05-20"),
            invoice(11, "a7", "2026-06-05"),
        ],
        subscriptions=[
            *(sub(sub_id=f"s{number}", account_id=f"a{number}", **later) for number in (1, 2, 3)),
            *(sub(sub_id=f"s{number}", account_id=f"a{number}") for number in (6, 7)),
        ],
        subscription_items=[item(item_id=f"i{n}", sub_id=f"s{n}") for n in (1, 2, 3, 6, 7)],
    )
    rows = every(given)
    assert {key: (row["first_paid_at"], row["days_to_paid"]) for key, row in rows.items()} == {
        "t1": (utc("2026-06-04"), 2),
        "t2": (utc("2026-06-10"), 8),
        "t3": (utc("2026-06-07"), 5),
        "t4": (utc("2026-06-01"), 0),
        "t5": (None, None),
        "t6": (utc("2026-06-01"), 0),
        "t7": (None, None),
    }
    assert (rows["t7"]["paid_before"], rows["t7"]["status"]) == (True, "converted")
    first = account_customers(inputs_of(given, MetricSettings())).collect()
    since = dict(first.select("account_id", "customer_since").iter_rows())
    assert {key: since[f"a{key[1]}"] for key in ("t1", "t2", "t4", "t6")} == {
        key: rows[key]["first_paid_at"] for key in ("t1", "t2", "t4", "t6")
    }


def test_every_trial_of_an_account_is_there_and_the_latest_is_the_records() -> None:
    first = trial(email=" Ann@Acme.example", form_id="f1", ends_at=utc("2026-06-05"))
    again = trial(trial_id="t2", requested_at=utc("2026-06-08"), email="bob@acme.example")
    twin = trial(trial_id="t1b", requested_at=utc("2026-06-08"))
    given = facts(
        trials=[first, again, twin],
        events=[event(1, utc("2026-06-02")), event(2, utc("2026-06-09"))],
        users=[
            {"user_id": "ann", "account_id": "acme", "email": "ann@acme.example"},
            {"user_id": "bob", "account_id": "acme", "email": "BOB@acme.example"},
            {"user_id": "else", "account_id": "other", "email": "ann@acme.example"},
        ],
    )
    rows = every(given)
    assert {key: (row["email"], row["status"]) for key, row in rows.items()} == {
        "t1": ("ann@acme.example", "expired"),
        "t2": ("bob@acme.example", "committed"),
        "t1b": (None, "committed"),
    }
    assert rows["t1"]["form_id"] == "f1"
    assert account(given)["trial_requested_at"] == utc("2026-06-08")
    persons = people(given)
    assert persons["ann"]["user_trial_status"] == "expired"
    assert persons["ann"]["user_trial_because"] == (
        "requested 2026-06-01, started 2026-06-02, end 2026-06-05"
    )
    assert persons["bob"]["user_trial_started_at"] == utc("2026-06-09")
    assert persons["else"]["user_trial_status"] is None
    assert persons["else"]["user_trial_because"] == "asked for no trial"


def test_active_days_are_local_dates_from_the_request_to_the_end() -> None:
    # Berlin's clocks go forward on 2026-03-29 at 01:00 UTC.
    begun = trial(requested_at=utc("2026-03-27T22:30"), ends_at=utc("2026-03-29T22:00"))
    events = [
        event(number, utc(at), name="login")
        for number, at in enumerate(
            (
                "2026-03-27T22:29",  # before the request
                "2026-03-27T22:30",  # still the 27th in Berlin
                "2026-03-27T23:00",  # the 28th
                "2026-03-28T22:59",
                "2026-03-28T23:00",  # the 29th
                "2026-03-29T21:59",  # the 29th, by summer time
                "2026-03-29T22:00",  # the end
            )
        )
    ]
    given = facts(timezone="Europe/Berlin", trials=[begun], events=events)
    assert every(given)["t1"]["active_days"] == 3
    assert every(facts(trials=[begun], events=[]))["t1"]["active_days"] == 0
    assert every(facts(trials=[begun]))["t1"]["active_days"] is None
