"""What every section of a mapping is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from syncworker.model.streams import STREAMS

REFERENCE = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$"
DURATION = r"^[0-9]{1,5}[smhd]$"
BASE_URL = r"^https?://[^\s@]+$"

Text = Annotated[str, Field(min_length=1)]
Reference = Annotated[
    str, Field(pattern=REFERENCE, description="env:NAME or file:PATH, never the value itself")
]
BaseUrl = Annotated[str, Field(pattern=BASE_URL)]
BY_STREAM: JsonDict = {"propertyNames": {"enum": list(STREAMS)}}


class Part(BaseModel):
    """A section of the mapping: no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


KIND = "sql, files, stripe, http, hubspot or webhook"
OVERLAP = "Read again this much before the cursor, for rows that were committed late"
FULL_EVERY = "Read the stream whole this often, to notice rows that were deleted"
Duration = Annotated[str, Field(pattern=DURATION)]
