"""What went wrong with a request, as a SourceError that says where and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from syncworker.errors import SourceError
from syncworker.masking import mask

_LONGEST = 200
_SHORTEST = 4  # a shorter secret would be found in the words of any message


@dataclass(frozen=True, slots=True)
class Place:
    """Which request is meant.

    Attributes:
        source: The source's name.
        stream: The stream's name.
        method: GET or POST.
        page: The page's number in the reading, from 1.
        secrets: Texts that no message may hold.
    """

    source: str
    stream: str
    method: str
    page: int
    secrets: Sequence[str] = ()

    def fault(
        self, url: str, reason: str, code: str, help_: str = "", *, retry: bool = False
    ) -> SourceError:
        """The error; of the URL only the path is told, as a query may hold a token."""
        path = self.clean(urlsplit(url).path or "/")
        return SourceError(
            f"source {self.source}, stream {self.stream}: {self.method} {path}, page {self.page}: "
            f"{reason}",
            help=help_,
            code=f"SOURCE_{code}",
            retry=retry,
        )

    def clean(self, text: str) -> str:
        """Another's words on one line, short, without secrets and personal data."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, "***")
        return mask(" ".join(text.split()))[:_LONGEST]
