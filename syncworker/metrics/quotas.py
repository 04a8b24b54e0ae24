"""What an account's tiers allow it to use, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from syncworker.metrics.activity import QUANTITY
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.milestone_acts import Owner

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def quota_changes(inputs: Inputs, owner: Owner, quotas: Mapping[str, int]) -> pl.LazyFrame:
    """The quota of each item of a tier that has one, while its subscription runs.

    Args:
        inputs: Of the computation.
        owner: A user has the quotas of the account.
        quotas: By price or product id.

    Returns:
        who, begin, end (null: it still runs), weight: the quota counts at T with
        begin < T <= end.
    """
    now, names = instant(inputs.facts.as_of), list(quotas)
    allowed = {
        column: pl.col(column).replace_strict(
            names, list(quotas.values()), default=None, return_dtype=pl.Int64
        )
        for column in ("price_id", "product_id")
    }
    runs = inputs.terms.select("sub_id", "account_id", "start", stop="end")
    items = (
        inputs.facts.streams["subscription_items"]
        .with_columns(weight=pl.coalesce(allowed["price_id"], allowed["product_id"]))
        .filter(pl.col("weight") > 0)
        .join(runs, on="sub_id")
        .select(
            "account_id",
            begin=pl.max_horizontal("start", "valid_from", pl.lit(_ALWAYS)),
            end=pl.min_horizontal("stop", "valid_to", "deleted_at"),
            weight=pl.col("weight").cast(QUANTITY),
        )
        .filter(
            (pl.col("begin") < now) & (pl.col("end").is_null() | (pl.col("end") > pl.col("begin")))
        )
    )
    if owner == "account_id":
        return items.rename({"account_id": "who"}).filter(pl.col("who").is_not_null())
    users = inputs.facts.streams["users"].select("account_id", who="user_id")
    return items.join(users, on="account_id").drop("account_id")
