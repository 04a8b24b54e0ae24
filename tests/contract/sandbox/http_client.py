"""A plain HTTP client that holds the portal's token."""

from __future__ import annotations

import requests

from syncworker.sandbox.server import SandboxServer


class Http:
    """Requests to the portal with its token."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.url = sandbox.url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {sandbox.token}"

    def __call__(
        self, method: str, path: str, body: object = None, data: str | None = None
    ) -> requests.Response:
        """Send any request."""
        return self.session.request(method, self.url + path, json=body, data=data, timeout=10)

    def post(self, path: str, body: object) -> requests.Response:
        """Send a POST."""
        return self("POST", path, body)

    def get(self, path: str) -> requests.Response:
        """Send a GET."""
        return self("GET", path)
