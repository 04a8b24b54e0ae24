"""A first mapping: what is recognised in sources, and that the file is right as written."""

from __future__ import annotations

import pytest

from syncworker.engine.account import Account, Day
from syncworker.engine.draft import draft
from syncworker.engine.draft_wish import OBJECTS, PortalFacts, Wish
from syncworker.engine.init import proposed
from syncworker.engine.offers import Offer, Table, matched
from syncworker.engine.ports import Pipeline, PropertyDefinition
from syncworker.errors import ConfigError, Forbidden
from syncworker.mapping.advice import advice
from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.profiles import PROFILES

WISH = Wish("acme", "env:ACME_TOKEN")
ACCOUNTS = Table("accounts", ("account_id", "domain", "updated_at"))
USERS = Table("users", ("id", "org_id", "email_address"))


def mapping(text: str) -> PortalMapping:
    """The mapping, with nothing to say against it."""
    loaded = load(text, "acme.yaml")
    assert [*loaded.diagnostics, *advice(loaded)] == [], text
    assert loaded.mapping is not None
    return loaded.mapping


def sql(*tables: Table) -> Offer:
    return Offer("app", "sql", "env:DB", tables=tables)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_default_is_right_as_written_with_every_profile(profile: str) -> None:
    found = mapping(draft(Wish("7-eu", "env:T", profile), [], PortalFacts()))

    assert list(found.objects) == ["companies", "contacts"]
    assert found.objects["companies"].profile == profile
    assert found.sources["app"].url == "env:PORTAL_7_EU_DATABASE"


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("organizations", "accounts"),
        ("Workspace", "accounts"),
        ("companies_view", "accounts"),
        ("crm.tenants", "accounts"),
        ("app_users", "users"),
        ("people", "users"),
        ("activities", "events"),
        ("usage_daily", "usage_daily"),
        ("Subscriptions", "subscriptions"),
        ("support_tickets", "tickets"),
        ("exports/invoices-2026.csv", "invoices"),
        ("migrations", None),
        ("user_settings", None),
    ],
)
def test_a_table_is_recognised_by_what_people_call_it(name: str, stream: str | None) -> None:
    assert [match.stream for match in matched([Table(name, ("id",))])] == (
        [stream] if stream else []
    )


def test_columns_of_other_names_are_named_and_a_cursor_is_chosen_by_what_holds_times() -> None:
    columns = ("uuid", "Author_ID", "action", "created_at", "received_at")
    times = frozenset({"created_at"})
    untyped, typed = (
        matched([Table("events", columns, known)])[0] for known in (frozenset[str](), times)
    )

    assert untyped.columns == {
        "event_id": "uuid",
        "user_id": "Author_ID",
        "name": "action",
        "ts": "created_at",
    }
    assert (untyped.cursor, typed.cursor, untyped.missing) == ("received_at", "created_at", ())


def test_of_two_tables_the_one_that_lacks_less_is_taken() -> None:
    tables = [Table("accounts", ("x",)), Table("customers", ("customer_id", "updated_at"))]
    (match,) = matched(tables)
    assert (match.table.name, match.missing, match.cursor) == ("customers", (), "updated_at")


def test_what_is_missing_is_said_and_the_rest_is_right() -> None:
    tables = (
        ACCOUNTS,
        USERS,
        Table("usage_daily", ("event", "day", "count")),
        Table("events", ("id", "name", "ts")),
        Table("tickets", ("id", "subject")),
        Table("odd: #1\n", ("a",)),
    )
    wish = Wish("acme", "env:T", objects=OBJECTS)
    text = draft(wish, [sql(*tables)], PortalFacts())
    found = mapping(text)

    assert list(found.objects) == ["companies", "contacts"]
    assert found.sources["app"].streams["users"].columns == {
        "user_id": "id",
        "account_id": "org_id",
        "email": "email_address",
    }
    assert "      #   needs opened_at: select it by a `query`" in text
    assert "      #   needs account_id or user_id: select" in text
    assert "  # deals need a stream `subscriptions`, which no source has yet" in text
    assert "      # Not recognised: odd: #1\n" in text


def test_names_that_yaml_reads_as_something_else_stand_in_quotes() -> None:
    table = Table("Null.accounts", ("on", "No", "account_id", "e mail"))
    users = Table("my users.users", ("id", "mail"))
    found = mapping(draft(WISH, [sql(table, users)], PortalFacts()))
    assert found.sources["app"].streams["users"].table == "my users.users"


