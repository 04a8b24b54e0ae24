"""What does not fit between a mapping and its portal, found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from syncworker.mapping.choices import YES_NO, chosen, pipeline_of, translation
from syncworker.mapping.definitions import PortalPipeline, PortalProperty
from syncworker.mapping.document import Path
from syncworker.mapping.hubspot_names import (
    DEAL_PIPELINE,
    DEAL_STAGE,
    STAGE_PROPERTY,
    hubspots_own,
)
from syncworker.mapping.objects import lifecycle_of, own_keys
from syncworker.mapping.portal import Match, Object, PortalMapping, PropertyMapping
from syncworker.mapping.properties import takes_several
from syncworker.mapping.property_rules import written_properties
from syncworker.mapping.property_types import FILLS, property_type
from syncworker.mapping.stages import OTHER
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.metric import Metric

Kind = Literal[
    "missing", "read_only", "type", "options", "reserved", "stage", "pipeline", "not_unique"
]
_CREATE = "`syncworker properties create PORTAL`"
_SEVERAL = "checkbox"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that does not fit.

    Attributes:
        object: The object's name.
        property: HubSpot's internal property name.
        kind: missing (`properties create` makes it), reserved (missing, and only HubSpot could
            make it), read_only, type (another than the metric fills), options (some are missing),
            not_unique (a key that two records could share), stage and pipeline (the portal has
            none such).
        message: What is wrong.
        help: What to do; PORTAL in it stands for the portal's name.
        place: The keys that lead to it in a mapping written out in full.
    """

    object: str
    property: str
    kind: Kind
    message: str
    help: str
    place: Path = ()


def conflicts(
    mapping: PortalMapping,
    object_name: str,
    catalog: Mapping[str, Metric],
    definitions: Mapping[str, PortalProperty],
    pipelines: Sequence[PortalPipeline],
) -> tuple[Conflict, ...]:
    """Everything that is wrong between one object of a mapping and its portal.

    Args:
        mapping: The portal's mapping.
        object_name: One of its objects; nothing is wrong with one that is not mapped.
        catalog: The metrics.
        definitions: The portal's properties of that object by name.
        pipelines: Of deals: the portal's pipelines; of others none.
    """
    config = mapping.objects.get(object_name)
    if config is None:
        return ()
    found: list[Conflict] = []
    for key in own_keys(config):
        place = ("objects", object_name, "match", config.match.index(key), "property")
        found += _key(object_name, key, definitions.get(key.property), place)
    written = written_properties(mapping, object_name, catalog, definitions)
    for name, mapped, metric in written:
        found += _property(object_name, name, mapped, metric, definitions.get(name))
    found += _stages(mapping, object_name, definitions.get(STAGE_PROPERTY))
    found += _pipeline(object_name, config, pipelines)
    return tuple(found)


def _key(
    object_name: str, key: Match, there: PortalProperty | None, place: Path
) -> Iterator[Conflict]:
    name = key.property
    if there is None:
        message = f"the portal has no {object_name} property `{name}` to find records by"
        help_ = f"{_CREATE} makes it, with unique values"
        yield Conflict(object_name, name, "missing", message, help_, place)
    elif there.read_only:
        message = f"`{name}` is computed by HubSpot and cannot be our key"
        yield Conflict(object_name, name, "read_only", message, _another(), place)
    elif there.type not in {"string", "number"}:
        message = f"`{name}` has the type {there.type} in the portal; a key is text or a number"
        yield Conflict(object_name, name, "type", message, _another(), place)
    elif not there.unique:
        message = f"`{name}` is not a match key for {object_name}: its values are not unique"
        help_ = f"HubSpot makes a property unique only when it is created; {_another()}"
        yield Conflict(object_name, name, "not_unique", message, help_, place)


