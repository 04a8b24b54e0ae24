"""Whose ticket or answer it is: the address of the contact it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader


def addresses(
    reader: HubSpotReader, object_name: str, records: Sequence[CrmRecord]
) -> dict[str, str | None]:
    """By record id, the e-mail address of its contact: of several the one made first.

    An archived record has no contact any more.
    """
    live = [one.id for one in records if one.archived is None]
    found = reader.associated(object_name, "contacts", live) if live else {}
    first = {record: contacts[0] for record, contacts in found.items() if contacts}
    people = reader.read("contacts", list(first.values()), ("email",)) if first else {}
    return {
        record: people[contact].values.get("email")
        for record, contact in first.items()
        if contact in people
    }
