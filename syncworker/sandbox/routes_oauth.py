"""/oauth: access tokens for refresh tokens and codes, and what a token is.

The dated endpoints and /oauth/v3 take every parameter in a form-encoded body; /oauth/v1 is the
older spelling of the same.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncworker.sandbox.answers import Json, not_found
from syncworker.sandbox.credentials import OAuthApp, OAuthError
from syncworker.sandbox.http import answer, no_content, portal_of
from syncworker.sandbox.portal import Portal

_USER_ID = 1001


async def token(request: Request) -> Response:
    """POST token: an access token for a refresh token or an authorization code."""
    portal, form = portal_of(request), await _form(request)
    try:
        return answer(portal.credentials.grant(form, portal.clock()))
    except OAuthError as refused:
        return answer(refused.body, 400)


async def introspect(request: Request) -> Response:
    """POST introspect: whether an app's token is good, and for what."""
    portal, form = portal_of(request), await _form(request)
    credentials = portal.credentials
    try:
        app = credentials.app(form)
    except OAuthError as refused:
        return answer(refused.body, 400)
    wanted = form.get("token", "")
    left = _seconds_left(portal, wanted)
    if left > 0 and credentials.issued[wanted].app is app:
        more: Json = {"token_type": "bearer", "token_use": "access_token", "expires_in": left}
    elif wanted == app.refresh_token and not app.revoked:
        more = {"token_type": "refresh_token", "token_use": "refresh_token"}
    else:
        return answer({"active": False})
    return answer({"active": True, "token": wanted, **_about(portal, app), **more})


async def revoke(request: Request) -> Response:
    """POST revoke: an app gives one of its tokens back."""
    credentials, form = portal_of(request).credentials, await _form(request)
    try:
        credentials.app(form)
    except OAuthError as refused:
        return answer(refused.body, 400)
    credentials.revoke(form.get("token", ""))
    return answer({})


async def access_token(request: Request) -> Response:
    """GET what an access token is."""
    portal, wanted = portal_of(request), request.path_params["token"]
    left = _seconds_left(portal, wanted)
    if left <= 0:
        raise not_found()
    about = _about(portal, portal.credentials.issued[wanted].app)
    return answer({**about, "token": wanted, "token_type": "access", "expires_in": left})


async def refresh_token(request: Request) -> Response:
    """GET what a refresh token is, or DELETE it."""
    portal, wanted = portal_of(request), request.path_params["token"]
    for app in portal.credentials.apps.values():
        if app.refresh_token == wanted and not app.revoked:
            if request.method == "DELETE":
                portal.credentials.revoke(wanted)
                return no_content()
            return answer({**_about(portal, app), "token": wanted, "token_type": "refresh"})
    raise not_found()


async def _form(request: Request) -> dict[str, str]:
    if "form-urlencoded" not in request.headers.get("content-type", ""):
        return {}
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _seconds_left(portal: Portal, wanted: str) -> int:
    issued = portal.credentials.issued.get(wanted)
    return int((issued.until - portal.clock()).total_seconds()) if issued else 0


def _about(portal: Portal, app: OAuthApp) -> Json:
    return {
        "client_id": app.client_id,
        "app_id": 1,
        "hub_id": portal.portal_id,
        "hub_domain": "sandbox.example",
        "user_id": _USER_ID,
        "user": "admin@vendor.example",
        "scopes": app.scopes,
    }


ROUTES = [
    Route("/oauth/{version}/token", token, methods=["POST"]),
    Route("/oauth/{version}/introspect", introspect, methods=["POST"]),
    Route("/oauth/{version}/token/introspect", introspect, methods=["POST"]),
    Route("/oauth/{version}/revoke", revoke, methods=["POST"]),
    Route("/oauth/{version}/token/revoke", revoke, methods=["POST"]),
    Route("/oauth/v1/access-tokens/{token}", access_token, methods=["GET"]),
    Route("/oauth/v1/refresh-tokens/{token}", refresh_token, methods=["GET", "DELETE"]),
]
