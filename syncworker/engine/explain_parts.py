"""The component columns behind a metric: what its reason, problem and formula speak of."""

from __future__ import annotations

import re
from collections.abc import Collection
from string import Formatter

from syncworker.metrics.metric import Metric

_REASON = "_because"


def components_of(
    metric: Metric, columns: Collection[str], of_stream: Collection[str]
) -> list[str]:
    """Names of the columns a metric is made of, those its reason names first.

    Where a reason is a sentence of its own (`mrr_because`), the columns of that family are what
    the sentence is made of (`mrr_items`, `mrr_subscriptions`).

    Args:
        metric: The metric.
        columns: The columns of the computed frame.
        of_stream: Those of them that are the stream's own: a formula's words are not meant by them.
    """
    named = [name for _, name, _, _ in Formatter().parse(metric.because) if name]
    families = [name.removesuffix(_REASON) for name in named if name.endswith(_REASON)]
    family = [one for one in columns if any(one.startswith(name) for name in families)]
    spoken = [word for word in re.findall(r"\w+", metric.formula) if word not in of_stream]
    wanted = dict.fromkeys([*named, *([metric.problem] if metric.problem else []), *spoken])
    found = [one for one in (*wanted, *sorted(family)) if one in columns]
    return [one for one in dict.fromkeys(found) if one != metric.name and not one.endswith(_REASON)]
