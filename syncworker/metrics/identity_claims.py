"""What says of whom an address, a domain or an id is: pairs of a value and an account.

A book answers for a value: one account, or the several that claim it, which is a conflict. Its
columns are value, _account (the one) and _accounts (the several, sorted); one of both is null.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.known import reached, there

LEAST_CONFIDENCE = 0.5
RIVALS_TYPE = pl.List(pl.String)


@dataclass(frozen=True, slots=True)
class Claims:
    """What accounts, users and identity rows say, as it stands in the sources.

    Attributes:
        accounts: account_id, domain, here (whether the account is there at `as_of`).
        users: user_id, account_id, email (as addresses are compared), here.
        identity: kind, value, account_id of the rows that count: there, of a confidence of at
            least 0.5, and of an account that is there.
    """

    accounts: pl.DataFrame
    users: pl.DataFrame
    identity: pl.DataFrame

    def of_kind(self, kind: str) -> pl.DataFrame:
        """The identity rows of a kind: value, account_id."""
        return self.identity.filter(pl.col("kind") == kind).select("value", "account_id")

    def live(self) -> pl.DataFrame:
        """account_id and domain of the accounts that are there."""
        return self.accounts.filter("here").select("account_id", "domain")

    def of_live(self, claimed: pl.DataFrame) -> pl.DataFrame:
        """Claims of accounts that are there."""
        return claimed.join(self.live(), on="account_id", how="semi")


def read_claims(facts: Facts) -> Claims:
    """Read the columns that identify, of the accounts, users and identity rows."""
    here = reached("created_at", facts.as_of) & there(facts.as_of)
    sure = pl.col("confidence").fill_null(1) >= LEAST_CONFIDENCE
    accounts, users, identity = pl.collect_all(
        [
            facts.stream("accounts").select("account_id", "domain", here=here),
            facts.stream("users").select("user_id", "account_id", email=address(), here=here),
            facts.stream("identity")
            .filter(sure, there(facts.as_of))
            .select("kind", "account_id", value=pl.col("value").str.strip_chars()),
        ],
        engine="streaming",
    )
    identity = identity.join(accounts.filter("here"), on="account_id", how="semi")
    lower = pl.col("value").str.to_lowercase()
    identity = identity.with_columns(value=pl.when(kind="email").then(lower).otherwise("value"))
    return Claims(accounts, users, identity)


def address() -> pl.Expr:
    """The column email as addresses are compared."""
    return pl.col("email").str.strip_chars().str.to_lowercase()


def book(claimed: pl.DataFrame) -> pl.DataFrame:
    """The book of claims: value and account_id; a pair may stand there several times."""
    pairs = claimed.select("value", "account_id").drop_nulls().unique()
    double = pairs["value"].is_duplicated()
    several = (
        pairs.filter(double)
        .group_by("value")
        .agg(_accounts=pl.col("account_id").sort())
        .select("value", pl.lit(None, dtype=pl.String).alias("_account"), "_accounts")
    )
    return pl.concat([_certain(pairs.filter(~double)), several])


def external_book(claims: Claims) -> pl.DataFrame:
    """Other systems' account ids, where no account, not even a deleted one, has that id itself."""
    own = claims.accounts.select(value="account_id")
    return book(claims.of_kind("external").join(own, on="value", how="anti"))


def customer_book(claims: Claims) -> pl.DataFrame:
    """The billing system's customers: by identity, else the account of the same id."""
    named = book(claims.of_kind("customer"))
    same = claims.live().select("account_id", value="account_id")
    return pl.concat([named, _certain(same.join(named, on="value", how="anti"))])


def user_book(claims: Claims, users: pl.DataFrame) -> pl.DataFrame:
    """User ids: the account of that user, deleted or not, else by identity.

    Args:
        claims: For the identity rows.
        users: The users with their accounts, where these are known.
    """
    own = _certain(users.select("account_id", value="user_id").drop_nulls())
    return pl.concat([own, book(claims.of_kind("user").join(own, on="value", how="anti"))])


def email_book(claims: Claims, users: pl.DataFrame) -> pl.DataFrame:
    """Addresses: of the users that are there, and of accounts by identity.

    Args:
        claims: For the identity rows.
        users: The users with their accounts, where these are known.
    """
    known = users.filter("here").select("account_id", value="email")
    return book(pl.concat([claims.of_live(known), claims.of_kind("email")], how="diagonal"))


def _certain(pairs: pl.DataFrame) -> pl.DataFrame:
    """Claims that nobody disputes, as a book."""
    nobody = pl.lit(None, dtype=RIVALS_TYPE)
    return pairs.select("value", _account="account_id", _accounts=nobody)
