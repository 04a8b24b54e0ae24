"""The official client's models beyond records and properties: what belongs together, who, where."""

from __future__ import annotations

import json

import pytest
from hubspot import Client
from hubspot.crm.associations.v4 import (
    AssociationSpec,
    BatchInputPublicAssociationMultiArchive,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicDefaultAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiArchive,
    PublicAssociationMultiPost,
    PublicDefaultAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
    PublicObjectId,
)
from hubspot.crm.associations.v4.schema import PublicAssociationDefinitionCreateRequest
from hubspot.crm.companies import (
    AssociationSpec as CompanySpec,
)
from hubspot.crm.companies import (
    PublicAssociationsForObject,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.companies import PublicObjectId as CompanyId
from hubspot.crm.contacts import SimplePublicObjectInputForCreate as NewContact
from hubspot.crm.contacts.exceptions import (
    ApiException,
    ForbiddenException,
    ServiceException,
)
from hubspot.crm.pipelines import PipelineInput, PipelineStageInput
from hubspot.crm.pipelines.exceptions import NotFoundException
from hubspot.crm.properties import OptionInput, PropertyCreate, PropertyGroupUpdate, PropertyUpdate

from syncworker.sandbox.faults import answering
from syncworker.sandbox.server import SandboxServer

PRIMARY = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)


@pytest.fixture
def pair(hubspot: Client) -> tuple[str, str]:
    """A contact and a company."""
    contact = hubspot.crm.contacts.basic_api.create(NewContact(properties={"email": "a@b.example"}))
    company = hubspot.crm.companies.basic_api.create(
        SimplePublicObjectInputForCreate(properties={"name": "Shop"})
    )
    return contact.id, company.id


def test_associations_are_made_read_and_taken_away_in_batches(
    hubspot: Client, pair: tuple[str, str]
) -> None:
    api = hubspot.crm.associations.v4.batch_api
    one, other = (PublicObjectId(id=each) for each in pair)
    row = PublicAssociationMultiPost(_from=one, to=other, types=[PRIMARY])
    made = api.create("contacts", "companies", BatchInputPublicAssociationMultiPost(inputs=[row]))
    assert (made.results[0].from_object_id, made.results[0].labels) == (pair[0], ["Primary"])
    asked = PublicFetchAssociationsBatchRequest(id=pair[0])
    read = api.get_page(
        "contacts", "companies", BatchInputPublicFetchAssociationsBatchRequest(inputs=[asked])
    )
    (linked,) = read.results[0].to
    assert linked.to_object_id == pair[1]
    assert [kind.type_id for kind in linked.association_types] == [279, 1]
    gone = PublicAssociationMultiArchive(_from=one, to=[other])
    api.archive("contacts", "companies", BatchInputPublicAssociationMultiArchive(inputs=[gone]))
    page = hubspot.crm.associations.v4.basic_api.get_page("contacts", pair[0], "companies")
    assert page.results == []


def test_default_associations_and_labels_are_made(hubspot: Client, pair: tuple[str, str]) -> None:
    api = hubspot.crm.associations.v4
    one, other = (PublicObjectId(id=each) for each in pair)
    row = PublicDefaultAssociationMultiPost(_from=one, to=other)
    body = BatchInputPublicDefaultAssociationMultiPost(inputs=[row])
    made = api.batch_api.create_default("contacts", "companies", body)
    assert [r.association_spec.association_type_id for r in made.results] == [279, 280]
    label = PublicAssociationDefinitionCreateRequest(label="Champion", name="champion")
    new = api.schema.definitions_api.create("contacts", "companies", label).results[0]
    known = api.schema.definitions_api.get_all("contacts", "companies").results
    assert [k.label for k in known] == [None, "Primary", "Champion"]
    spec = AssociationSpec(association_category="USER_DEFINED", association_type_id=new.type_id)
    put = api.basic_api.create("contacts", pair[0], "companies", pair[1], [spec])
    assert put.labels == ["Champion"]
    labelled = PublicAssociationMultiPost(_from=one, to=other, types=[spec])
    api.batch_api.archive_labels(
        "contacts", "companies", BatchInputPublicAssociationMultiPost(inputs=[labelled])
    )
    page = api.basic_api.get_page("contacts", pair[0], "companies")
    assert [k.label for k in page.results[0].association_types] == [None, "Primary"]
    api.basic_api.archive("contacts", pair[0], "companies", pair[1])
    assert api.basic_api.get_page("contacts", pair[0], "companies").results == []
    default = api.basic_api.create_default("contacts", pair[0], "companies", pair[1])
    assert default.results[0].to.id == pair[1]


