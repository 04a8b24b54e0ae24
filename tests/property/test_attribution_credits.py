"""Credits add up to the revenue, whatever is paid and visited."""

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF

from syncworker.metrics.attribution import credited

WHO = st.sampled_from("abc")
MONEY = {"account_id": pl.String, "currency": pl.String, "revenue": pl.Int64}
TOUCH = {
    "account_id": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "visit_id": pl.String,
    "channel": pl.String,
    "campaign": pl.String,
}
REVENUES = st.dictionaries(
    st.tuples(WHO, st.sampled_from(["USD", "EUR", "JPY"])), st.integers(-1000, 10**9)
).map(lambda made: [(*key, amount) for key, amount in made.items()])
TOUCHES = st.lists(
    st.tuples(
        WHO,
        st.integers(0, 3).map(lambda days: AS_OF - timedelta(days=days)),
        st.integers(0, 10**6).map(str),
        st.sampled_from("xyz"),
        st.none() | st.sampled_from("kl"),
    ),
    max_size=12,
    unique_by=lambda touch: touch[2],
)


def split(revenues: list[Any], touches: list[Any]) -> pl.DataFrame:
    made = (
        pl.LazyFrame(rows, schema=schema, orient="row")
        for rows, schema in ((revenues, MONEY), (touches, TOUCH))
    )
    return credited(*made).collect()


@settings(max_examples=60, deadline=None)
@given(REVENUES, TOUCHES, st.randoms(use_true_random=False))
def test_every_way_gives_away_the_revenue_exactly_in_any_order_of_rows(
    revenues: list[Any], touches: list[Any], random: Any
) -> None:
    found = split(revenues, touches)
    key = ["account_id", "currency"]
    for (account, currency), part in found.group_by(key):
        revenue = next(r[2] for r in revenues if r[:2] == (account, currency))
        assert part["first"].sum() == part["last"].sum() == part["linear"].sum() == revenue
        assert int(part["linear"].max()) - int(part["linear"].min()) <= 1
        assert part.height == max(1, sum(touch[0] == account for touch in touches))
    assert found.select(key).n_unique() == len(revenues)

    shuffled = split(random.sample(revenues, len(revenues)), random.sample(touches, len(touches)))
    assert shuffled.sort(found.columns).equals(found.sort(found.columns))
