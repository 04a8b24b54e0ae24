"""Whom a person means: an account by id, domain or name, or somebody by address."""

from __future__ import annotations

import polars as pl

from syncworker.engine.explained import Subject
from syncworker.errors import ConfigError
from syncworker.mapping.suggest import did_you_mean
from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known, there

_COMPARED = 20_000
"""Names that an unknown one is compared with: more would take seconds."""
_NAMED = 5


def subject_of(portal: str, facts: Facts, who: str) -> Subject:
    """The account or person that `who` names.

    Args:
        portal: The portal's name, for messages.
        facts: The whole portal's.
        who: An account's id, domain or name (the latter where only one has it), or an address.

    Raises:
        ConfigError: Nobody or several are called so; the message says what to type.
    """
    facts = known(facts)
    if "@" in who:
        return _person(portal, facts, who.strip().lower())
    accounts = facts.streams["accounts"].filter(there(facts.as_of))
    accounts = accounts.select("account_id", "name", "domain")
    wanted = who.strip().lower()
    for way in (
        pl.col("account_id") == who.strip(),
        pl.col("domain").str.to_lowercase() == wanted,
        pl.col("name").str.to_lowercase() == wanted,
    ):
        found = accounts.filter(way).sort("account_id").head(_NAMED + 1).collect()
        if found.height == 1:
            account_id, name, domain = found.row(0)
            return Subject("account", account_id, name or domain or account_id, account_id)
        if found.height:
            ids = ", ".join(found["account_id"].to_list()[:_NAMED])
            raise ConfigError(
                f"several accounts of portal {portal} are called {who}",
                help=f"name one by its id: {ids}",
                code="ACCOUNT_AMBIGUOUS",
            )
    raise _unknown(portal, facts, accounts, who.strip())


def _person(portal: str, facts: Facts, email: str) -> Subject:
    users = facts.streams["users"].filter(there(facts.as_of), address() == email)
    found = users.select("user_id", "account_id").sort("user_id").head(_NAMED + 1).collect()
    if found.height == 1:
        user_id, account_id = found.row(0)
        return Subject("user", user_id, email, account_id, email)
    if found.height:
        theirs = ", ".join(sorted({one or "none" for one in found["account_id"]}))
        raise ConfigError(
            f"several users of portal {portal} have the address {email}",
            help=f"explain their accounts instead: {theirs}",
            code="PERSON_AMBIGUOUS",
        )
    requests = facts.streams["demo_requests"].filter(address() == email)
    if requests.head(1).collect().height:
        return Subject("user", f"email:{email}", email, None, email)
    accounts = facts.streams["accounts"].filter(there(facts.as_of))
    domain = email.partition("@")[2]
    of_domain = accounts.filter(pl.col("domain").str.to_lowercase() == domain)
    named = of_domain.select("account_id").sort("account_id").head(1).collect()
    raise ConfigError(
        f"portal {portal} knows nobody with the address {email}",
        help=f"the account of that domain: syncworker explain {portal} {named.item()}"
        if named.height
        else "write the address as the app has it, or name an account",
        code="PERSON_UNKNOWN",
    )


def _unknown(portal: str, facts: Facts, accounts: pl.LazyFrame, who: str) -> ConfigError:
    near = pl.any_horizontal(
        pl.col(name).str.to_lowercase().str.starts_with(who[:1].lower())
        for name in ("account_id", "domain")
    )
    some = accounts.filter(near).sort("account_id").head(_COMPARED).collect()
    names = [one for name in ("account_id", "domain") for one in some[name].drop_nulls()]
    if not some.height and not accounts.head(1).collect().height:
        return ConfigError(
            f"portal {portal} has no accounts as of {facts.as_of:%Y-%m-%d %H:%M} UTC",
            help=f"read them: syncworker extract {portal}",
            code="NO_ACCOUNTS",
        )
    return ConfigError(
        f"portal {portal} has no account {who}",
        help=did_you_mean(who, names, "an account's id, domain or name, or a person's address"),
        code="ACCOUNT_UNKNOWN",
    )
