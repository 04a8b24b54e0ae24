"""Custom objects' schemas, the account's limits, and the rules for filling properties."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import Json, invalid, not_found
from syncworker.sandbox.http import answer, archived_of, body_of, no_content, portal_of, records_of
from syncworker.sandbox.schemas import Schema


async def create(request: Request) -> Response:
    """POST a custom object."""
    portal = portal_of(request)
    return answer(portal.create_object(await body_of(request)).as_json(), 201)


async def list_all(request: Request) -> Response:
    """GET all custom objects."""
    if archived_of(request):
        return answer({"results": []})
    schemas = portal_of(request).schemas.by_name.values()
    return answer({"results": [schema.as_json() for schema in schemas]})


async def read(request: Request) -> Response:
    """GET one by name, fully qualified name or objectTypeId."""
    return answer(_schema(request).as_json())


async def update(request: Request) -> Response:
    """PATCH an object's labels, description or display, required and searchable properties."""
    schema, body = _schema(request), await body_of(request)
    keys = (
        "labels",
        "description",
        "primaryDisplayProperty",
        "requiredProperties",
        "searchableProperties",
        "secondaryDisplayProperties",
    )
    schema.body.update({key: body[key] for key in keys if key in body})
    schema.body["updatedAt"] = portal_of(request).now()
    return answer(schema.as_json())


async def archive(request: Request) -> Response:
    """DELETE an object that has no records."""
    portal, records = portal_of(request), records_of(request)
    schema = _schema(request)
    if records.live:
        raise invalid(f"The object {schema.body['name']} still has records")
    portal.drop_object(schema.body["name"])
    return no_content()


async def custom_properties(request: Request) -> Response:
    """GET how many custom properties there are and may be, by object and in all."""
    rows: list[Json] = []
    for records in portal_of(request).objects.values():
        limit, usage = records.definitions.limit, records.definitions.custom
        rows.append(
            {
                "objectTypeId": records.type_id,
                "singularLabel": records.label,
                "pluralLabel": records.labels,
                "limit": limit,
                "usage": usage,
                "percentage": round(100 * usage / limit, 2) if limit else 100.0,
            }
        )
    limit, usage = sum(row["limit"] for row in rows), sum(row["usage"] for row in rows)
    percentage = round(100 * usage / limit, 2) if limit else 100.0
    overall = {"overallLimit": limit, "overallUsage": usage, "overallPercentage": percentage}
    return answer({"byObjectType": rows, **overall})


async def rules(request: Request) -> Response:
    """GET what must be filled in an object's records, by property."""
    portal, records = portal_of(request), records_of(request)
    return answer({"results": portal.rules.as_json(records.object_type)})


async def rules_of_one(request: Request) -> Response:
    """GET the rules for one property."""
    portal, records = portal_of(request), records_of(request)
    name = records.definitions.get(request.path_params["name"]).name
    found = [
        rule
        for row in portal.rules.as_json(records.object_type)
        if row["propertyName"] == name
        for rule in row["propertyValidationRules"]
    ]
    return answer({"results": found})


def _schema(request: Request) -> Schema:
    schema = portal_of(request).schemas.by_name.get(records_of(request).object_type)
    if schema is None:
        raise not_found()
    return schema


_RULES = "/crm/property-validations/{version}/{type}"
ROUTES = [
    *(
        route
        for path in ("/crm-object-schemas/{version}/schemas", "/crm/schemas/{version}")
        for route in (
            Route(path, list_all, methods=["GET"]),
            Route(path, create, methods=["POST"]),
            Route(f"{path}/{{type}}", read, methods=["GET"]),
            Route(f"{path}/{{type}}", update, methods=["PATCH"]),
            Route(f"{path}/{{type}}", archive, methods=["DELETE"]),
        )
    ),
    Route("/crm/limits/{version}/custom-properties", custom_properties, methods=["GET"]),
    Route(_RULES, rules, methods=["GET"]),
    Route(f"{_RULES}/{{name}}", rules_of_one, methods=["GET"]),
]
