"""The weighted mean and its largest remainders against worked examples that others published."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.metrics.health import weighed
from syncworker.metrics.health_components import COMPONENTS


def scored(parts: list[tuple[int | None, int]]) -> dict[str, int | None]:
    """The score of component values with their weights, as far as there are components."""
    filled = [*parts, *[(None, 0)] * (len(COMPONENTS) - len(parts))]
    row = {f"health_{name}": value for name, (value, _) in zip(COMPONENTS, filled, strict=True)}
    row |= {f"weight_{name}": weight for name, (_, weight) in zip(COMPONENTS, filled, strict=True)}
    schema = dict.fromkeys(row, pl.Int64)
    return weighed(pl.LazyFrame([row], schema=schema)).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("parts", "score", "coverage"),
    [
        # Natero, support.natero.com, "Calculation of account health score":
        # 80 x 2 + 71 x 3 + 90 x 3 + 54 x 2 over 10 = 75.1
        ([(80, 2), (71, 3), (90, 3), (54, 2)], 75, 100),
        # Natero's other one: 83 x 7 + 71 x 5 + 78 x 8 + 54 x 3 over 23 = 74.87
        ([(83, 7), (71, 5), (78, 8), (54, 3)], 75, 100),
        # Altior's weights (usage .40, support .25, engagement .20, NPS .15) and score: 71.5
        ([(80, 40), (60, 25), (70, 20), (70, 15)], 72, 100),
        # saastainednumbers.com: NPS .25, usage .35, support .20, engagement .20: 69
        ([(80, 25), (60, 35), (40, 20), (100, 20)], 69, 100),
        # Gainsight: a measure that is not available is left out, the others are weighed anew
        ([(80, 25), (60, 35), (None, 20), (100, 20)], 76, 80),
        ([(80, 25), (None, 35), (None, 20), (100, 20)], None, 45),
        ([(None, 1)], None, 0),
    ],
)
def test_the_score_is_the_weighted_mean_that_others_publish(
    parts: list[tuple[int | None, int]], score: int | None, coverage: int
) -> None:
    row = scored(parts)
    assert (row["health_score"], row["health_coverage"]) == (score, coverage)


def test_what_rounding_leaves_goes_to_the_largest_remainders() -> None:
    # Three thirds of +16.666: the score is 67, so 0.1 + 0.1 + 0.1 + 0.1 more than rounded down;
    # the first has what is left over, as Hare and Niemeyer give out seats.
    row = scored([(100, 1), (100, 1), (0, 1)])
    assert row["health_score"] == 67
    assert [row[f"health_{name}_tenths"] for name in COMPONENTS[:3]] == [168, 168, -166]


VALUES = st.none() | st.integers(0, 100)
WEIGHTS = st.integers(0, 1000)


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(st.tuples(VALUES, WEIGHTS), min_size=1, max_size=len(COMPONENTS)))
def test_contributions_sum_to_the_score_less_50_and_lie_next_to_the_exact_ones(
    parts: list[tuple[int | None, int]],
) -> None:
    row = scored(parts)
    score = row["health_score"]
    carried = [(value, weight) for value, weight in parts if value is not None and weight]
    tenths = [row[f"health_{name}_tenths"] for name in COMPONENTS]
    total = sum(weight for _, weight in carried)
    if score is None:
        assert 2 * total < sum(weight for _, weight in parts) or not total
        assert tenths == [None] * len(COMPONENTS)
        return
    assert sum(tenth for tenth in tenths if tenth is not None) == 10 * (score - 50)
    for (value, weight), tenth in zip(parts, tenths, strict=False):
        assert (tenth is None) == (value is None or not weight)
        if value is not None and tenth is not None:
            # The score itself is rounded by up to half a point, five tenths to give out.
            assert abs(tenth - 10 * weight * (value - 50) / total) <= 6
