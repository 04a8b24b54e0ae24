"""Who is aimed at, and who is not."""

from typing import Any

from support.metric_facts import AS_OF, Row, facts, people, sub, utc

from syncworker.metrics.fit import account_fit
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_fit import FitSettings


def fits(settings: FitSettings, *given: Row, users: list[Row] | None = None) -> dict[str, Any]:
    """Fit and why, account_users and solo_user by account."""
    named = [{"account_id": str(number), **row} for number, row in enumerate(given)]
    whole = facts(accounts=named, users=users or [])
    frame = account_fit(inputs_of(whole, MetricSettings(fit=settings))).collect()
    return {row[0]: row[1:] for row in frame.sort("account_id").iter_rows()}


def test_what_the_app_says_of_fit_comes_before_the_rules() -> None:
    rules = FitSettings(sizes=("big",), not_sizes=("small",))
    found = fits(
        rules,
        {"icp_fit": " IN", "size": "small"},
        {"icp_fit": "out", "size": "big"},
        {"icp_fit": "perhaps", "size": "Big "},
        {"icp_fit": "", "size": "small"},
        {"icp_fit": None, "size": None},
    )
    assert [(fit, because) for fit, because, *_ in found.values()] == [
        ("in", "the app says in"),
        ("out", "the app says out"),
        ("in", "everything that is aimed at matches"),
        ("out", "not aimed at: size small"),
        ("unknown", "too little is told"),
    ]


def test_everything_that_is_aimed_at_must_match_and_one_mismatch_is_enough() -> None:
    given: list[Row] = [
        {"size": "big", "industry": "Health"},
        {"size": "big", "industry": None},
        {"size": "big", "industry": "games"},
        {"size": "tiny", "industry": "health"},
        {"size": "", "industry": "  "},
    ]
    both = FitSettings(sizes=("Big",), industries=("health",))
    assert [row[0] for row in fits(both, *given).values()] == [
        *("in", "unknown", "out", "out", "unknown")
    ]
    never = FitSettings(not_industries=("GAMES",))
    assert [row[0] for row in fits(never, *given).values()] == [
        *("unknown", "unknown", "out", "unknown", "unknown")
    ]
    assert {row[0] for row in fits(FitSettings(), *given).values()} == {"unknown"}


def test_a_solo_user_is_the_only_one_with_a_login() -> None:
    users = [
        {"user_id": "a", "account_id": "0"},
        {"user_id": "b", "account_id": "0", "deleted_at": AS_OF},
        {"user_id": "c", "account_id": "1"},
        {"user_id": "d", "account_id": "1"},
        {"user_id": "e", "account_id": None},
    ]
    found = fits(FitSettings(), {}, {}, {}, users=users)
    assert {key: row[2:] for key, row in found.items()} == {
        "0": (1, True),
        "1": (2, False),
        "2": (None, None),
    }


def of(user_id: str, email: str | None, account: str | None = None) -> Row:
    return {"user_id": user_id, "account_id": account or user_id, "email": email}


def test_people_are_disqualified_by_their_address_and_their_account() -> None:
    settings = MetricSettings(
        free_mail_domains=("post.example",),
        fit=FitSettings(academic_domains=("edu", "AC.uk"), competitor_domains=("rival.example",)),
    )
    users = [
        of("personal", "Ann@GMail.com"),
        of("added", "x@post.example"),
        of("company", "y@gmail.com"),
        of("pays", "z@gmail.com"),
        of("two", "v@gmail.com"),
        of("colleague", "w@gmail.com", "two"),
        of("student", "s@cs.mit.edu"),
        of("at the top", "s@ac.uk"),
        of("schooled", "s@myedu"),
        of("rival", "r@rival.example"),
        of("not rival", "r@unrival.example"),
        of("mute", None),
        of("odd", "nobody"),
    ]
    names = dict.fromkeys(user["account_id"] for user in users)
    given = facts(
        accounts=[
            {"account_id": name, "domain": "acme.example" if name == "company" else None}
            for name in names
        ],
        users=users,
        subscriptions=[
            sub(account_id="pays"),
            sub(sub_id="s2", account_id="added", status="paused"),
        ],
        demo_requests=[
            {"submission_id": "r", "email": "n@x.edu", "submitted_at": utc("2026-06-01")}
        ],
    )
    rows = people(given, settings)
    assert {name: row["disqualify_reasons"] for name, row in rows.items()} == {
        **{name: ["personal"] for name in ("personal", "added")},
        **{name: ["student"] for name in ("student", "at the top", "email:n@x.edu")},
        **{name: [] for name in ("company", "pays", "two", "colleague", "schooled", "not rival")},
        "rival": ["competitor"],
        "mute": None,
        "odd": None,
    }
    assert {name for name, row in rows.items() if row["disqualified"]} == {
        *("personal", "added", "student", "at the top", "rival", "email:n@x.edu")
    }
    told = rows["personal"]["disqualify_because"]
    assert told == "a free mail address, alone, in an account without a company"
    assert rows["company"]["disqualify_because"] == "nothing speaks against"
    assert rows["mute"]["disqualified"] is None
    assert rows["mute"]["disqualify_problem"] == "no e-mail address is told"
    assert rows["rival"]["disqualify_problem"] is None


def test_a_disqualified_person_is_qualified_again_when_the_reason_is_gone() -> None:
    alone = of("ann", "ann@gmail.com", "acme")
    row = people(facts(users=[alone]))["ann"]
    assert (row["disqualified"], row["disqualify_reasons"]) == (True, ["personal"])
    row = people(facts(users=[alone, of("bob", "bob@gmail.com", "acme")]))["ann"]
    assert (row["disqualified"], row["disqualify_reasons"]) == (False, [])
