"""The stages the mapping asks for: lifecycle stages by rules, deal stages by subscription state."""

from __future__ import annotations

from dataclasses import dataclass

from syncworker.mapping.choices import chosen, pipeline_of
from syncworker.mapping.conditions import described, fulfilled
from syncworker.mapping.frame import Filled, Table
from syncworker.mapping.hubspot_names import DEAL_STAGE, STAGE_PROPERTY
from syncworker.mapping.objects import CHURNED, SUBSCRIPTION_STATE, lifecycle_of
from syncworker.mapping.portal import StageRule

OTHER = "other"
_CHURNED_BACK = "the mapping moves churned customers there"


@dataclass(frozen=True, slots=True)
class Stage:
    """A lifecycle stage that is asked for: internal name, why, and why it may go back or ""."""

    name: str
    because: str
    back: str = ""


NO_STAGE = Stage("", "")


def lifecycle_stages(rows: Table) -> dict[int, Stage]:
    """By row, the stage that the first rule that holds asks for; no entry where none does.

    A rule that needs a missing metric does not fire. Where churned accounts go to `other`, that
    comes before all rules, and is the reason to go back in a portal whose own stages stand after
    `other`; while it cannot be told who has churned, no stage is asked for at all, so that no rule
    moves a churned account.
    """
    lifecycle = lifecycle_of(rows.mapping, rows.object)
    if lifecycle is None or (lifecycle.churned_to_other and not rows.has(CHURNED)):
        return {}
    stages: dict[int, Stage] = {}
    if lifecycle.churned_to_other:
        reasons = rows.shown.filled(rows.catalog[CHURNED].because)
        other = _internal_name(rows, OTHER)
        for i in rows.frame[CHURNED].fill_null(value=False).arg_true().to_list():
            because = f"churned: {reasons[i]}" if reasons[i] else "churned"
            stages[i] = Stage(other, because, _CHURNED_BACK)
    for rule in lifecycle.rules:
        if any(condition.metric in rows.missing for condition in rule.when):
            continue
        name, label = _internal_name(rows, rule.stage), _label(rows, rule.stage)
        holds = fulfilled(rule.when, rows.frame, rows.catalog, rows.currencies["account"])
        for i in holds.arg_true().to_list():
            if i not in stages:
                stages[i] = Stage(name, label + _because(rows, rule, i), rule.allow_back or "")
    return stages


def fill_deal_stages(rows: Table, filled: Filled) -> None:
    """Add the stage of deals by their subscription's state; another state leaves it alone."""
    config = rows.config.pipeline
    if config is None or not rows.has(SUBSCRIPTION_STATE):
        return
    pipeline = pipeline_of(config.pipeline, rows.pipelines)
    there = pipeline.stages if pipeline else ()
    names: dict[str, str | None] = {
        state: chosen((stage,), there) if rows.pipelines else stage
        for state, stage in config.stages.items()
    }
    states = rows.texts(SUBSCRIPTION_STATE)
    filled.values[DEAL_STAGE] = [names.get(state) for state in states]
    labels = dict(there)
    filled.because[DEAL_STAGE] = [
        f"subscription is {state}" + (f": stage {labels[name]}" if name in labels else "")
        for state, name in zip(states, filled.values[DEAL_STAGE], strict=True)
    ]
    lacking: dict[str, str] = {
        state: f"the portal's pipeline `{config.pipeline}` has no stage `{stage}`"
        for state, stage in config.stages.items()
        if names[state] is None
    }
    filled.unknown[DEAL_STAGE] = [lacking.get(state) for state in states]


def _internal_name(rows: Table, stage: str) -> str:
    there = rows.definitions.get(STAGE_PROPERTY)
    return (there and chosen((stage,), there.options)) or stage


def _label(rows: Table, stage: str) -> str:
    """What people call a stage of their own, whose internal name is a number; else nothing."""
    name, there = _internal_name(rows, stage), rows.definitions.get(STAGE_PROPERTY)
    labels = dict(there.options) if there and name.isdecimal() else {}
    return f"stage {labels[name]}: " if name in labels else ""


def _because(rows: Table, rule: StageRule, row: int) -> str:
    return ", ".join(
        described(condition, rows.shown.column(condition.metric)[row]) for condition in rule.when
    )
