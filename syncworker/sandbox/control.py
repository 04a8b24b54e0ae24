"""/_sandbox: what HubSpot does not have, for the demo and for tests. It needs no token.

GET stats, POST reset-stats, GET and POST state, GET, POST and DELETE faults, GET and PUT rates,
PATCH limits, PATCH portal, PUT and DELETE tokens/{token}, POST oauth-apps, POST forms/{guid}.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import Json, invalid
from syncworker.sandbox.credentials import OAuthApp
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.http import answer, body_of, no_content, portal_of
from syncworker.sandbox.rates import BadRates, Rates
from syncworker.sandbox.records import PERSON, Record

PREFIX = "/_sandbox"
_LIMITS = ("enabled", "burst", "oauth_burst", "daily", "search", "used_today")
_SETTINGS = ("search_lag", "fold_errors", "sync_company_stages", "max_body")


async def stats(request: Request) -> Response:
    """GET the counts and the last requests."""
    return answer(portal_of(request).stats.as_json())


async def reset_stats(request: Request) -> Response:
    """POST: count from zero."""
    portal_of(request).stats.reset()
    return no_content()


async def read_state(request: Request) -> Response:
    """GET every record with every value; `?object=companies` for one object."""
    wanted = request.query_params.get("object")
    objects = {
        name: [_dump(record) for record in list(records.live.values())]
        for name, records in portal_of(request).objects.items()
        if wanted in {None, name}
    }
    return answer(objects)


async def write_state(request: Request) -> Response:
    """POST `{"companies": [{...properties}]}`: a person creates records, or by `id` edits them.

    `?source=IMPORT` or `AUTOMATION_PLATFORM` lets an import or a workflow do it.
    """
    portal, ids = portal_of(request), []
    source = request.query_params.get("source", PERSON)
    for name, rows in (await body_of(request)).items():
        for row in rows:
            values = {key: str(value) for key, value in row.items() if key != "id"}
            ids.append(portal.put(name, values, str(row.get("id", "")), source).id)
    return answer({"ids": ids})


async def read_faults(request: Request) -> Response:
    """GET the faults still waiting for a request."""
    return answer({"waiting": [asdict(fault) for fault in portal_of(request).faults.waiting]})


async def add_fault(request: Request) -> Response:
    """POST a fault; its keys are those of `Fault`."""
    body = await body_of(request)
    _check_keys("A fault has", body, [field.name for field in fields(Fault)])
    portal_of(request).faults.add(Fault(**body))
    return no_content()


async def clear_faults(request: Request) -> Response:
    """DELETE every fault."""
    portal_of(request).faults.clear()
    return no_content()


async def read_rates(request: Request) -> Response:
    """GET the faults by percentage."""
    return answer(portal_of(request).faults.rates.as_json())


async def write_rates(request: Request) -> Response:
    """PUT `{"faults": "429:5%,timeout:1%", "seed": 7, "pause": 60}`; empty: none any more."""
    body = await body_of(request)
    _check_keys("Rates have", body, ["faults", "seed", "pause"])
    try:
        rates = Rates.parse(
            str(body.get("faults", "")),
            seed=int(body.get("seed", 7)),
            pause=float(body.get("pause", 60)),
        )
    except BadRates as wrong:
        raise invalid(str(wrong)) from None
    portal_of(request).faults.rates = rates
    return answer(rates.as_json())


async def add_token(request: Request) -> Response:
    """PUT: accept one more static token."""
    portal_of(request).tokens.add(request.path_params["token"])
    return no_content()


async def revoke_token(request: Request) -> Response:
    """DELETE: no longer accept a token, be it a static, an access or a refresh token."""
    portal_of(request).credentials.revoke(request.path_params["token"])
    return no_content()


async def add_oauth_app(request: Request) -> Response:
    """POST an OAuth app; its keys are those of `OAuthApp`, all of them optional."""
    body = await body_of(request)
    _check_keys("An OAuth app has", body, [field.name for field in fields(OAuthApp)])
    return answer(asdict(portal_of(request).add_oauth_app(OAuthApp(**body))))


async def change_settings(request: Request) -> Response:
    """PATCH `search_lag`, `fold_errors`, `sync_company_stages` or `max_body`.

    Besides, `property_limit` sets how many custom properties each object may have, and
    `track_recurring_revenue: true` makes the four deal properties.
    """
    portal, body = portal_of(request), await body_of(request)
    _check_keys("A portal has", body, [*_SETTINGS, "property_limit", "track_recurring_revenue"])
    for key in body.keys() & set(_SETTINGS):
        setattr(portal, key, body[key])
    if "property_limit" in body:
        for records in portal.objects.values():
            records.definitions.limit = int(body["property_limit"])
    if body.get("track_recurring_revenue"):
        portal.track_recurring_revenue()
    return answer({key: getattr(portal, key) for key in _SETTINGS})


async def change_limits(request: Request) -> Response:
    """PATCH `enabled`, `burst`, `oauth_burst`, `daily`, `search` or `used_today`."""
    limits, body = portal_of(request).limits, await body_of(request)
    _check_keys("Limits have", body, _LIMITS)
    for key, value in body.items():
        setattr(limits, key, value)
    return answer({key: getattr(limits, key) for key in _LIMITS})


async def submit_form(request: Request) -> Response:
    """POST a submission: `submittedAt` in ms and `values`, a list of name and value."""
    portal, body = portal_of(request), await body_of(request)
    form = portal.forms.setdefault(request.path_params["guid"], [])
    form.append({"conversionId": f"conversion-{len(form) + 1}", "pageUrl": "", **body})
    return no_content()


def _check_keys(what: str, body: Json, known: Iterable[str]) -> None:
    unknown = set(body) - set(known)
    if unknown:
        raise invalid(f"{what} no {', '.join(sorted(unknown))}")


def _dump(record: Record) -> dict[str, object]:
    return {"id": record.id, "properties": record.values, "updatedAt": record.updated}


ROUTES = [
    Route(f"{PREFIX}/stats", stats, methods=["GET"]),
    Route(f"{PREFIX}/reset-stats", reset_stats, methods=["POST"]),
    Route(f"{PREFIX}/state", read_state, methods=["GET"]),
    Route(f"{PREFIX}/state", write_state, methods=["POST"]),
    Route(f"{PREFIX}/faults", read_faults, methods=["GET"]),
    Route(f"{PREFIX}/faults", add_fault, methods=["POST"]),
    Route(f"{PREFIX}/faults", clear_faults, methods=["DELETE"]),
    Route(f"{PREFIX}/rates", read_rates, methods=["GET"]),
    Route(f"{PREFIX}/rates", write_rates, methods=["PUT"]),
    Route(f"{PREFIX}/limits", change_limits, methods=["PATCH"]),
    Route(f"{PREFIX}/portal", change_settings, methods=["PATCH"]),
    Route(f"{PREFIX}/tokens/{{token}}", add_token, methods=["PUT"]),
    Route(f"{PREFIX}/tokens/{{token}}", revoke_token, methods=["DELETE"]),
    Route(f"{PREFIX}/oauth-apps", add_oauth_app, methods=["POST"]),
    Route(f"{PREFIX}/forms/{{guid}}", submit_form, methods=["POST"]),
]
