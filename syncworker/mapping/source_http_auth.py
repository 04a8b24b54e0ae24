"""How an API is told who asks: always by reference, never by value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import BaseUrl, Part, Reference, Text

_BY = "header, bearer, basic or client_credentials"


class HeaderAuth(Part):
    """A key in a header of its own, for example `X-Api-Key`."""

    by: Literal["header"] = Field(description=_BY)
    name: Text = Field(description="The header's name")
    value: Reference = Field(description="Where the key is")
    prefix: str = Field(default="", description="What stands before the key, spaces included")


class BearerAuth(Part):
    """A token that the header Authorization carries, as OAuth 2 has it."""

    by: Literal["bearer"] = Field(description=_BY)
    token: Reference = Field(description="Where the token is")


class BasicAuth(Part):
    """User name and password (RFC 7617); many APIs take a key as the user name alone."""

    by: Literal["basic"] = Field(description=_BY)
    username: Reference = Field(description="Where the user name, or the key, is")
    password: Reference | None = Field(default=None, description="Where the password is, if any")


class ClientCredentialsAuth(Part):
    """OAuth 2.0 client credentials (RFC 6749, 4.4): a token is fetched, kept and renewed."""

    by: Literal["client_credentials"] = Field(description=_BY)
    token_url: BaseUrl = Field(description="Where tokens are given; may be another host")
    client_id: Reference = Field(description="Where the client's id is")
    client_secret: Reference = Field(description="Where the client's secret is")
    scope: Text | None = Field(default=None, description="Scopes, separated by spaces")


HttpAuth = Annotated[
    HeaderAuth | BearerAuth | BasicAuth | ClientCredentialsAuth, Field(discriminator="by")
]
