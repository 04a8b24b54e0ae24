"""Which version of which file was read: a stream's cursor and resume token.

A file is known by a digest of its name, its version by a digest of its size and etag, or of its
size and time where the storage has no etag: 24 bytes for a file, however long its name. Two names
of one stream would share a digest once in 2^48 pairs.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from syncworker.sources.file_storage import Entry


@dataclass(frozen=True, slots=True)
class Listing:
    """Files with their versions, as digests."""

    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Listing:
        """The listing of these files."""
        return cls({_digest(entry.name): _digest(entry.version) for entry in entries})

    def holds(self, entry: Entry) -> bool:
        """Whether the file is in it, in this version."""
        return self.versions.get(_digest(entry.name)) == _digest(entry.version)

    def __len__(self) -> int:
        return len(self.versions)

    def dump(self) -> str:
        """As text."""
        return json.dumps(self.versions, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> Listing:
        """From the text of `dump`; of None, an empty one."""
        return cls() if text is None else cls(json.loads(text))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading goes on.

    Attributes:
        file: The name of the file that was read last, or "" before the first.
        after: The last line or row that was read of it.
        run: The files of this run, as they were when it started.
    """

    file: str
    after: int
    run: Listing

    def dump(self) -> str:
        """As text."""
        return json.dumps([self.file, self.after, self.run.versions], separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Place:
        """From the text of `dump`."""
        file, after, versions = json.loads(text)
        return cls(file, after, Listing(versions))


def _digest(text: str) -> str:
    digest = blake2b(text.encode(errors="surrogateescape"), digest_size=6).digest()
    return urlsafe_b64encode(digest).decode()
