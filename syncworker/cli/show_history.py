"""What was written to records, in lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.engine.past_writings import Past


def lines(portal: str, found: Sequence[Past], limit: int) -> Iterator[str]:
    """Each record with its writings, the newest first, and the next command."""
    for past in found:
        id_ = f"HubSpot record {past.hubspot_id}" if past.hubspot_id else "linked no more"
        yield f"{portal}  {past.object} {past.key}  {id_}"
        for one in past.writings[:limit]:
            run = past.runs.get(one.run_id)
            kind = run.kind if run else "run"
            action = "created" if one.created else "updated"
            yield f"  {one.at:%Y-%m-%d %H:%M:%S} UTC  {action} by {kind} {one.run_id}"
            yield from columns(
                [
                    (
                        change.property,
                        f"{change.old or '(empty)'} -> {change.new or '(empty)'}",
                        f"because {change.because}" if change.because else "",
                    )
                    for change in one.changes
                ],
                indent="      ",
            )
        more = len(past.writings) - limit
        if more > 0:
            yield f"  … {counted(more, 'writing')} more: --limit {len(past.writings)}"
        if not past.writings:
            yield "  nothing was written to it yet"
    written = [one for past in found for one in past.writings]
    newest = max(written, key=lambda one: one.at, default=None)
    if newest is None:
        yield f"Next: syncworker plan {portal}"
    else:
        yield f"Next: syncworker runs show {newest.run_id}"


def as_document(portal: str, found: Sequence[Past], limit: int) -> dict[str, Any]:
    """The same for people's programs."""
    return {
        "portal": portal,
        "records": [
            {
                "object": past.object,
                "key": past.key,
                "hubspot_id": past.hubspot_id or None,
                "writings": [
                    {
                        "at": one.at,
                        "run_id": one.run_id,
                        "run_kind": past.runs[one.run_id].kind if one.run_id in past.runs else None,
                        "as_of": past.runs[one.run_id].as_of if one.run_id in past.runs else None,
                        "action": "create" if one.created else "update",
                        "hubspot_id": one.hubspot_id,
                        "changes": [
                            {
                                "property": change.property,
                                "old": change.old,
                                "new": change.new,
                                "because": change.because,
                            }
                            for change in one.changes
                        ],
                    }
                    for one in past.writings[:limit]
                ],
            }
            for past in found
        ],
    }
