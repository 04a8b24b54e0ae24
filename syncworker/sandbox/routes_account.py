"""Owners, form submissions and the account itself; all of it to read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import Json, not_found
from syncworker.sandbox.http import after_of, answer, body_of, limit_of, portal_of
from syncworker.sandbox.values import stamp

MAX_SUBMISSIONS = 50
MAX_OWNERS = 500
_DO = ("read", "write")
_OBJECTS = ("contacts", "companies", "deals", "tickets", "custom")
SCOPES = {
    *(f"crm.{k}.{o}.{d}" for k in ("objects", "schemas") for o in _OBJECTS for d in _DO),
    *("oauth", "forms", "tickets", "crm.objects.feedback_submissions.read"),
}
"""What its tokens may do, but for `Portal.missing_scopes`."""


async def owners(request: Request) -> Response:
    """GET the people who own records."""
    limit = limit_of(request, 100, MAX_OWNERS)
    found = portal_of(request).owners
    email = request.query_params.get("email")
    if email:
        found = [owner for owner in found if owner["email"] == email.lower()]
    start = after_of(request)
    body: Json = {"results": found[start : start + limit]}
    if start + limit < len(found):
        body["paging"] = {"next": {"after": str(start + limit)}}
    return answer(body)


async def owner(request: Request) -> Response:
    """GET one owner."""
    wanted = request.path_params["id"]
    for one in portal_of(request).owners:
        if one["id"] == wanted:
            return answer(one)
    raise not_found()


async def submissions(request: Request) -> Response:
    """GET a page of a form's submissions, newest first."""
    form = portal_of(request).forms.get(request.path_params["guid"])
    if form is None:
        raise not_found("The form does not exist")
    limit = limit_of(request, 20, MAX_SUBMISSIONS)
    newest = sorted(form, key=lambda one: -int(one["submittedAt"]))
    start = after_of(request)
    body: Json = {"results": newest[start : start + limit]}
    if start + limit < len(newest):
        after = str(start + limit)
        link = f"{request.url.replace_query_params(limit=limit, after=after)}"
        body["paging"] = {"next": {"after": after, "link": link}}
    return answer(body)


async def details(request: Request) -> Response:
    """GET what the account is."""
    portal = portal_of(request)
    offset = portal.clock().astimezone(ZoneInfo(portal.timezone)).utcoffset()
    milliseconds = int(offset.total_seconds() * 1000) if offset is not None else 0
    return answer(
        {
            "portalId": portal.portal_id,
            "accountType": "STANDARD",
            "timeZone": portal.timezone,
            "companyCurrency": "EUR",
            "additionalCurrencies": ["USD"],
            "utcOffsetMilliseconds": milliseconds,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


async def usage(request: Request) -> Response:
    """GET how many of the day's requests are used."""
    portal = portal_of(request)
    now = portal.clock()
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": portal.limits.daily,
        "currentUsage": portal.limits.used_today,
        "collectedAt": stamp(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": portal.limits.midnight(now).isoformat(),
    }
    return answer({"results": [row]})


async def token_info(request: Request) -> Response:
    """POST what a private app's token may do."""
    portal = portal_of(request)
    wanted = (await body_of(request)).get("tokenKey")
    if not isinstance(wanted, str) or portal.credentials.caller(wanted, portal.clock()).oauth:
        raise not_found()
    scopes = sorted(SCOPES - portal.missing_scopes)
    about = {"userId": 1001, "hubId": portal.portal_id, "appId": 1}
    return answer({**about, "scopes": scopes})


ROUTES = [
    Route("/crm/owners/{version}", owners, methods=["GET"]),
    Route("/crm/owners/{version}/{id}", owner, methods=["GET"]),
    Route("/form-integrations/v1/submissions/forms/{guid}", submissions, methods=["GET"]),
    Route("/oauth/v2/private-apps/get/access-token-info", token_info, methods=["POST"]),
    Route("/account-info/{version}/details", details, methods=["GET"]),
    Route("/account-info/{version}/api-usage/daily/private-apps", usage, methods=["GET"]),
]
