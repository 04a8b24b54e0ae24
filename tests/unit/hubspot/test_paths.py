from __future__ import annotations

import pytest

from syncworker.hubspot import paths
from syncworker.hubspot.paths import Endpoint
from syncworker.mapping.portal import ApiVersion

SCHEMAS = Endpoint("GET", "schemas", "", "read")


@pytest.mark.parametrize(
    ("endpoint", "name", "v3", "dated"),
    [
        (
            paths.BATCH_CREATE,
            "contacts",
            "/crm/v3/objects/contacts/batch/create",
            "/crm/objects/{}/contacts/batch/create",
        ),
        (paths.SEARCH, "2-123", "/crm/v3/objects/2-123/search", "/crm/objects/{}/2-123/search"),
        (
            paths.BATCH_READ,
            "p123_licence",
            "/crm/v3/objects/p123_licence/batch/read",
            "/crm/objects/{}/p123_licence/batch/read",
        ),
        (
            paths.LIST_PROPERTIES,
            "deals",
            "/crm/v3/properties/deals",
            "/crm/properties/{}/deals",
        ),
        (
            paths.CREATE_GROUP,
            "deals",
            "/crm/v3/properties/deals/groups",
            "/crm/properties/{}/deals/groups",
        ),
        (paths.LIST_PIPELINES, "deals", "/crm/v3/pipelines/deals", "/crm/pipelines/{}/deals"),
        (
            paths.READ_ASSOCIATIONS,
            "contacts/companies",
            "/crm/v4/associations/contacts/companies/batch/read",
            "/crm/associations/{}/contacts/companies/batch/read",
        ),
        (
            paths.PROPERTY_LIMITS,
            "",
            "/crm/v3/limits/custom-properties",
            "/crm/limits/{}/custom-properties",
        ),
        (
            paths.DAILY_USAGE,
            "",
            "/account-info/v3/api-usage/daily/private-apps",
            "/account-info/{}/api-usage/daily/private-apps",
        ),
        (SCHEMAS, "", "/crm/v3/schemas", "/crm-object-schemas/{}/schemas"),
        (paths.ACCESS_TOKEN, "", "/oauth/v1/token", "/oauth/{}/token"),
    ],
)
def test_the_version_stands_where_each_api_has_it(
    endpoint: Endpoint, name: str, v3: str, dated: str
) -> None:
    assert paths.path("v3", endpoint, name) == v3
    versions: tuple[ApiVersion, ...] = ("2026-03", "2026-09")
    for version in versions:
        assert paths.path(version, endpoint, name) == dated.format(version)


def test_a_name_cannot_lead_elsewhere() -> None:
    path = paths.path("v3", paths.SEARCH, "deals?x=1#y")
    assert path == "/crm/v3/objects/deals%3Fx%3D1%23y/search"
