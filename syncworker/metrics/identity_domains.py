"""Whose a mail domain is, with its parents: mail.acme.co.uk is of whoever has acme.co.uk."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import partial

import polars as pl

from syncworker.metrics.identity_claims import Claims, book

# The second-level suffixes under which most countries register: an account that is said to have
# the domain co.uk was cut out of an address by a program.
_SHARED = re.compile(r"(?:ac|co|com|edu|go|gob|gov|mil|ne|net|nom|or|org|sch)\.[a-z]{2}")


def domain_book(claims: Claims) -> pl.DataFrame:
    """Domains: of an account by itself, or by identity."""
    own = claims.live().select("account_id", value="domain")
    both = pl.concat([own, claims.of_kind("domain")], how="diagonal")
    bare = (
        pl.col("value")
        .str.strip_chars()
        .str.to_lowercase()
        .str.replace(r"^[a-z][a-z0-9+.-]*://", "")
        .str.replace(r"[/?#:].*$", "")
        .str.replace(r"^www\.", "")
        .str.strip_chars_end(".")
    )
    return book(both.with_columns(value=bare))


def claimed_domain(email: pl.Expr, claimed: AbstractSet[str], free: AbstractSet[str]) -> pl.Expr:
    """Of an address, the domain in the book that decides; null where there is none.

    Args:
        email: Addresses as they are compared.
        claimed: The domains in the book.
        free: Free mail domains.
    """
    return email.str.extract(r"@([^@]+)$").map_batches(
        partial(nearest_each, claimed=claimed, free=free),
        return_dtype=pl.String,
        is_elementwise=True,
    )


def nearest_each(
    domains: pl.Series, claimed: AbstractSet[str], free: AbstractSet[str]
) -> pl.Series:
    """Of each domain the nearest that somebody claims."""
    each = {domain: nearest(domain, claimed, free) for domain in domains.unique().drop_nulls()}
    return pl.Series([each.get(domain) for domain in domains], dtype=pl.String)


def nearest(domain: str, claimed: AbstractSet[str], free: AbstractSet[str]) -> str | None:
    """The domain itself or the nearest of its parents that somebody claims; None: nobody.

    Parents are tried down to two labels. A free mail domain, and what lies below it, is nobody's;
    so is a suffix under which everybody registers (co.uk).
    """
    labels = domain.split(".")
    tried = [".".join(labels[first:]) for first in range(len(labels) - 1)]
    if not free.isdisjoint(tried):
        return None
    found = (each for each in tried if each in claimed and not _SHARED.fullmatch(each))
    return next(found, None)
