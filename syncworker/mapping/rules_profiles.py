"""What makes a mapping wrong: rules about profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.profiles import DESCRIBED
from syncworker.mapping.shapes import object_names, rows_at
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.metric import Metric
from syncworker.metrics.profiles import PROFILES, metrics_in


def check_profiles(document: Document, catalog: Mapping[str, Metric]) -> Iterator[Finding]:
    """Names of profiles (SW194), what `without` leaves out (SW195), and in vain (SW196)."""
    for object_name in object_names(document):
        path = ("objects", object_name, "profile")
        name = document.at(*path)
        if isinstance(name, str) and name not in PROFILES:
            help_ = did_you_mean(name, PROFILES, f"allowed: {listed(PROFILES)}")
            message = f"no profile is called `{name}`"
            yield Finding("SW194", document.value(path), message, help_)
        else:
            yield from _without(document, object_name, catalog)


def _without(
    document: Document, object_name: str, catalog: Mapping[str, Metric]
) -> Iterator[Finding]:
    section: Path = ("objects", object_name, "without")
    named = document.at(*section)
    profile = document.at("objects", object_name, "profile")
    rows = rows_at(document, object_name)
    if not isinstance(named, list) or not named or rows is None:
        return
    if profile is None:
        message = "there is no `profile` to leave properties out of"
        help_ = f"add `profile:` with one of {listed(PROFILES)}, or remove `without`"
        yield Finding("SW195", document.key(section), message, help_)
    if not isinstance(profile, str):
        return
    held = metrics_in(profile, DESCRIBED[rows], catalog)
    for number, name in enumerate(named):
        path = (*section, number)
        if isinstance(name, str) and name:
            yield from _left_out(document, path, name, {one.name: one.property for one in held})


def _left_out(
    document: Document, path: Path, name: str, held: Mapping[str, str]
) -> Iterator[Finding]:
    object_name = path[1]
    profile = document.at("objects", object_name, "profile")
    if name not in held.values():
        message = f"the profile `{profile}` has no property `{name}` of {object_name}"
        otherwise = f"`syncworker metrics list --profile {profile}` shows what it has"
        known = {**{one: one for one in held.values()}, **held}
        help_ = did_you_mean(known.get(name, name), held.values(), otherwise)
        yield Finding("SW195", document.value(path), message, help_)
    elif name in document.entries("objects", object_name, "properties"):
        message = f"`{name}` is left out and mapped"
        help_ = "remove it here: what stands under `properties` takes its place anyway"
        yield Finding("SW196", document.value(path), message, help_, severity="warning")
