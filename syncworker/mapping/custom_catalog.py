"""The metrics that a mapping declares, read from a document that may have mistakes."""

from __future__ import annotations

import json

from pydantic import TypeAdapter, ValidationError

from syncworker.mapping.document import Document
from syncworker.metrics.catalog_custom import custom_metrics
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings_custom import CustomMetric

_CUSTOM = TypeAdapter(CustomMetric)


def declared(document: Document) -> dict[str, Metric]:
    """By name, every metric under `custom`; one that is not right still has its name.

    So that a mistake in a declaration is not reported again wherever its metric is mapped.
    """
    entries = document.entries("metrics", "custom")
    return custom_metrics({name: _read(entry) for name, entry in entries.items()})


def _read(entry: object) -> CustomMetric:
    try:
        return _CUSTOM.validate_json(json.dumps(entry))
    except ValidationError:
        user = isinstance(entry, dict) and entry.get("entity") == "user"
        return CustomMetric("user" if user else "account", "count")
