"""The books of a portal: whose users, addresses, domains and customers are."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.identity_claims import (
    address,
    book,
    customer_book,
    email_book,
    external_book,
    read_claims,
    user_book,
)
from syncworker.metrics.identity_domains import claimed_domain, domain_book
from syncworker.metrics.identity_lookup import (
    FIELD,
    OPEN,
    RIVALS,
    VALUE,
    begun,
    looked_up,
    renamed,
)
from syncworker.metrics.settings import MetricSettings
from syncworker.model.free_mail import FREE_MAIL


class Books:
    """What each stream's rows are looked up in; a book is made when it is first needed.

    Args:
        facts: All streams as staged. Accounts, users and identity rows are read here.
        settings: `free_mail_domains` is used.
    """

    def __init__(self, facts: Facts, settings: MetricSettings) -> None:
        self._claims = read_claims(facts)
        self._external = external_book(self._claims)
        self._domains = domain_book(self._claims)
        self._claimed = frozenset(self._domains["value"])
        more = (domain.strip().lower() for domain in settings.free_mail_domains)
        self._free_mail = FREE_MAIL.union(more)

    def recognised(self, name: str, rows: pl.LazyFrame, ways: tuple[str, ...]) -> pl.LazyFrame:
        """Rows with their account, their conflict where they have one, and their user.

        Args:
            name: The stream.
            rows: Its rows.
            ways: The columns to recognise them by, the surest first.
        """
        if name == "users":
            return self._known_users(rows)
        rows = renamed(begun(rows), self._external)
        for way in ways:
            match way:
                case "user_id":
                    rows = looked_up(rows, way, pl.col(way), self._of_users)
                case "customer_id":
                    rows = looked_up(rows, way, pl.col(way), self._of_customers)
                case _:
                    rows = self._by_address(rows, self._of_addresses)
        return self._with_user(rows) if ways == ("user_id", "email") else rows

    def doubtful(self, name: str) -> pl.Expr:
        """The rows of a stream that may turn out to be nobody's."""
        nobodys = pl.lit(value=True)
        if name not in ("demo_requests", "web_visits"):
            nobodys = pl.col("account_id").is_null()
            several = self._external.filter(pl.col("_accounts").is_not_null())["value"]
            if not several.is_empty():
                nobodys |= pl.col("account_id").is_in(several.implode())
        return nobodys

    @cached_property
    def _users(self) -> pl.DataFrame:
        """The users with their accounts: those that say them first, then those of an address."""
        users = self._claims.users.lazy().with_columns(_stated="account_id")
        users = renamed(begun(users), self._external)
        named = book(self._claims.of_kind("user"))
        stated = looked_up(users, "user_id", pl.col("user_id"), named).collect()
        unknown = stated.filter(OPEN).select("email")
        shared = stated.join(unknown, on="email", how="semi")
        addresses = email_book(self._claims, shared)
        return self._by_address(stated.lazy(), addresses).collect()

    @cached_property
    def _of_users(self) -> pl.DataFrame:
        return user_book(self._claims, self._users)

    @cached_property
    def _of_addresses(self) -> pl.DataFrame:
        return email_book(self._claims, self._users)

    @cached_property
    def _of_customers(self) -> pl.DataFrame:
        return customer_book(self._claims)

    def _known_users(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of users, with what was found out about those that do not say it themselves."""
        another = pl.col("account_id").ne_missing(pl.col("_stated"))
        found = self._users.filter(another | pl.col(RIVALS).is_not_null())
        found = found.select("user_id", RIVALS, FIELD, VALUE, _account="account_id")
        rows = rows.join(found.lazy(), on="user_id", how="left")
        return rows.with_columns(account_id=pl.coalesce("_account", "account_id"))

    def _by_address(self, rows: pl.LazyFrame, addresses: pl.DataFrame) -> pl.LazyFrame:
        rows = looked_up(rows, "email", address(), addresses)
        domain = claimed_domain(pl.when(OPEN).then(address()), self._claimed, self._free_mail)
        return looked_up(rows, "domain", domain, self._domains)

    def _with_user(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows that name no user, with the one user of their address.

        Not where there is a conflict: the user's account would be taken for the row's. A user's
        account that is not known, or there no more, is the row's too, as by the user's id.
        """
        nobody = pl.col("user_id").is_null() & pl.col(RIVALS).is_null()
        rows = rows.with_columns(_asked=pl.when(nobody).then(address()))
        one = self._one_user_each.lazy()
        return (
            rows.join(one, left_on="_asked", right_on="value", how="left")
            .with_columns(
                user_id=pl.coalesce("user_id", "_user"),
                account_id=pl.coalesce("account_id", "_account"),
            )
            .drop("_asked", "_user", "_account")
        )

    @cached_property
    def _one_user_each(self) -> pl.DataFrame:
        """Addresses that one user has: value, _user, _account."""
        users = self._users.filter("here").drop_nulls("email")
        users = users.filter(~users["email"].is_duplicated())
        return users.select(value="email", _user="user_id", _account="account_id")
