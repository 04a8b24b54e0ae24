from __future__ import annotations

import pytest

from syncworker.hubspot import paths
from syncworker.mapping.portal import ApiVersion


@pytest.mark.parametrize(
    ("version", "endpoint", "expected"),
    [
        ("v3", paths.BATCH_UPSERT, "/crm/v3/objects/contacts/batch/upsert"),
        ("2026-03", paths.BATCH_READ, "/crm/objects/2026-03/contacts/batch/read"),
        ("2026-09", paths.SEARCH, "/crm/objects/2026-09/contacts/search"),
        ("v3", paths.LIST_PROPERTIES, "/crm/v3/properties/contacts"),
        ("2026-09", paths.CREATE_GROUP, "/crm/properties/2026-09/contacts/groups"),
    ],
)
def test_the_version_stands_where_that_version_has_it(
    version: ApiVersion, endpoint: paths.Endpoint, expected: str
) -> None:
    assert paths.path(version, endpoint, "contacts") == expected
