"""Who may call the portal: static tokens (service keys, private apps) and OAuth apps.

Sources: HubSpot's OAuth reference (form-encoded bodies, error names, `expires_in`); that access
tokens may have 300 characters and more is its own advice.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncworker.sandbox.answers import ApiError, Json

ACCESS_TOKEN_BYTES = 240
"""Random bytes of an access token, which makes 320 characters."""
_UNAUTHENTICATED = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
    "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)


@dataclass(slots=True)
class OAuthApp:
    """A public app that was installed in the account.

    Attributes:
        client_id: The app's public name.
        client_secret: The app's secret.
        refresh_token: What new access tokens are given for; stays the same until revoked.
        code: An authorization code that is good for one exchange; "" for none.
        expires_in: Seconds an access token is good for.
        scopes: What the app may do, for introspection.
        revoked: Whether the refresh token was taken away.
        refreshes: How many access tokens were given for the refresh token.
    """

    client_id: str = "sandbox-app"
    client_secret: str = "sandbox-secret"  # noqa: S105 - made up: it opens this portal only
    refresh_token: str = "sandbox-refresh-token"  # noqa: S105 - made up as well
    code: str = ""
    expires_in: int = 1800
    scopes: list[str] = field(default_factory=lambda: ["oauth"])
    revoked: bool = False
    refreshes: int = 0


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token that was given to an app, and until when it is good."""

    app: OAuthApp
    until: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: requests of one name share a burst limit."""

    name: str
    oauth: bool = False


class OAuthError(Exception):
    """A token request that is refused, in the words of the OAuth endpoints.

    Args:
        error: The name OAuth 2.0 has for it, such as invalid_grant.
        status: HubSpot's name for it, such as BAD_REFRESH_TOKEN.
        message: HubSpot's words.
    """

    def __init__(self, error: str, status: str, message: str) -> None:
        super().__init__(message)
        self.body: Json = {
            "error": error,
            "error_description": message,
            "status": status,
            "message": message,
        }


class Credentials:
    """The tokens the account accepts now.

    Args:
        token: The first static token.

    Attributes:
        tokens: The static tokens; add and remove at will.
        apps: The OAuth apps, by client id.
        issued: The access tokens given out, by token.
    """

    def __init__(self, token: str) -> None:
        self.tokens: set[str] = {token}
        self.apps: dict[str, OAuthApp] = {}
        self.issued: dict[str, Issued] = {}

    def caller(self, bearer: str, now: datetime) -> Caller:
        """Who has this token.

        Raises:
            ApiError: 401, nobody has it, or it has expired.
        """
        if bearer in self.tokens:
            return Caller(bearer)
        issued = self.issued.get(bearer)
        if issued is None:
            raise ApiError(401, "INVALID_AUTHENTICATION", _UNAUTHENTICATED)
        if now >= issued.until:
            minutes = int((now - issued.until).total_seconds() // 60)
            message = f"The OAuth token used to make this call expired {minutes} minute(s) ago."
            raise ApiError(401, "EXPIRED_AUTHENTICATION", message)
        return Caller(issued.app.client_id, oauth=True)

    def grant(self, form: dict[str, str], now: datetime) -> Json:
        """Answer a token request.

        Args:
            form: The parameters of its body.
            now: The time.

        Raises:
            OAuthError: It is refused.
        """
        kind = form.get("grant_type", "")
        if kind not in {"refresh_token", "authorization_code"}:
            raise OAuthError("unsupported_grant_type", "BAD_GRANT_TYPE", "missing grant_type")
        app = self.app(form)
        if kind == "refresh_token":
            if app.revoked or form.get("refresh_token") != app.refresh_token:
                message = "refresh token is invalid, expired or revoked"
                raise OAuthError("invalid_grant", "BAD_REFRESH_TOKEN", message)
            app.refreshes += 1
        else:
            if not form.get("redirect_uri"):
                raise OAuthError("invalid_request", "BAD_REDIRECT_URI", "missing redirect_uri")
            if not app.code or form.get("code") != app.code:
                raise OAuthError("invalid_grant", "BAD_AUTH_CODE", "missing or invalid auth code")
            app.code, app.revoked = "", False
        return {
            "token_type": "bearer",
            "access_token": self.issue(app, now),
            "refresh_token": app.refresh_token,
            "expires_in": app.expires_in,
        }

    def app(self, form: dict[str, str]) -> OAuthApp:
        """The app a form's client_id and client_secret belong to.

        Raises:
            OAuthError: invalid_client.
        """
        app = self.apps.get(form.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
        if not secrets.compare_digest(form.get("client_secret", ""), app.client_secret):
            raise OAuthError("invalid_client", "BAD_CLIENT_SECRET", "client secret is not valid")
        return app

    def issue(self, app: OAuthApp, now: datetime) -> str:
        """A new access token for an app."""
        token = secrets.token_urlsafe(ACCESS_TOKEN_BYTES)
        self.issued[token] = Issued(app, now + timedelta(seconds=app.expires_in))
        return token

    def expire(self, now: datetime) -> None:
        """Let every access token given out so far have expired."""
        self.issued = {token: Issued(one.app, now) for token, one in self.issued.items()}

    def revoke(self, token: str) -> None:
        """Take a token away, whatever its kind; an unknown one does not matter."""
        self.tokens.discard(token)
        self.issued.pop(token, None)
        for app in self.apps.values():
            if app.refresh_token == token:
                app.revoked = True