def _property(
    object_name: str,
    name: str,
    mapped: PropertyMapping,
    metric: Metric,
    there: PortalProperty | None,
) -> Iterator[Conflict]:
    place = ("objects", object_name, "properties", name)
    if there is None:
        yield _missing(object_name, name, property_type(mapped, metric), place)
    elif there.read_only:
        message = f"`{name}` is computed by HubSpot and cannot be written"
        yield Conflict(object_name, name, "read_only", message, _another(), place)
    elif there.type not in FILLS[metric.type]:
        message = (
            f"`{name}` has the type {there.type} in the portal, "
            f"which `{metric.name}` ({metric.type}) cannot fill"
        )
        yield Conflict(object_name, name, "type", message, _another(), place)
    elif there.type == "enumeration":
        yield from _options(object_name, name, mapped, metric, there)


def _missing(object_name: str, name: str, type_: str, place: Path) -> Conflict:
    message = f"the portal has no {object_name} property `{name}` ({type_})"
    if hubspots_own(object_name, name):
        help_ = "only HubSpot makes properties of that name: check it, or map a name of your own"
        return Conflict(object_name, name, "reserved", message, help_, place)
    return Conflict(object_name, name, "missing", message, f"{_CREATE} makes it", place)


def _options(
    object_name: str, name: str, mapped: PropertyMapping, metric: Metric, there: PortalProperty
) -> Iterator[Conflict]:
    place = ("objects", object_name, "properties", name)
    if takes_several(mapped, metric) and there.field_type != _SEVERAL:
        message = f"`{name}` takes one option in the portal, `{metric.name}` may have several"
        help_ = f"make it a property of several checkboxes in HubSpot, or {_another()}"
        yield Conflict(object_name, name, "type", message, help_, place)
    if not there.options:
        return  # HubSpot keeps them elsewhere
    own = YES_NO if metric.type == "bool" else [(o.value, o.label) for o in metric.options]
    labels, theirs = dict(own), translation(metric, there.options)
    lacking = [f"{value} ({labels[value]})" for value, found in theirs.items() if found is None]
    if lacking:
        plural = "option" if len(lacking) == 1 else "options"
        message = f"`{name}` lacks the {plural} {listed(lacking)} in the portal"
        help_ = f"add to the property in HubSpot what is missing, or {_another()}"
        yield Conflict(object_name, name, "options", message, help_, place)


def _stages(
    mapping: PortalMapping, object_name: str, there: PortalProperty | None
) -> Iterator[Conflict]:
    lifecycle = lifecycle_of(mapping, object_name)
    if lifecycle is None or there is None:
        return
    section: Path = ("lifecycle", object_name)
    asked: list[tuple[str, Path]] = [
        (rule.stage, (*section, "rules", i, "stage")) for i, rule in enumerate(lifecycle.rules)
    ]
    if lifecycle.churned_to_other:
        asked.append((OTHER, (*section, "churned_to_other")))
    for stage, place in asked:
        if there.options and chosen((stage,), there.options) is None:
            message = f"the portal has no lifecycle stage `{stage}`"
            help_ = _among(stage, there.options)
            yield Conflict(object_name, STAGE_PROPERTY, "stage", message, help_, place)


def _pipeline(
    object_name: str, config: Object, pipelines: Sequence[PortalPipeline]
) -> Iterator[Conflict]:
    if config.pipeline is None:
        return
    section: Path = ("objects", object_name, "pipeline")
    wanted = config.pipeline.pipeline
    pipeline = pipeline_of(wanted, pipelines)
    if pipeline is None:
        message = f"the portal has no pipeline of {object_name} `{wanted}`"
        help_ = _among(wanted, [(each.id, each.label) for each in pipelines])
        place = (*section, "pipeline")
        yield Conflict(object_name, DEAL_PIPELINE, "pipeline", message, help_, place)
        return
    for state, stage in config.pipeline.stages.items():
        if chosen((stage,), pipeline.stages) is None:
            message = f"the pipeline `{pipeline.label}` has no stage `{stage}`"
            help_ = _among(stage, pipeline.stages)
            place = (*section, "stages", state)
            yield Conflict(object_name, DEAL_STAGE, "stage", message, help_, place)


def _another() -> str:
    return f"map another name, which {_CREATE} makes"


def _among(word: str, options: Sequence[tuple[str, str]]) -> str:
    named = [f"{label} ({value})" if label != value else value for value, label in options]
    words = [label for _, label in options]
    return did_you_mean(word, words, f"the portal has {listed(named) or 'none'}")
