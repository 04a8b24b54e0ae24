"""Checks of one portal: its mapping, its sources, its HubSpot account. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from syncworker.engine import doctor, doctor_state, properties
from syncworker.engine.account import AccountReader
from syncworker.engine.doctor import Finding
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.ports import Portal
from syncworker.engine.sampling import sample
from syncworker.engine.streams import chosen
from syncworker.errors import Forbidden
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.scopes import lacking, needed

NEARLY_USED = 0.9
"""Share of the day's requests from which on people are warned."""
_ADD = "add it in HubSpot: Settings > Integrations > Service Keys, or the private app's Scopes"


def findings(engine: Engine, portal: str) -> Iterator[Finding]:
    """Everything about a portal; what needs something that fails is not looked at."""
    read: list[PortalMapping] = []
    yield from doctor.run("mapping", lambda: _mapping(engine, portal, read))
    if not read:
        return
    mapping = read[0]
    for source in mapping.sources:
        yield from doctor.run("sources", partial(_source, engine, portal, mapping, source))
    yield from doctor.run("schedule", lambda: _schedule(engine, portal))
    opened: list[Portal] = []
    yield from doctor.run("HubSpot", lambda: _hubspot(engine, portal, mapping, opened))
    if not opened:
        return
    hubspot, account = opened[0], opened[0].account()
    yield from doctor.run("scopes", lambda: _scopes(account, mapping))
    yield from doctor.run("requests", lambda: _requests(account))
    yield from doctor.run("properties", lambda: _properties(engine, portal, mapping, hubspot))


def _mapping(engine: Engine, portal: str, read: list[PortalMapping]) -> Iterator[Finding]:
    mapping = checked(portal, engine.mapping_text(portal))
    read.append(mapping)
    wanted = sum(len(one.properties) for one in mapping.objects.values())
    yield Finding("ok", "mapping", f"{portal}.yaml is valid: {wanted} mapped properties")


def _source(engine: Engine, portal: str, mapping: PortalMapping, source: str) -> Iterator[Finding]:
    names = [n for n in chosen(portal, mapping, ()) if n.partition(".")[0] == source]
    fine = []
    for name in names:
        one = sample(engine, portal, mapping, name)
        if one.error is not None:
            yield Finding("fail", "sources", f"{name}: {one.error.message}", one.error.help)
        elif one.rejected:
            first = one.rejected[0]
            message = f"{name}: some of its first rows do not fit: {first.field} {first.reason}"
            help_ = f"syncworker sources check {portal} --stream {name}"
            yield Finding("warn", "sources", message, help_)
        else:
            fine.append(name.partition(".")[2])
    if fine:
        yield Finding("ok", "sources", f"{source}: read {', '.join(fine)}")


def _schedule(engine: Engine, portal: str) -> Iterator[Finding]:
    jobs = engine.schedules.of(portal)
    for job in jobs:
        told = f"{job.job} {job.spec}, next {job.next_at:%Y-%m-%d %H:%M} UTC"
        yield Finding("ok", "schedule", told)
    if not jobs:
        message = "nothing starts by itself"
        yield Finding("ok", "schedule", message, f"by hand: syncworker sync {portal}")


def _hubspot(
    engine: Engine, portal: str, mapping: PortalMapping, opened: list[Portal]
) -> Iterator[Finding]:
    """Reachable, with a token that it takes; `opened` holds the portal where it is."""
    hubspot = engine.connect(portal, mapping, "interactive")
    try:
        account = hubspot.account().details()
    except Forbidden as error:
        opened.append(hubspot)
        message = f"the token is good, but may not ask about the account: {error.message}"
        yield Finding("warn", "HubSpot", message, _ADD)
        return
    opened.append(hubspot)
    told = f"account {account.id}, {account.timezone}, {account.currency}"
    yield Finding("ok", "HubSpot", f"{told}, API {mapping.hubspot.api_version}")
    ours = mapping.reporting
    if account.currency and ours.currency != account.currency:
        message = f"money is reported in {ours.currency}, the account's is {account.currency}"
        help_ = "HubSpot shows amounts in its own currency: see `reporting: currency`"
        yield Finding("warn", "HubSpot", message, help_)
    if account.now is not None:
        yield doctor_state.clock(engine.clock(), account.now, "HubSpot's")


def _scopes(account: AccountReader, mapping: PortalMapping) -> Iterator[Finding]:
    granted = account.scopes()
    if granted is None:
        names = ", ".join(one.scope for one in needed(mapping))
        message = "HubSpot does not tell what this token may do"
        yield Finding("warn", "scopes", message, f"see in HubSpot that it has: {names}")
        return
    wanting = lacking(mapping, granted)
    for one in wanting:
        state: doctor.State = "warn" if one.only_create else "fail"
        yield Finding(state, "scopes", f"the token lacks {one.scope}, {one.why}", _ADD)
    has = len(needed(mapping)) - len(wanting)
    yield Finding("ok", "scopes", f"the token has {has} of the {len(needed(mapping))} needed here")


def _requests(account: AccountReader) -> Iterator[Finding]:
    day = account.today()
    if day is None:
        yield Finding("ok", "requests", "HubSpot does not tell this token how many are used")
        return
    told = f"{day.used:,} of the day's {day.limit:,} used"
    if day.resets_at is not None:
        told += f"; the next day begins {day.resets_at:%Y-%m-%d %H:%M %z}"
    if day.used < NEARLY_USED * day.limit:
        yield Finding("ok", "requests", told)
    else:
        help_ = "see in HubSpot which app uses them: Settings > Integrations > Private Apps"
        yield Finding("warn", "requests", told, help_)


def _properties(
    engine: Engine, portal: str, mapping: PortalMapping, hubspot: Portal
) -> Iterator[Finding]:
    engine.definitions.forget(portal)
    compared = properties.compare(engine, portal, mapping, hubspot)
    for one in compared:
        for conflict in one.conflicts:
            help_ = conflict.help.replace("PORTAL", portal)
            yield Finding("fail", "properties", f"{one.object}: {conflict.message}", help_)
    missing = [f"{one.object}.{p.name}" for one in compared for p in one.missing]
    if missing:
        message = f"the portal lacks {len(missing)}: {', '.join(missing)}"
        yield Finding("warn", "properties", message, f"syncworker properties create {portal}")
    elif not any(one.conflicts for one in compared):
        number = sum(len(one.names) for one in compared)
        yield Finding("ok", "properties", f"all {number} are there and fit")
