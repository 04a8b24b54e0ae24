"""A plan as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from syncworker.masking import mask
from syncworker.planning.plan import Plan
from syncworker.planning.records import RecordPlan
from syncworker.planning.text import printable


def page(
    plan: Plan,
    records: Mapping[str, Sequence[RecordPlan]],
    *,
    digest: str,
    needs: str,
    notes: Sequence[str] = (),
    refusal: str = "",
) -> str:
    """The page: no script, and no request goes out; e-mail addresses are masked.

    Args:
        plan: The counts.
        records: By object, the records to show.
        digest: The plan's, for people.
        needs: What it takes to send it.
        notes: What is left alone or out, a sentence each.
        refusal: Why the guard refuses it, where it does.
    """
    environment = Environment(
        loader=PackageLoader("syncworker.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": printable}
    content: dict[str, Any] = {
        "plan": plan,
        "records": records,
        "digest": digest,
        "needs": needs,
        "notes": [mask(note.strip()) for note in notes],
        "refusal": mask(refusal),
        "more": {
            name: of.create + of.update + of.held - len(records.get(name, ()))
            for name, of in plan.objects.items()
        },
    }
    return environment.get_template("plan.html").render(content)