def test_stripe_comes_first_and_what_its_key_may_not_read_is_said() -> None:
    refused = {"invoices": "Give the key the permission Invoices: Read."}
    stripe = Offer("billing", "stripe", "env:K", streams=("subscriptions",), refused=refused)
    app = sql(ACCOUNTS, USERS, Table("subscriptions", ("id", "status", "account_id")))
    text = draft(WISH, [app, stripe], PortalFacts())
    found = mapping(text)

    assert found.sources["billing"].streams == ["subscriptions"]
    assert "subscriptions" not in found.sources["app"].streams
    assert "      # subscriptions: subscriptions has it too" in text
    assert "# invoices: the key may not read it: Give the key" in text


def test_a_source_in_which_nothing_was_recognised_is_left_as_a_comment() -> None:
    nothing = Offer("billing", "stripe", "env:K", refused={"subscriptions": "No."})
    text = draft(WISH, [sql(ACCOUNTS, USERS), nothing], PortalFacts())
    assert list(mapping(text).sources) == ["app"]
    assert "  # billing: # nothing in it was recognised" in text


def test_where_no_object_could_be_filled_nothing_is_proposed() -> None:
    with pytest.raises(ConfigError) as raised:
        draft(WISH, [sql(Table("migrations", ("id",)))], PortalFacts())
    assert "nothing looks like accounts or users" in raised.value.message
    assert "there is: migrations" in raised.value.help


def test_a_proposal_that_would_be_wrong_is_not_written() -> None:
    with pytest.raises(ConfigError, match="would be wrong in line"):
        draft(Wish("acme", "pat-na1-12345678-1234"), [], PortalFacts())


class _Portal:
    """A portal that answers what it is told to."""

    def __init__(
        self, timezone: str, currency: str, daily: int | None, *, forbidden: bool = False
    ) -> None:
        self._details = Account("1", timezone, currency)
        self._usage = None if daily is None else Day(daily, 0)
        self._forbidden = forbidden

    def account(self) -> _Portal:
        return self

    def details(self) -> Account:
        return self._details

    def today(self) -> Day | None:
        return self._usage

    def properties(self, object_name: str) -> dict[str, PropertyDefinition]:
        if self._forbidden:
            raise Forbidden("no", scope="crm.x", code="HUBSPOT_403")
        stages = (("customer", "Customer"), ("77", "VIP"))
        found = [
            PropertyDefinition("MRR", "number", "number", "Revenue"),
            PropertyDefinition("usage_28_d", "number", "number", "Nothing alike", read_only=True),
            PropertyDefinition("saas_account_id", "string", "text", "Id"),
            PropertyDefinition("lifecyclestage", "enumeration", "radio", "Stage", options=stages),
        ]
        return {one.name: one for one in found} if object_name == "companies" else {}

    def pipelines(self, _object_name: str) -> tuple[Pipeline, ...]:
        return (Pipeline("1", "Subs", (("2", "Live"), ("3", "Ended"))),)


@pytest.mark.parametrize(
    ("daily", "tier"), [(250_000, "starter"), (650_000, "professional"), (1_000_000, "enterprise")]
)
def test_the_portal_says_tier_time_zone_currency_and_what_it_has(daily: int, tier: str) -> None:
    wish = Wish("acme", "env:T", objects=("companies", "deals"), base_url="http://localhost:1")
    text = proposed(wish, [], _Portal("Europe/Berlin", "CHF", daily))
    found = mapping(text)

    assert (found.hubspot.tier, found.hubspot.base_url) == (tier, "http://localhost:1")
    assert (found.reporting.timezone, found.reporting.currency) == ("Europe/Berlin", "CHF")
    assert "    #   MRR: mrr # the portal has this property already" in text
    assert "usage_28_d" not in text
    assert "# is there, but not with unique values: choose another name" in text
    assert "# The portal's stages: Customer (customer), VIP (77)" in text
    assert "# pipeline Subs: its stages are Live, Ended" in text


def test_a_portal_that_tells_little_gets_defaults() -> None:
    portal = _Portal("Mars/Base", "XXX", None, forbidden=True)
    found = mapping(proposed(WISH, [], portal))
    assert (found.reporting.timezone, found.reporting.currency) == ("UTC", "EUR")
    assert found.hubspot.tier == "professional"
