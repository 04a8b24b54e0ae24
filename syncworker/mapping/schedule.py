"""`schedule:` when workers start a portal's runs by themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from syncworker.mapping.part import Part, Text

INTERVAL = r"^[1-9][0-9]{0,4}[mhd]$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

TimeOfDay = Annotated[str, Field(pattern=TIME_OF_DAY)]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class FastLane(Part):
    """Streams that are looked at often, so that what is new in them reaches HubSpot at once."""

    every: str = Field(default="1m", pattern=INTERVAL, description="How often; 1m unless told")
    streams: list[Text] = Field(
        min_length=1,
        description="Streams with a cursor, as stream or source.stream: trials, demo_requests",
    )


class Schedule(Part):
    """When workers start the portal's runs by themselves."""

    every: Annotated[str, Field(pattern=INTERVAL)] | None = Field(
        default=None, description="A sync this often: 15m, 6h or 1d"
    )
    daily_at: Annotated[
        list[TimeOfDay],
        BeforeValidator(_as_list, json_schema_input_type=TimeOfDay | list[TimeOfDay]),
    ] = Field(
        default_factory=list,
        description="In the place of `every`: a sync at these times of the reporting timezone: "
        '"06:30", or a list of them',
    )
    full_at: TimeOfDay | None = Field(
        default=None,
        description="Besides: at this time of every day a sync that reads all sources whole",
    )
    fast: FastLane | None = Field(
        default=None, description="Besides: streams whose new rows do not wait for the next sync"
    )
