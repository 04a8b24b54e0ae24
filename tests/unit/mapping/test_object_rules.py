"""Rules about objects: what they stand for, how their records are found, made and tied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.codes import CODES
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded
from syncworker.mapping.portal import OAuth

Load = Callable[[str], Loaded]
One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]
MATCH = "match: {property: domain, column: domain}"
OURS = "{property: saas_account_id, column: account_id}"
LIFECYCLE = """lifecycle:
  companies:
    - stage: customer
      when:
        - {metric: health_score, gte: 80}
"""


def custom(body: str) -> str:
    return f"objects:\n  2-77: {{{body}}}"


@pytest.mark.parametrize(
    ("code", "old", "new", "place", "says", "helps"),
    [
        (
            "SW124",
            "objects:",
            "objects:\n  compnies: {match: {property: a, column: b}}",
            (15, 3),
            "no object is called `compnies`",
            "did you mean `companies`?",
        ),
        (
            "SW124",
            MATCH,
            f"{MATCH}\n    associate: [company]",
            (17, 17),
            "names an object that is not known",
            "a custom object's id",
        ),
        (
            "SW125",
            "objects:",
            custom("match: {property: a, column: b}"),
            (15, 3),
            "what the records of 2-77 stand for",
            "add `rows:`",
        ),
        (
            "SW125",
            MATCH,
            f"{MATCH}\n    rows: users",
            (17, 5),
            "companies always stand for accounts",
            "remove `rows`",
        ),
        (
            "SW126",
            MATCH,
            f"{MATCH}\n    policy: upsert",
            (17, 13),
            "no way under `match`",
            "add `{property: saas_account_id, column: account_id}` to `match`",
        ),
        (
            "SW126",
            MATCH,
            "match: {property: hs_object_id, column: hubspot_company_id}\n    policy: create_only",
            (17, 13),
            "no way under `match`",
            "saas_account_id",
        ),
        (
            "SW127",
            "objects:",
            "objects:\n  deals: {match: {property: a, column: sub_id}, policy: upsert}",
            (15, 57),
            "deals are created only in a pipeline",
            "add `pipeline:",
        ),
        (
            "SW128",
            MATCH,
            f"{MATCH}\n    pipeline: {{pipeline: a, stages: {{active: b}}}}",
            (17, 5),
            "`pipeline` is for deals, not for companies",
            "remove it",
        ),
        (
            "SW129",
            "objects:",
            "objects:\n  tickets: {match: {property: a, column: ticket_id}, policy: upsert}",
            (15, 62),
            "tickets are never created",
            "update_only",
        ),
        (
            "SW130",
            "match: {property: email, column: email}",
            "match: {property: email, column: email}\n    associate: [deals]",
            (24, 17),
            "`deals` is not among the mapped objects",
            "allowed: `companies`",
        ),
        (
            "SW130",
            MATCH,
            f"{MATCH}\n    associate: [companies]",
            (17, 17),
            "companies cannot be associated with themselves",
            "map `companies` too",
        ),
        (
            "SW130",
            MATCH,
            f"{MATCH}\n    associate: [contacts]",
            (17, 17),
            "`contacts` do not stand for accounts",
            "",
        ),
        (
            "SW131",
            MATCH,
            "match: [{property: domain, column: domain}, {property: domain, column: name}]",
            (16, 60),
            "`domain` is written twice",
            "remove one",
        ),
        (
            "SW132",
            "saas_mrr: mrr",
            "domain: mrr_currency",
            (18, 7),
            "`match` finds records by it",
            "remove it here",
        ),
        (
            "SW132",
            "saas_mrr: mrr",
            "lifecyclestage: band",
            (18, 7),
            "stages are moved by `lifecycle`",
            "",
        ),
        (
            "SW133",
            LIFECYCLE,
            "lifecycle:\n  companies: {keep_peoples: true}\n",
            (27, 3),
            "companies have no rules",
            "add a rule",
        ),
        (
            "SW133",
            LIFECYCLE,
            "lifecycle:\n  contacts: []\n",
            (27, 3),
            "contacts have no rules",
            "",
        ),
        (
            "SW134",
            "saas_mrr: mrr",
            "hs_mrrr: mrr",
            (18, 7),
            "names that begin with `hs_`",
            "did you mean `hs_mrr`?",
        ),
        (
            "SW102",
            "lifecycle:\n",
            "lifecycle:\n  deals: []\n",
            (27, 3),
            "unknown key `deals`",
            "`companies`, `contacts`",
        ),
        (
            "SW102",
            LIFECYCLE,
            LIFECYCLE.replace("- stage", "- allow: x\n      stage"),
            (28, 7),
            "unknown key `allow`",
            "",
        ),
        (
            "SW102",
            LIFECYCLE,
            "lifecycle:\n  companies: {churned_to_other: true, rule: []}\n",
            (27, 39),
            "unknown key `rule`",
            "did you mean `rules`?",
        ),
        (
            "SW111",
            "stage: customer",
            "stage: customer\n      allow_back: true",
            (29, 19),
            "`allow_back` must be the reason, as text",
            "",
        ),
        (
            "SW103",
            MATCH,
            "match: {property: hs_object, column: domain}",
            (16, 23),
            "`hs_object` is not a match key",
            "did you mean `hs_object_id`?",
        ),
        (
            "SW103",
            "property: domain",
            "property: email",
            (16, 23),
            "`email` is not a match key for companies",
            "",
        ),
        ("SW111", MATCH, "match: domain", (16, 12), "`match` must be `{property: …", ""),
        ("SW111", MATCH, "match: []", (16, 12), "`match` is empty", ""),
        ("SW102", MATCH, "match: [{property: domain, colum: x}]", (16, 32), "`colum`", "`column`"),
        ("SW112", MATCH, "match: [{property: domain}]", (16, 13), "`column` is missing", ""),
        (
            "SW105",
            "saas_mrr: mrr",
            "saas_x: subscription_state",
            (18, 15),
            "describes a subscription; companies stand for accounts",
            "`deals`",
        ),
    ],
)
def test_a_mistake_about_an_object_is_named_at_its_place(
    one: One, code: str, old: str, new: str, place: tuple[int, int], says: str, helps: str
) -> None:
    found = one(old, new)
    assert (found.code, found.line, found.column) == (code, *place), found.message
    assert says in found.message
    assert helps in found.help
    assert code in CODES


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MATCH, f"{MATCH}\n    policy: update_only"),
        (
            MATCH,
            f"match: [{OURS}, {{property: domain, column: domain}}]\n    policy: create_only",
        ),
        (
            "{property: email, column: email}",
            "{property: email, column: email}\n    policy: upsert",
        ),
        (
            "{property: email, column: email}",
            "{property: email, column: email}\n    associate: [companies]",
        ),
        ("objects:", custom("rows: users, match: {property: a, column: user_id}")),
        (LIFECYCLE, "lifecycle:\n  companies: {churned_to_other: true}\n"),
        ("saas_mrr: mrr", "hs_lead_status: band"),
        (
            "saas_health:\n        metric: health_score\n        type: number",
            "saas_gone: {metric: churned, type: enumeration}",
        ),
    ],
)
def test_what_fits_has_no_findings(changed: Changed, old: str, new: str) -> None:
    found = changed(old, new)
    assert [d.message for d in found.diagnostics] == []
    assert found.mapping is not None


def test_a_way_without_a_property_is_an_empty_value_and_no_more(changed: Changed) -> None:
    for nothing in ("''", "", "[]"):
        old = "match: {property: domain, column: domain}"
        new = f"policy: upsert\n    match:\n      property: {nothing}\n      column: domain"
        assert {d.code for d in changed(old, new).diagnostics} <= {"SW111", "SW126"}


def test_deals_with_everything_are_right(load_text: Load, with_deals: str) -> None:
    loaded = load_text(with_deals)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    pipeline = loaded.mapping.objects["deals"].pipeline
    assert pipeline is not None
    assert pipeline.stages == {"active": "live", "canceled": "902"}


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("active: live", "actve: live", "SW102", "unknown key `actve`"),
        ("active: live", "active: ''", "SW111", "is empty"),
        ('{active: live, canceled: "902"}', "{}", "SW111", "`stages` is empty"),
        ("saas_state:", "dealstage:", "SW132", "`pipeline` writes it"),
        ("saas_state: subscription_state", "x: user_events", "SW105", "describes a user"),
        ("column: sub_id", "column: domain", "SW103", "not a column of `subscriptions`"),
        ("associate: [companies]", "associate: [contacts]", "SW130", "do not stand for accounts"),
    ],
)
def test_a_mistake_about_deals_is_named(
    load_text: Load, with_deals: str, old: str, new: str, code: str, says: str
) -> None:
    (found,) = load_text(with_deals.replace(old, new)).diagnostics
    assert found.code == code
    assert says in found.message


def test_an_unknown_row_kind_is_named_and_asks_nothing_else(changed: Changed) -> None:
    body = "rows: account, match: {property: a, column: b}, policy: upsert, properties: {x: mrr}"
    (found,) = changed("objects:", custom(body)).diagnostics
    assert (found.code, found.help) == (
        "SW111",
        "did you mean `accounts`? (allowed: `accounts`, `users`, `subscriptions`, `tickets`)",
    )


def test_a_custom_object_that_cannot_be_created_names_the_key_to_add(changed: Changed) -> None:
    body = "rows: users, match: {property: hs_object_id, column: user_id}, policy: upsert"
    (found,) = changed("objects:", custom(body)).diagnostics
    assert "{property: saas_user_id, column: user_id}" in found.help
    no_rows = body.replace("rows: users, ", "")
    found = changed("objects:", custom(no_rows)).diagnostics[1]
    assert "column: …" in found.help


OAUTH = "{client_id: env:ID, client_secret: file:/run/secret, refresh_token: env:TOKEN}"


def test_credentials_may_be_an_oauth_app_by_references(changed: Changed) -> None:
    mapping = changed("env:ACME_TOKEN", OAUTH).mapping
    assert mapping is not None
    assert mapping.hubspot.credentials == OAuth(
        client_id="env:ID", client_secret="file:/run/secret", refresh_token="env:TOKEN"
    )
    by_file = changed("env:ACME_TOKEN", "file:/run/secrets/token").mapping
    assert by_file is not None
    assert by_file.hubspot.credentials == "file:/run/secrets/token"


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (OAUTH.replace("env:ID", "12345678"), ["SW111"]),
        (OAUTH.replace("env:ID", "abc-def"), ["SW113"]),
        (OAUTH.replace("file:/run/secret", "hunter2hunter2"), ["SW110"]),
        (OAUTH.replace("env:TOKEN", "hunter2hunter2"), ["SW110"]),
        (OAUTH.replace("client_id: env:ID, ", ""), ["SW112"]),
        (OAUTH.replace("client_id", "client"), ["SW102"]),
        ("[env:X]", ["SW111"]),
        ("5", ["SW111"]),
        ("", ["SW111"]),
        ("file: /run/x", ["SW004"]),
    ],
)
def test_wrong_credentials_are_named_once(changed: Changed, new: str, found: list[str]) -> None:
    assert [d.code for d in changed("env:ACME_TOKEN", new).diagnostics] == found


def test_a_section_of_credentials_is_explained(one: One) -> None:
    found = one("env:ACME_TOKEN", "[env:X]")
    assert found.message == (
        "`credentials` must be `env:NAME`, `file:PATH`, or a section of client_id, client_secret "
        "and refresh_token"
    )
