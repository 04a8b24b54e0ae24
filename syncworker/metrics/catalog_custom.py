"""The mapping's own metrics, told like those of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.metrics.custom_values import KEY
from syncworker.metrics.metric import Metric, MetricType
from syncworker.metrics.settings_custom import COMPARISONS, CustomMetric, Measured, Where, sides
from syncworker.model.stream import ColumnType
from syncworker.model.streams import STREAMS

_TYPES: Mapping[ColumnType, MetricType] = {
    "string": "string",
    "datetime": "datetime",
    "date": "date",
    "integer": "number",
    "decimal": "number",
    "number": "number",
    "boolean": "bool",
}
_WORDS = {"eq": "=", "ne": "!=", "any_of": "in", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def custom_metrics(custom: Mapping[str, CustomMetric]) -> dict[str, Metric]:
    """By name, the metrics that a mapping declares."""
    return {name: _metric(name, each) for name, each in custom.items()}


def metric_type(custom: CustomMetric) -> MetricType:
    """What a metric's column holds; that of a stream or column that is not known is text."""
    if custom.measure not in {"first", "last"}:
        return "number"
    if KEY.fullmatch(custom.column):
        return custom.type or "string"
    stream = STREAMS.get(custom.of)
    column = stream.column(custom.column) if stream else None
    return "string" if column is None else _TYPES[column.type]


def _metric(name: str, custom: CustomMetric) -> Metric:
    type_ = metric_type(custom)
    formula, label = _formula(custom), custom.label or name.replace("_", " ").capitalize()
    streams = [side.of for side in sides(custom)]
    description = custom.description or f"{formula[:1].upper()}{formula[1:]}."
    return Metric(
        name=name,
        entity=custom.entity,
        type=type_,
        unit=_unit(custom) if type_ == "number" else "",
        label=label,
        description=description,
        formula=formula,
        inputs=tuple(dict.fromkeys(streams)),
        property=f"saas_{name}",
        because=_because(name, custom, formula.replace("{", "{{").replace("}", "}}")),
    )


def _unit(custom: CustomMetric) -> str:
    if custom.unit:
        return custom.unit
    if custom.measure == "change":
        return "percent"
    if custom.measure == "count":
        return custom.of or "rows"
    return "ratio" if custom.measure == "ratio" else "values"


def _because(name: str, custom: CustomMetric, formula: str) -> str:
    match custom.measure:
        case "ratio":
            return f"{{{name}_top}} / {{{name}_bottom}}: {formula}"
        case "change":
            return f"{{{name}_now}} after {{{name}_before}}: {formula}"
    return f"{{{name}}}: {formula}"


def _formula(custom: CustomMetric) -> str:
    window = custom.window_days
    within = f" in [as_of - {window} d, as_of)" if window else " before as_of"
    match custom.measure:
        case "ratio":
            top, bottom = (_side(side) for side in sides(custom))
            scale = "100 x " if custom.unit == "percent" else ""
            return f"{scale}({top}) / ({bottom}){within}"
        case "change":
            (side,) = sides(custom)
            return f"change in percent of ({_side(side)}){within} against the {window} d before"
        case "first" | "last":
            conditions = _conditions(custom.where)
            return f"{custom.measure} {custom.column} of {custom.of}{conditions}{within}"
        case _:
            (side,) = sides(custom)
            return f"{_side(side)}{within}"


def _side(side: Measured) -> str:
    conditions = _conditions(side.where)
    if side.measure == "count":
        return f"number of {side.of}{conditions}"
    what = "different" if side.measure == "distinct" else "sum of"
    return f"{what} {side.column} of {side.of}{conditions}"


def _conditions(where: tuple[Where, ...]) -> str:
    told = [
        f"{each.column} {_WORDS.get(name, name)} {_text(wanted)}"
        for each in where
        for name in COMPARISONS
        if (wanted := getattr(each, name)) not in (None, (), "")
    ]
    return f" where {' and '.join(told)}" if told else ""


def _text(wanted: object) -> str:
    if isinstance(wanted, tuple):
        return ", ".join(_text(each) for each in wanted)
    if isinstance(wanted, bool):
        return str(wanted).lower()
    return f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
