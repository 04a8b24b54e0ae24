"""The open tickets that carry their account's risk."""

from datetime import timedelta

from support.metric_facts import AS_OF, Row, facts, tickets, utc

LATER = AS_OF + timedelta(seconds=1)


def ticket(name: str, **more: object) -> Row:
    return {"ticket_id": name, "account_id": "acme", "opened_at": utc("2026-06-01"), **more}


def test_a_ticket_is_there_from_its_opening_until_it_is_closed_or_forgotten() -> None:
    rows = tickets(
        facts(
            tickets=[
                ticket("open"),
                ticket("just opened", opened_at=AS_OF),
                ticket("opened later", opened_at=LATER),
                ticket("closed", closed_at=AS_OF),
                ticket("closed later", closed_at=LATER),
                ticket("forgotten", deleted_at=AS_OF),
                ticket("forgotten later", deleted_at=LATER),
            ]
        )
    )
    assert rows.keys() == {"open", "just opened", "closed later", "forgotten later"}


def test_a_ticket_of_no_account_we_know_is_there_too() -> None:
    given = facts(
        accounts=[
            {"account_id": "acme"},
            {"account_id": "gone", "deleted_at": AS_OF},
        ],
        tickets=[
            ticket("mine"),
            ticket("of the gone", account_id="gone"),
            ticket("of a stranger", account_id="stranger"),
            ticket("of nobody", account_id=None, text="please cancel"),
        ],
    )
    rows = tickets(given)
    assert rows.keys() == {"mine", "of the gone", "of a stranger", "of nobody"}
    assert rows["of nobody"]["ticket_risk"] is True


def test_a_ticket_without_an_account_is_its_users_accounts() -> None:
    rows = tickets(
        facts(
            users=[{"user_id": "ann", "account_id": "acme"}],
            tickets=[ticket("t", account_id=None, user_id="ann", hubspot_ticket_id="77")],
        )
    )
    assert (rows["t"]["account_id"], rows["t"]["hubspot_ticket_id"]) == ("acme", "77")
