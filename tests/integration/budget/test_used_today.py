"""What `status` tells of a portal's day is what the shared budget knows; nobody is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from syncworker import bootstrap
from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.engine.standing import standing
from syncworker.mapping.loader import load
from syncworker.settings import Settings

MAPPING = """\
version: 1
hubspot: {credentials: env:SEEN_TOKEN, tier: professional}
sources: {app: {kind: sql, url: env:X, streams: {accounts: {query: x}}}}
objects: {companies: {match: {property: domain, column: domain}}}
"""


def test_what_one_process_has_learned_of_the_day_is_told_by_another(
    tmp_path: Path, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme.yaml").write_text(MAPPING, "utf-8")

    def told(*, shared: bool = True) -> Quota | None:
        url = f"unix://{socket}" if shared else None
        settings = Settings(home=tmp_path, mappings=tmp_path, redis_url=url)
        return standing(bootstrap.engine(settings), "acme").quota

    assert told() is None, "no token"
    monkeypatch.setenv("SEEN_TOKEN", f"pat-{uuid4().hex}")
    assert (seen := told()) is not None
    assert seen.used is None, "nothing was sent yet"
    settings = Settings(home=tmp_path, mappings=tmp_path, redis_url=f"unix://{socket}")
    mapping = load(MAPPING, "acme.yaml").mapping
    assert mapping is not None
    portal = bootstrap.engine(settings).connect("acme", mapping, "scheduled")
    day = Day(1_000, 40, datetime.now(UTC) + timedelta(hours=1))
    portal._transport.budget.learn_usage(day)
    for _ in range(2):
        assert (seen := told()) is not None
        assert (seen.used, seen.daily) == (40, 1_000), "looking takes nothing"
    assert (seen := told(shared=False)) is not None
    assert seen.used is None, "no shared budget"
