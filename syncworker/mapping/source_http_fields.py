"""Which value of an API's record fills a stream's column."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from syncworker.mapping.part import Part, Text

Scalar = str | int | float | bool


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Paths = Annotated[
    list[Text],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=Text | list[Text]),
]


class HttpField(Part):
    """Where a column's value comes from: a path in the record, or one value for all rows."""

    path: Paths | None = Field(
        default=None,
        description="Path in the record: names and list positions with dots between; with each, "
        "`$.name` is taken from the whole record. Of several paths the values are joined by `|`",
    )
    values: dict[str, str] = Field(
        default_factory=dict,
        description="Their value: ours. A row with another value is rejected",
    )
    minus: Text | None = Field(default=None, description="Path to a number that is subtracted")
    times: float | None = Field(
        default=None, description="Multiply by this: 100 makes minor units of major ones"
    )
    default: Scalar | None = Field(
        default=None, description="The column's value where the record has none"
    )
    const: Scalar | None = Field(
        default=None, description="In the place of path: the same value in every row"
    )


def _written_out(value: object) -> object:
    return {"path": value} if isinstance(value, (str, list)) else value


ShortField = Annotated[
    HttpField, BeforeValidator(_written_out, json_schema_input_type=Text | list[Text] | HttpField)
]
