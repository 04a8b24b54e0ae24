"""A ticket's risk as columns, and its account's."""

from typing import Any

import polars as pl
from support.metric_facts import AS_OF, Row, account, accounts, facts, tickets, utc

from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.ticket_risk import classified
from syncworker.metrics.ticket_rules import TicketRules


def ticket(name: str, text: str | None, **more: object) -> Row:
    opened = utc("2026-06-01")
    return {"ticket_id": name, "account_id": "acme", "opened_at": opened, "text": text, **more}


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["ticket_risk_types"], row["ticket_risk"], row["ticket_risk_phrases"]


def test_a_ticket_has_its_labels_whether_it_is_a_risk_and_the_words() -> None:
    rows = tickets(
        facts(
            tickets=[
                ticket("both", "Zu teuer! Wir kündigen."),
                ticket("none", "It is slow"),
                ticket("no text", None),
            ]
        )
    )
    assert told(rows["both"]) == (
        ["cancellation", "value"],
        True,
        'cancellation: "kündigen"; value: "Zu teuer"',
    )
    assert told(rows["none"]) == (["other"], False, None)
    assert told(rows["no text"]) == (None, None, None)


def test_the_portals_own_phrases_count() -> None:
    rules = TicketRules(competitor=("Zoho",), replace=("competitor",))
    rows = tickets(
        facts(tickets=[ticket("t", "Zoho is a competitor")]), MetricSettings(ticket_rules=rules)
    )
    assert rows["t"]["ticket_risk_phrases"] == 'competitor: "Zoho"'


def test_an_account_with_an_open_risk_is_told() -> None:
    row = account(
        facts(
            users=[{"user_id": "ann", "account_id": "acme"}],
            tickets=[
                ticket("a", "cancel", account_id=None, user_id="ann"),
                ticket("b", "slow"),
                ticket("c", None),
            ],
        )
    )
    assert (row["risk_ticket_open"], row["tickets_at_risk"], row["open_tickets"]) == (True, 1, 3)


def test_a_closed_ticket_and_one_of_somebody_else_are_no_risk() -> None:
    rows = accounts(
        facts(
            accounts=[{"account_id": "acme"}, {"account_id": "other"}],
            tickets=[
                ticket("a", "cancel", closed_at=AS_OF),
                ticket("b", "cancel", account_id=None),
                ticket("c", "slow"),
            ],
        )
    )
    assert rows["acme"]["risk_ticket_open"] is False
    assert rows["other"]["risk_ticket_open"] is False
    assert rows["other"]["open_tickets"] == 0


def test_without_any_text_nothing_is_claimed() -> None:
    row = account(facts(tickets=[ticket("a", None)]))
    assert (row["risk_ticket_open"], row["open_tickets"]) == (None, 1)


def test_a_column_of_texts_is_classified_text_by_text() -> None:
    rules = TicketRules(discount=("of its own",))
    found = classified(pl.Series(["cancel", None, "slow"]), rules).to_list()
    assert found == [
        {"types": ["cancellation"], "phrases": 'cancellation: "cancel"'},
        {"types": None, "phrases": None},
        {"types": ["other"], "phrases": None},
    ]
