from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from syncworker.mapping import portal
from syncworker.mapping.codes import CODES
from syncworker.mapping.ignores import IGNORABLE
from syncworker.mapping.loader import load
from syncworker.mapping.objects import own_keys
from syncworker.mapping.properties import wanted_properties
from syncworker.mapping.schema import mapping_schema
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric

Schema = dict[str, Any]
ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "mappings" / "example.yaml"


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def faults(value: object, schema: Schema, root: Schema, at: str = "") -> list[str]:
    """Where a value does not fit a schema, of the few keywords that this schema uses."""
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].split("/")[-1]], **schema}
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        return [f"{at}: not {schema['type']}"]
    found = _value_faults(value, schema, at)
    for branches in (schema.get("anyOf", ()), schema.get("oneOf", ())):
        tried = [faults(value, each, root, at) for each in branches]
        if tried and all(tried):
            found += [f"{at}: no branch fits", *min(tried, key=len)]
    if isinstance(value, dict):
        found += [f"{at}.{key}: missing" for key in schema.get("required", ()) if key not in value]
        for key, each in value.items():
            found += faults(key, schema.get("propertyNames", {}), root, f"{at}.{key}")
            rest = schema.get("additionalProperties", {})
            patterns = schema.get("patternProperties", {}).items()
            rest = next((part for pattern, part in patterns if re.search(pattern, key)), rest)
            part = schema.get("properties", {}).get(key, rest)
            found += faults(each, part, root, f"{at}.{key}") if part else []
            found += [f"{at}.{key}: unknown"] if part is False else []
    for i, each in enumerate(value if isinstance(value, list) else ()):
        found += faults(each, schema.get("items", {}), root, f"{at}[{i}]")
    return found


def _value_faults(value: object, schema: Schema, at: str) -> list[str]:
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at}: not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: not in {schema['enum']}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at}: not {schema['pattern']}")
    return found


@pytest.fixture(scope="module")
def schema() -> Schema:
    return json.loads(mapping_schema())


def example() -> Schema:
    loaded = load(EXAMPLE.read_text(), "example.yaml")
    assert loaded.diagnostics == ()
    assert loaded.document is not None
    assert isinstance(loaded.document.data, dict)
    return loaded.document.data


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (ROOT / "mappings" / "mapping.schema.json").read_text()
    assert committed == mapping_schema(), "run `syncworker schema --write`"


def test_the_example_mapping_conforms_to_the_schema(schema: Schema) -> None:
    assert faults(example(), schema, schema) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data["hubspot"].update(tierr="free"), ".hubspot.tierr: unknown"),
        (lambda data: data["hubspot"].update(tier="gratis"), ".hubspot.tier: not in"),
        (
            lambda data: data["hubspot"].update(credentials="abc"),
            ".hubspot.credentials: no branch fits",
        ),
        (lambda data: data.pop("version"), ".version: missing"),
        (lambda data: data["metrics"].update(key_evnts=[]), ".metrics.key_evnts: unknown"),
        (lambda data: data["sources"]["app"]["streams"].update(x={}), ".streams.x: not in"),
        (
            lambda data: data["objects"]["companies"]["properties"].update(x="MRR 28d"),
            ".x: no branch fits",
        ),
        (lambda data: data["objects"].update(deal={}), ".deal: unknown"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(
    schema: Schema, change: Callable[[Schema], None], fault: str
) -> None:
    data = example()
    change(data)
    assert any(fault in found for found in faults(data, schema, schema))


def test_every_metric_is_offered_with_its_description(catalog: Mapping[str, Metric]) -> None:
    choices = json.loads(mapping_schema(catalog))["$defs"]["MetricName"]["anyOf"][0]["oneOf"]
    assert [choice["const"] for choice in choices] == list(catalog)
    assert choices[0]["description"].startswith("What mrr means.")


def test_every_key_has_a_hover_text(schema: Schema) -> None:
    silent = [
        f"{name}.{key}"
        for name, section in [*schema["$defs"].items(), ("PortalMapping", schema)]
        for key, part in section.get("properties", {}).items()
        if "description" not in part and "$ref" not in part
    ]
    assert silent == []


def test_the_example_maps_every_property_to_a_known_metric_once() -> None:
    mapping = load(EXAMPLE.read_text(), "example.yaml").mapping
    assert mapping is not None
    for name in mapping.objects:
        wanted = wanted_properties(mapping, name, METRICS)
        keys = own_keys(mapping.objects[name])
        expected = [each.property for each in keys] + list(mapping.objects[name].properties)
        assert [each.name for each in wanted] == expected


def test_every_code_in_the_source_is_explained() -> None:
    folder = Path(portal.__file__).parent
    used = {
        code
        for file in folder.glob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r"SW[0-9]{3}", file.read_text())
    }
    assert used == set(CODES)
    assert set(IGNORABLE) < set(CODES)
    assert all(len(text) > 40 for text in CODES.values())