def test_a_record_is_created_with_an_association(hubspot: Client, pair: tuple[str, str]) -> None:
    spec = CompanySpec(association_category="HUBSPOT_DEFINED", association_type_id=280)
    made = hubspot.crm.companies.basic_api.create(
        SimplePublicObjectInputForCreate(
            properties={"name": "Second"},
            associations=[PublicAssociationsForObject(to=CompanyId(id=pair[0]), types=[spec])],
        )
    )
    page = hubspot.crm.associations.v4.basic_api.get_page("companies", made.id, "contacts")
    assert [to.to_object_id for to in page.results] == [pair[0]]


def test_owners_and_pipelines_are_read(sandbox: SandboxServer, hubspot: Client) -> None:
    sandbox.portal.owners.append(
        {
            "id": "101",
            "type": "PERSON",
            "email": "nina@vendor.example",
            "archived": False,
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": "2026-01-01T00:00:00.000Z",
        }
    )
    owners = hubspot.crm.owners.owners_api
    assert [o.email for o in owners.get_page().results] == ["nina@vendor.example"]
    assert owners.get_by_id(101).id == "101"
    pipelines = hubspot.crm.pipelines.pipelines_api
    assert [p.id for p in pipelines.get_all("tickets").results] == ["0"]
    stages = [s.label for s in pipelines.get_by_id("deals", "default").stages]
    assert stages[-2:] == ["Closed Won", "Closed Lost"]


def test_pipelines_and_stages_are_made_and_read(hubspot: Client) -> None:
    api = hubspot.crm.pipelines
    made = api.pipelines_api.create(
        "deals",
        PipelineInput(
            label="Renewals",
            display_order=1,
            stages=[
                PipelineStageInput(label="Due", display_order=0, metadata={"probability": "0.5"})
            ],
        ),
    )
    assert [p.label for p in api.pipelines_api.get_all("deals").results] == [
        "Sales Pipeline",
        "Renewals",
    ]
    stage = api.pipeline_stages_api.create(
        "deals",
        made.id,
        PipelineStageInput(label="Renewed", display_order=1, metadata={"probability": "1.0"}),
    )
    stages = api.pipeline_stages_api.get_all("deals", made.id).results
    assert [s.label for s in stages] == ["Due", "Renewed"]
    assert api.pipeline_stages_api.get_by_id("deals", made.id, stage.id).metadata == {
        "probability": "1.0"
    }
    with pytest.raises(NotFoundException):
        api.pipelines_api.get_by_id("deals", "nope")


def test_options_and_groups_are_changed(hubspot: Client) -> None:
    api = hubspot.crm.properties
    option = OptionInput(label="Up", value="up", hidden=False, display_order=0)
    api.core_api.create(
        "companies",
        PropertyCreate(
            name="trend",
            label="Trend",
            type="enumeration",
            field_type="select",
            group_name="companyinformation",
            options=[option],
        ),
    )
    more = OptionInput(label="Down", value="down", hidden=False, display_order=1)
    changed = api.core_api.update("companies", "trend", PropertyUpdate(options=[option, more]))
    assert [o.value for o in changed.options] == ["up", "down"]
    group = api.groups_api.update(
        "companies", "companyinformation", PropertyGroupUpdate(label="About")
    )
    assert group.label == "About"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, ForbiddenException),
        (423, ApiException),
        (429, ApiException),
        (477, ApiException),
        (502, ServiceException),
        (503, ServiceException),
        (521, ServiceException),
    ],
)
def test_a_status_is_the_exception_the_client_has_for_it(
    sandbox: SandboxServer, hubspot: Client, status: int, kind: type[Exception]
) -> None:
    sandbox.portal.faults.add(answering(status, 7))
    with pytest.raises(ApiException) as raised:
        hubspot.crm.contacts.basic_api.get_page()
    assert type(raised.value) is kind
    assert raised.value.status == status
    if status < 520:
        assert json.loads(raised.value.body)["status"] == "error"
