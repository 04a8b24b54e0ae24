"""The JSON Schema of mapping files: completion and hover texts in editors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from syncworker.mapping.portal import ROWS_OF, PortalMapping
from syncworker.mapping.settings_walk import sections
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings import MetricSettings

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect editors' YAML extensions know best."""
_ATTRIBUTE = re.compile(r"^ {8}(\w+): (.+(?:\n {12}.+)*)", re.MULTILINE)


def mapping_schema(catalog: Mapping[str, Metric] = METRICS) -> str:
    """The schema as text, with a line break at its end.

    Args:
        catalog: The metrics a mapping may name; their descriptions are hover texts.
    """
    schema = PortalMapping.model_json_schema()
    definitions = schema["$defs"]
    for documented in sections(MetricSettings):
        _describe(definitions[documented.__name__], documented)
    definitions["MetricName"] = {
        "description": "A metric: `syncworker metrics list` shows all",
        "anyOf": [
            {"oneOf": [_choice(metric) for metric in catalog.values()]},
            {
                "type": "string",
                "pattern": "^[a-z][a-z0-9_]*$",
                "description": "A metric of your own, from `metrics: custom:`",
            },
        ],
    }
    _name_objects(schema["properties"]["objects"])
    named = _with_metric_names(schema)
    head = {"$schema": DIALECT, **named, "title": "A portal's mapping"}
    return json.dumps(head, indent=2, ensure_ascii=False) + "\n"


def _choice(metric: Metric) -> dict[str, str]:
    return {
        "const": metric.name,
        "title": metric.label,
        "description": f"{metric.description}\n\n{metric.formula}",
    }


def _name_objects(objects: dict[str, Any]) -> None:
    # Editors complete names, not patterns; and a pattern alone would allow any other name.
    part = {"$ref": "#/$defs/Object"}
    objects["properties"] = dict.fromkeys(ROWS_OF, part)
    objects["additionalProperties"] = False


def _describe(section: dict[str, Any], documented: type) -> None:
    about = documented.__doc__ or ""
    section["additionalProperties"] = False
    section["description"] = about.partition("\n")[0]
    texts = dict(_ATTRIBUTE.findall(about))
    for name, part in section["properties"].items():
        part["description"] = " ".join(texts.get(name, section["description"]).split())


def _with_metric_names(part: Any) -> Any:  # noqa: ANN401 - JSON
    """The schema with a reference to the metrics' names wherever one is meant."""
    if isinstance(part, list):
        return [_with_metric_names(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("x-names") == "metrics":
        return {"$ref": "#/$defs/MetricName"}
    return {key: _with_metric_names(value) for key, value in part.items()}
