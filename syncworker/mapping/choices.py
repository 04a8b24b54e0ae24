"""What people write or metrics say, as the portal's own internal value: by value or by label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncworker.mapping.definitions import PortalPipeline
from syncworker.metrics.metric import Metric

YES_NO = (("true", "Yes"), ("false", "No"))


def chosen(words: Iterable[str], options: Sequence[tuple[str, str]]) -> str | None:
    """The internal value of the option that is meant, or None where the portal has none such.

    Args:
        words: How it may be called, the surest first. Each is compared with the internal values
            and then with the labels, without regard to case.
        options: The portal's internal values and labels.
    """
    for word in words:
        if any(value == word for value, _ in options):
            return word
        for place in (0, 1):
            for option in options:
                if option[place].casefold() == word.casefold():
                    return option[0]
    return None


def translation(metric: Metric, options: Sequence[tuple[str, str]]) -> dict[str, str | None]:
    """By a metric's option, the portal's internal value for it; None where it has none.

    A bool has the options true and false, also called yes and no.
    """
    own = YES_NO if metric.type == "bool" else ((o.value, o.label) for o in metric.options)
    return {value: chosen((value, label), options) for value, label in own}


def pipeline_of(wanted: str, pipelines: Sequence[PortalPipeline]) -> PortalPipeline | None:
    """The pipeline with that id or label, or None."""
    found = chosen((wanted,), [(each.id, each.label) for each in pipelines])
    return next((each for each in pipelines if each.id == found), None)
