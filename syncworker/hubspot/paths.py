"""The addresses of HubSpot's API, by API version: a version is data, not code.

The legacy version stands in the path before the API's name (`/crm/v3/objects/...`), a dated one
after it (`/crm/objects/2026-09/...`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncworker.mapping.portal import ApiVersion

Kind = Literal["read", "search", "write", "schema"]

_LEGACY = "/crm/{version}/{api}/{object}{rest}"
_DATED = "/crm/{api}/{version}/{object}{rest}"
PATHS: dict[ApiVersion, str] = {"v3": _LEGACY, "2026-03": _DATED, "2026-09": _DATED}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of HubSpot's API.

    Attributes:
        method: The HTTP method.
        api: `objects` or `properties`.
        rest: The path after the object's name.
        kind: read, search (has a limit of its own), write (changes records) or schema (changes
            property definitions).
    """

    method: Literal["GET", "POST"]
    api: Literal["objects", "properties"]
    rest: str
    kind: Kind


BATCH_READ = Endpoint("POST", "objects", "/batch/read", "read")
SEARCH = Endpoint("POST", "objects", "/search", "search")
BATCH_UPDATE = Endpoint("POST", "objects", "/batch/update", "write")
BATCH_UPSERT = Endpoint("POST", "objects", "/batch/upsert", "write")
LIST_PROPERTIES = Endpoint("GET", "properties", "", "read")
LIST_GROUPS = Endpoint("GET", "properties", "/groups", "read")
CREATE_GROUP = Endpoint("POST", "properties", "/groups", "schema")
CREATE_PROPERTY = Endpoint("POST", "properties", "", "schema")
CREATE_PROPERTIES = Endpoint("POST", "properties", "/batch/create", "schema")


def path(version: ApiVersion, endpoint: Endpoint, object_name: str) -> str:
    """The path of an endpoint for one object in one API version."""
    return PATHS[version].format(
        version=version, api=endpoint.api, object=object_name, rest=endpoint.rest
    )
