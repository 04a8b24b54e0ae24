"""Sealing what OAuth gives, so that no access token lies anywhere in clear text.

Only who has the app's secret and the portal's refresh token, and so could get an access token
anyway, can open what is sealed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from syncworker.hubspot.credentials import NOT_SENT

_KEY = 32
_NAME = 16


class Seal:
    """Seals and opens what belongs to one app in one portal.

    The key comes from both secrets by HKDF (RFC 5869); what it seals is a Fernet token
    (AES-128-CBC with HMAC-SHA256).

    Args:
        client_secret: The app's secret.
        refresh_token: The portal's refresh token, as configured.

    Attributes:
        name: The same for whoever has the same two secrets; tells nothing of them.
    """

    __slots__ = ("_fernet", "name")

    def __init__(self, client_secret: str, refresh_token: str) -> None:
        hkdf = HKDF(algorithm=SHA256(), length=_KEY + _NAME, salt=None, info=b"syncworker oauth")
        derived = hkdf.derive(f"{client_secret}\0{refresh_token}".encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived[:_KEY]))
        self.name = derived[_KEY:].hex()

    def __repr__(self) -> str:
        return f"Seal({self.name!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_SENT)

    def close(self, content: Mapping[str, Any]) -> str:
        """The content, sealed."""
        return self._fernet.encrypt(json.dumps(dict(content)).encode()).decode()

    def open(self, sealed: str) -> Mapping[str, Any] | None:
        """What was sealed; None where it was not sealed with these secrets, or is damaged."""
        try:
            content = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            return None
        return content if isinstance(content, dict) else None
