"""Which section of a mapping is described by which model, whatever stands there."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from syncworker.mapping.model_walk import model_at


class One(BaseModel):
    by: Literal["one"]
    number: int


class Other(BaseModel):
    by: Literal["other"]
    inside: list[One]


class Root(BaseModel):
    part: One | Other
    many: list[One | Other]
    named: dict[str, One]
    short: str | One | None
    either: One | list[One]
    noted: list[Annotated[One | Other, Field(description="either of two")]]


OTHER = {"by": "other", "inside": [{}]}


@pytest.mark.parametrize(
    ("path", "data", "model"),
    [
        ((), {}, Root),
        (("part",), {"part": {"by": "one"}}, One),
        (("part",), {"part": OTHER}, Other),
        (("part",), {"part": {}}, One),
        (("part", "inside", 0), {"part": OTHER}, One),
        (("part", "number"), {"part": {"by": "one", "number": 1}}, None),
        (("many", 0), {"many": [OTHER]}, Other),
        (("many", 5), {"many": [OTHER]}, None),
        (("many", 0), {"many": "text"}, None),
        (("named", "x"), {"named": {"x": {}}}, One),
        (("named", "x"), {"named": {}}, One),
        (("short",), {"short": {"by": "one"}}, One),
        (("short",), {"short": "text"}, None),
        (("either",), {"either": [{}]}, None),
        (("either", 0), {"either": [{}]}, One),
        (("noted", 0), {"noted": [OTHER]}, Other),
        (("unknown",), {}, None),
        (("part", "by", "deeper"), {"part": {"by": "one"}}, None),
    ],
)
def test_the_model_of_a_section_is_told_by_the_way_to_it_and_by_what_stands_there(
    path: tuple[str | int, ...], data: object, model: type[BaseModel] | None
) -> None:
    assert model_at(Root, path, data) is model
