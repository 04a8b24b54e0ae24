"""`syncworker properties`: the HubSpot properties a mapping needs."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say


@click.group()
def command() -> None:
    """Create the HubSpot properties a mapping needs."""


@command.command()
@options.portal
def create(portal: str) -> None:
    """Create the mapped properties the portal lacks, with type, options, label and description.

    Properties that are there already are left as they are.

    \b
    Examples:
      syncworker properties create acme
      SYNCWORKER_MAPPINGS=staging syncworker properties create acme
    """
    from syncworker import bootstrap
    from syncworker.engine import properties
    from syncworker.engine.mappings import checked

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    made = properties.create(engine, portal, mapping, engine.connect(portal, mapping))
    for object_name, names in made.items():
        if names:
            say(f"{object_name}: created {len(names)}: {', '.join(names)}")
        else:
            say(f"{object_name}: nothing was missing")
    say(f"Next: syncworker plan {portal}")
