"""People who are not worth a salesperson's call, and why; told anew in every run."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import there
from syncworker.metrics.texts import texts
from syncworker.model.free_mail import FREE_MAIL

REASONS = ("personal", "student", "competitor")


def with_disqualified(users: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Persons with disqualified, disqualify_reasons (of `REASONS`) and what explains them.

    Personal: a free mail address, alone in an account that has no domain of its own and no
    subscription that pays. Student and competitor: by the domain of the address. Without an
    address nothing can be told: both are null, and disqualify_problem says so. A reason that
    no longer holds is gone in the next run.
    """
    words, settings = texts(inputs.facts.language), inputs.settings
    domain = pl.col("_domain")
    free = domain.is_in(sorted(FREE_MAIL.union(settings.free_mail_domains)))
    alone = pl.col("_alone").fill_null(value=False)
    holds = {
        "personal": free & alone,
        "student": _below(domain, settings.fit.academic_domains),
        "competitor": _below(domain, settings.fit.competitor_domains),
    }
    reasons = pl.concat_list(
        pl.when(holds[name]).then(pl.lit(name, dtype=pl.String)) for name in REASONS
    ).list.drop_nulls()
    told = domain.is_not_null()
    found = pl.col("disqualify_reasons")
    because = pl.concat_str(
        (pl.when(holds[name]).then(pl.lit(words[f"disqualified.{name}"])) for name in REASONS),
        separator="; ",
        ignore_nulls=True,
    )
    return (
        users.join(_alone(inputs), on="account_id", how="left")
        .with_columns(_domain=pl.col("email").str.extract(r"@([^@]+)$"))
        .with_columns(
            disqualify_reasons=pl.when(told).then(reasons),
            disqualify_because=because.replace("", words["disqualified.none"]),
            disqualify_problem=pl.when(~told).then(pl.lit(words["disqualified.no_address"])),
        )
        .with_columns(disqualified=found.list.len() > 0)
        .drop("_alone", "_domain")
    )


def _alone(inputs: Inputs) -> pl.LazyFrame:
    """Accounts of one user without a domain and a subscription that pays: account_id, _alone."""
    now = inputs.facts.as_of
    homeless = inputs.facts.streams["accounts"].filter(there(now) & pl.col("domain").is_null())
    users = inputs.facts.streams["users"].filter(there(now))
    return (
        users.group_by("account_id")
        .agg(_alone=pl.len() == 1)
        .filter("_alone")
        .join(homeless.select("account_id"), on="account_id", how="semi")
        .join(inputs.terms.filter("counted").select("account_id"), on="account_id", how="anti")
    )


def _below(domain: pl.Expr, named: tuple[str, ...]) -> pl.Expr:
    """Whether a domain is one of those named, or lies below it."""
    plain = [each.strip().lower() for each in named]
    if not plain:
        return pl.lit(value=False)
    below = [domain.str.ends_with(f".{each}") for each in plain]
    return pl.any_horizontal(domain.is_in(plain), *below).fill_null(value=False)
