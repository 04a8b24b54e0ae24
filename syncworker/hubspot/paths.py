"""The addresses of HubSpot's API, by API version: a version is data, not code.

The legacy versions stand in the path before the API's name (`/crm/v3/objects/...`), a dated one
mostly after it (`/crm/objects/2026-09/...`). Source: HubSpot's migration guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from syncworker.mapping.portal import ApiVersion

Kind = Literal["read", "search", "write", "schema"]
Api = Literal[
    "objects",
    "properties",
    "pipelines",
    "associations",
    "limits",
    "schemas",
    "account-info",
    "oauth",
    "private-apps",
    "submissions",
]

# By API: where it stands for v3, and for the dated versions.
PATHS: dict[Api, tuple[str, str]] = {
    "objects": ("/crm/v3/objects", "/crm/objects/{version}"),
    "properties": ("/crm/v3/properties", "/crm/properties/{version}"),
    "pipelines": ("/crm/v3/pipelines", "/crm/pipelines/{version}"),
    "associations": ("/crm/v4/associations", "/crm/associations/{version}"),
    "limits": ("/crm/v3/limits", "/crm/limits/{version}"),
    "schemas": ("/crm/v3/schemas", "/crm-object-schemas/{version}/schemas"),
    "account-info": ("/account-info/v3", "/account-info/{version}"),
    "oauth": ("/oauth/v1", "/oauth/{version}"),
    # HubSpot has no dated versions of these.
    "private-apps": ("/oauth/v2/private-apps", "/oauth/v2/private-apps"),
    "submissions": (
        "/form-integrations/v1/submissions/forms",
        "/form-integrations/v1/submissions/forms",
    ),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of HubSpot's API.

    Attributes:
        method: The HTTP method.
        api: Which of HubSpot's APIs.
        rest: The path after the object's name.
        kind: read, search (has a limit of its own), write (changes records) or schema (changes
            property definitions).
        settled: Whether a request without a readable answer is given back to the caller, who finds
            out what became of it; else it is simply sent again.
        empty: Whether an answer without content (204) is the good one.
    """

    method: Literal["GET", "POST"]
    api: Api
    rest: str
    kind: Kind
    settled: bool = False
    empty: bool = False


BATCH_READ = Endpoint("POST", "objects", "/batch/read", "read")
SEARCH = Endpoint("POST", "objects", "/search", "search")
BATCH_UPDATE = Endpoint("POST", "objects", "/batch/update", "write", settled=True)
BATCH_CREATE = Endpoint("POST", "objects", "/batch/create", "write", settled=True)
LIST_PROPERTIES = Endpoint("GET", "properties", "", "read")
LIST_ARCHIVED_PROPERTIES = Endpoint("GET", "properties", "?archived=true", "read")
LIST_GROUPS = Endpoint("GET", "properties", "/groups", "read")
CREATE_GROUP = Endpoint("POST", "properties", "/groups", "schema")
CREATE_PROPERTY = Endpoint("POST", "properties", "", "schema")
CREATE_PROPERTIES = Endpoint("POST", "properties", "/batch/create", "schema")
ARCHIVE_PROPERTIES = Endpoint("POST", "properties", "/batch/archive", "schema", empty=True)
LIST_SCHEMAS = Endpoint("GET", "schemas", "", "read")
LIST_PIPELINES = Endpoint("GET", "pipelines", "", "read")
PROPERTY_LIMITS = Endpoint("GET", "limits", "/custom-properties", "read")
READ_ASSOCIATIONS = Endpoint("POST", "associations", "/batch/read", "read")
ASSOCIATE = Endpoint("POST", "associations", "/batch/associate/default", "write")
ACCESS_TOKEN = Endpoint("POST", "oauth", "/token", "read")
INTROSPECT = Endpoint("POST", "oauth", "/introspect", "read")
TOKEN_INFO = Endpoint("POST", "private-apps", "/get/access-token-info", "read")
ACCOUNT = Endpoint("GET", "account-info", "/details", "read")
DAILY_USAGE = Endpoint("GET", "account-info", "/api-usage/daily/private-apps", "read")


def asking(api: Api, **query: str | int) -> Endpoint:
    """A list of records or submissions, with its query; empty values are left out."""
    given = {name: value for name, value in query.items() if value}
    return Endpoint("GET", api, f"?{urlencode(given, safe=',')}" if given else "", "read")


def path(version: ApiVersion, endpoint: Endpoint, object_name: str = "") -> str:
    """The path of an endpoint in one API version.

    Args:
        version: HubSpot's API version.
        endpoint: The call.
        object_name: The object: a name or an object type id such as `2-123`; two with a slash
            between them for associations; "" where the endpoint is about no object.
    """
    legacy, dated = PATHS[endpoint.api]
    base = legacy if version == "v3" else dated.format(version=version)
    name = f"/{quote(object_name, safe='/')}" if object_name else ""
    return f"{base}{name}{endpoint.rest}"
