"""Whether an account is one of those aimed at."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import there
from syncworker.metrics.texts import texts


def account_fit(inputs: Inputs) -> pl.LazyFrame:
    """Fit per account, computed anew each time, and how many people use it.

    What the app says (accounts.icp_fit) comes first. Else an account is out by a size or industry
    that does not fit or is not among those aimed at; in where everything that is aimed at is
    told and matches; unknown otherwise. Words are compared without regard to case.

    Returns:
        account_id, fit (in, out, unknown), fit_because, account_users (users there are) and
        solo_user (null where no user is known).
    """
    settings, words = inputs.settings.fit, texts(inputs.facts.language)
    rules = (
        ("size", settings.sizes, settings.not_sizes),
        ("industry", settings.industries, settings.not_industries),
    )
    said = _plain(pl.col("icp_fit"))
    told = said.is_in(["in", "out"]).fill_null(value=False)
    outs = [(name, _out(name, aimed, never)) for name, aimed, never in rules]
    matches = [_plain(pl.col(name)).is_in(_words(aimed)) for name, aimed, _ in rules if aimed]
    is_in = pl.all_horizontal(matches) if matches else pl.lit(value=False)
    out = pl.any_horizontal([each for _, each in outs])
    kind = pl.when(told).then(said).when(out).then(pl.lit("out")).when(is_in).then(pl.lit("in"))
    why = [
        pl.when(each).then(pl.format(words["fit.out"], pl.lit(words[f"fit.{name}"]), name))
        for name, each in outs
    ]
    because = pl.when(told).then(pl.format(words["fit.said"], said)).otherwise(pl.coalesce(why))
    matched = pl.when(is_in).then(pl.lit(words["fit.in"]))
    people = (
        inputs.facts.streams["users"]
        .filter(there(inputs.facts.as_of) & pl.col("account_id").is_not_null())
        .group_by("account_id")
        .agg(account_users=pl.len().cast(pl.Int64))
    )
    return (
        inputs.facts.streams["accounts"]
        .select(
            "account_id",
            fit=pl.coalesce(kind, pl.lit("unknown")),
            fit_because=pl.coalesce(because, matched, pl.lit(words["fit.unknown"])),
        )
        .join(people, on="account_id", how="left")
        .with_columns(solo_user=pl.col("account_users") == 1)
    )


def _out(name: str, aimed: tuple[str, ...], never: tuple[str, ...]) -> pl.Expr:
    """Whether a value does not fit; one that is not told never tells."""
    value = _plain(pl.col(name))
    out = value.is_in(_words(never))
    if aimed:
        out |= ~value.is_in(_words(aimed))
    return out.fill_null(value=False)


def _plain(text: pl.Expr) -> pl.Expr:
    """A word as it is compared; an empty one is none."""
    plain = text.str.strip_chars().str.to_lowercase()
    return pl.when(plain != "").then(plain)


def _words(texts_given: tuple[str, ...]) -> list[str]:
    return [text.strip().lower() for text in texts_given]
