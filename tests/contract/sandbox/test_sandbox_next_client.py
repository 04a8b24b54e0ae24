"""The portal's answers read by HubSpot's next client, of which there are only pre-releases yet.

It speaks 2026-03, validates strictly here, and retries by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import hubspot_sdk
import pytest
from contract.sandbox.http_client import Http

from syncworker.sandbox.faults import answering
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.long


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[hubspot_sdk.HubSpot]:
    with hubspot_sdk.HubSpot(
        access_token=sandbox.token, base_url=sandbox.url, _strict_response_validation=True
    ) as client:
        yield client


def test_companies_are_created_read_changed_found_and_archived(
    client: hubspot_sdk.HubSpot,
) -> None:
    api = client.crm.objects.companies
    made = api.create(properties={"name": "Shop"}, associations=[])
    assert api.get(made.id, properties=["name"]).properties["name"] == "Shop"
    assert api.update(made.id, properties={"city": "Oslo"}).properties["city"] == "Oslo"
    one = {"propertyName": "name", "operator": "EQ", "value": "shop"}
    found = api.search(
        filter_groups=[{"filters": [one]}], properties=["name"], limit=10, after="0", sorts=[]
    )
    assert [r.id for r in found.results] == [made.id]
    api.delete(made.id)
    with pytest.raises(hubspot_sdk.NotFoundError):
        api.get(made.id)


def test_batches_are_upserted_and_read(client: hubspot_sdk.HubSpot) -> None:
    client.crm.properties.create(
        "companies",
        name="account_key",
        label="Key",
        type="string",
        field_type="text",
        group_name="companyinformation",
        has_unique_value=True,
    )
    rows = [
        {
            "id": f"k{n}",
            "id_property": "account_key",
            "properties": {"name": f"{n}"},
            "object_write_trace_id": f"t{n}",
        }
        for n in range(3)
    ]
    answer = client.crm.objects.companies.batch.upsert(inputs=rows)
    assert {r.object_write_trace_id for r in answer.results} == {"t0", "t1", "t2"}
    assert all(r.new for r in answer.results)
    read = client.crm.objects.companies.batch.get(
        inputs=[{"id": r.id} for r in answer.results],
        properties=["name"],
        properties_with_history=[],
    )
    assert sorted(r.properties["name"] for r in read.results) == ["0", "1", "2"]


def test_definitions_pipelines_owners_and_limits_are_read(client: hubspot_sdk.HubSpot) -> None:
    assert "name" in {p.name for p in client.crm.properties.list("companies").results}
    assert [p.id for p in client.crm.pipelines.list("deals").results] == ["default"]
    assert list(client.crm.owners.list()) == []
    limits = client.crm.limits.get_custom_property_limits()
    found = {row.object_type_id for row in limits.by_object_type}
    assert found == {"0-1", "0-2", "0-3", "0-5", "0-19"}


def test_a_429_is_its_rate_limit_error_once_it_gave_up(
    sandbox: SandboxServer, client: hubspot_sdk.HubSpot, http: Http
) -> None:
    fault = answering(429, 7)
    fault.times = 2
    sandbox.portal.faults.add(fault)
    with pytest.raises(hubspot_sdk.RateLimitError) as raised:
        client.with_options(max_retries=1).crm.objects.companies.create(
            properties={"name": "x"}, associations=[]
        )
    assert raised.value.body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert sandbox.portal.stats.by_status == {429: 2}


def test_a_wrong_token_is_its_authentication_error(client: hubspot_sdk.HubSpot) -> None:
    with pytest.raises(hubspot_sdk.AuthenticationError):
        client.with_options(access_token="pat-wrong").crm.objects.companies.list()
