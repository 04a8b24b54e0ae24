"""Rolling a run back: a plan that puts back the values from before it.

A value goes back where the ledger and HubSpot still hold what the run wrote. What a person, another
app or a later run has set since stays, and so does every record that the run created; the plan
holds these back with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from syncworker.engine import properties, ready_plan
from syncworker.engine.engine import Engine
from syncworker.engine.histories import Writing
from syncworker.engine.mapped import Rules, mapped, with_unmapped
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.put_back import Kept, put_back, whole
from syncworker.engine.run_words import RunKind
from syncworker.engine.stretches import STRETCH
from syncworker.engine.with_values import with_values
from syncworker.errors import ConfigError
from syncworker.planning import guard
from syncworker.planning.guard import Tally
from syncworker.planning.records import RecordPlan
from syncworker.planning.selection import Selection

KINDS: tuple[RunKind, ...] = ("sync", "apply", "backfill", "repair", "rollback")
"""Kinds of runs that write to HubSpot."""
OnStretch = Callable[[int], None]
"""Told how many records were looked at."""


@dataclass(slots=True)
class Rollback:
    """What a rollback means to do, beside its plan; grows while the plan is made.

    Attributes:
        looked_at: Records that the run wrote to and that are meant.
        kept: What of them stays as it is.
        tallies: What the guard judges.
    """

    looked_at: int = 0
    kept: Kept = field(default_factory=Kept)
    tallies: list[Tally] = field(default_factory=list)


def require(run: Run) -> None:
    """Make sure that the run can be rolled back.

    Raises:
        ConfigError: It writes nothing to HubSpot, or is still at work.
    """
    if run.kind not in KINDS:
        raise ConfigError(
            f"run {run.id} is of kind {run.kind}: it wrote nothing to HubSpot",
            help=f"syncworker runs list {run.portal}",
            code="NOTHING_WRITTEN",
        )
    if run.finished_at is None:
        raise ConfigError(
            f"run {run.id} has not ended yet",
            help=f"syncworker runs show {run.id}",
            code="RUN_OPEN",
        )


def start(
    engine: Engine,
    target: Run,
    selection: Selection,
    *,
    force: bool,
    on_stretch: OnStretch = lambda _done: None,
) -> tuple[Run, Rollback]:
    """Open a run that rolls the other one back; nothing is sent before it is gone on with.

    Args:
        engine: The ports.
        target: The run to roll back, as `require` lets it through.
        selection: What of it.
        force: Let it through the guard.
        on_stretch: For showing how far it is.

    Raises:
        LockHeld: Another run holds the portal.
        PortalError: HubSpot cannot be used; the run has ended with its words.
    """
    rollback = Rollback()
    engine.definitions.forget(target.portal)  # a property may have been deleted a minute ago
    run = ready_plan.start(
        engine,
        target.portal,
        _plans(engine, target, selection, rollback, on_stretch),
        kind="rollback",
        tallies=rollback.tallies,
        force=force,
        options={"of": target.id},
    )
    return run, rollback


def _plans(
    engine: Engine, target: Run, selection: Selection, rollback: Rollback, on_stretch: OnStretch
) -> Iterator[RecordPlan]:
    mapping = checked(target.portal, engine.mapping_text(target.portal))
    hubspot = engine.connect(target.portal, mapping, "interactive")
    done: tuple[Tally, ...] = ()
    for name, written, writings in _written(engine, target, selection, rollback.kept):
        rollback.looked_at += len(written)
        plans = [plan for plan in written if plan.held]
        meant = [plan for plan in written if not plan.held]
        rules: Rules = {}
        if name not in mapping.objects:
            reason = f"the mapping no longer has {name}"
            plans += [whole(plan, rollback.kept, "property", reason) for plan in meant]
        else:
            definitions = properties.known(engine, target.portal, name, hubspot)
            one = mapped(mapping, name, definitions)
            one = replace(one, rules=with_unmapped(one.rules, meant, definitions))
            rules = one.rules
            plans += put_back(engine, target, hubspot, one, meant, writings, rollback.kept)
        done = guard.combine(done, guard.done_by(plans, {name: rules}))
        yield from plans
        on_stretch(rollback.looked_at)
    rollback.tallies.extend(guard.combine(with_values(engine, target.portal, done), done))


def _written(
    engine: Engine, target: Run, selection: Selection, kept: Kept
) -> Iterator[tuple[str, list[RecordPlan], dict[str, list[Writing]]]]:
    """By object, a stretch at a time, what of the run's writings is meant; each record once.

    With it come all writings to these records, the run's and later ones. A record that the run
    created is held back whole.
    """
    after = 0
    while page := engine.histories.of_run(target.id, after=after, most=STRETCH):
        after = page[-1].id
        here = {one.id for one in page}
        for name in dict.fromkeys(one.object for one in page):
            keys = list(dict.fromkeys(one.key for one in page if one.object == name))
            writings: dict[str, list[Writing]] = {key: [] for key in keys}
            found = engine.histories.of_records(target.portal, name, keys, from_run=target.id)
            for one in found:
                writings[one.key].append(one)
            plans = []
            for all_ in writings.values():
                mine = [one for one in all_ if one.run_id == target.id]
                if mine[0].id not in here:
                    continue  # an earlier stretch has told of it
                plan = selection.of(_as_plan(mine))
                if plan is not None and any(one.created for one in mine):
                    plan = whole(plan, kept, "created", f"{target.kind} {target.id} created it")
                plans += [plan] if plan is not None else []
            yield name, plans, writings


def _as_plan(writings: Sequence[Writing]) -> RecordPlan:
    """All that the run wrote to a record, as if it were a plan."""
    first = writings[0]
    changes = tuple(change for one in writings for change in one.changes)
    return RecordPlan(first.object, first.key, first.key, first.hubspot_id, "update", changes)
