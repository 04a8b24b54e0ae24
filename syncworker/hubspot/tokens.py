"""A portal's access token, where it is a plain one, and what can be a token at all."""

from __future__ import annotations

from syncworker.errors import Unauthorized


class Token:
    """Credentials that are one token and nothing else; HubSpot's no is final.

    Raises:
        Unauthorized: It cannot be a token.
    """

    def __init__(self, value: str) -> None:
        self._value = checked(value)

    def __repr__(self) -> str:
        return "Token(***)"

    def token(self) -> str:
        """The token."""
        return self._value

    def refused(self, token: str) -> bool:  # noqa: ARG002 - there is never another one
        """There is no other one."""
        return False


def checked(token: str) -> str:
    """The token, if it can be one.

    Raises:
        Unauthorized: It is empty or has spaces in it. Python's HTTP library would print the whole
            token in its complaint.
    """
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = "the HubSpot token is empty or has spaces or line breaks in it"
        raise Unauthorized(message, help="see what the mapping's `credentials` point to")
    return token
