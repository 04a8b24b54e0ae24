"""Which of a mapping's streams a person means."""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.errors import SettingsError
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.suggest import did_you_mean, listed


def configured(mapping: PortalMapping) -> list[str]:
    """Every stream of the mapping, as `source.stream`."""
    return [
        f"{source}.{stream}"
        for source, config in mapping.sources.items()
        for stream in config.streams
    ]


def chosen(portal: str, mapping: PortalMapping, names: Sequence[str]) -> list[str]:
    """The streams that the names mean, as `source.stream`; without names all.

    Args:
        portal: The portal's name, for the message.
        mapping: Its mapping.
        names: `stream` (of every source that has it), `source.stream`, or `source`.

    Raises:
        SettingsError: The mapping has no such stream.
    """
    every = configured(mapping)
    found = [one for one in every if not names or {one, *one.split(".", 1)} & set(names)]
    for name in names:
        if not any(name in {one, *one.split(".", 1)} for one in every):
            raise SettingsError(
                f"the mapping of {portal} has no stream {name}",
                help=did_you_mean(
                    name,
                    [*(one.split(".", 1)[1] for one in every), *every],
                    f"it has {listed(every)}",
                ),
                code="STREAM_UNKNOWN",
            )
    return found
