"""`syncworker init`: a first mapping of a portal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import exits, options
from syncworker.cli.console import say, say_json, tell
from syncworker.errors import ConfigError

if TYPE_CHECKING:
    from syncworker.engine.offers import Offer

_OBJECTS = ("companies", "contacts", "deals", "tickets")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SOURCE = re.compile(r"(sql|stripe):((?:env|file):\S+)|(files):(\S.*)")
_NAMES = {"sql": "app", "stripe": "billing", "files": "exports"}


@click.command()
@options.portal
@click.option("--from-portal", is_flag=True, help="Ask the portal for what it has and is.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="KIND:PLACE",
    help="A source to look into: sql:env:NAME, stripe:env:NAME or files:FOLDER; several times.",
)
@click.option(
    "--profile",
    type=click.Choice(["starter", "sales", "customer_success", "full"]),
    default="starter",
    show_default=True,
    help="The choice of metrics that every object gets.",
)
@click.option(
    "--object",
    "objects",
    default="companies,contacts",
    show_default=True,
    help="The objects to write, with commas: companies, contacts, deals, tickets.",
)
@click.option("--credentials", help="Where the token is: env:NAME or file:PATH.")
@click.option("--base-url", help="Where HubSpot is; only for a proxy or a sandbox.")
@click.option("--force", is_flag=True, help="Replace a mapping; the old one is kept as .bak.")
@options.output("text", "json")
def command(  # noqa: PLR0913 - one argument for each option
    portal: str,
    *,
    from_portal: bool,
    sources: tuple[str, ...],
    profile: str,
    objects: str,
    credentials: str | None,
    base_url: str | None,
    force: bool,
    format_: str,
) -> int:
    """Write a first mapping of a portal, with comments that say what to change.

    With --from-portal HubSpot is asked (it is only read): time zone, currency, tier, properties,
    stages, pipelines. With --source the tables, files or streams of a source are matched with
    what syncworker computes from. Without either a good default is written.

    \b
    Examples:
      syncworker init acme
      syncworker init acme --from-portal --source sql:env:ACME_DATABASE --source stripe:env:KEY
    """
    from syncworker import bootstrap
    from syncworker.engine.draft_values import variable
    from syncworker.engine.draft_wish import Wish
    from syncworker.engine.init import proposed

    if not _NAME.fullmatch(portal):
        raise click.UsageError(f"{portal!r} is no name of a portal: use letters, digits, _ and -")
    token = credentials or f"env:{variable(portal)}_TOKEN"
    _require_reference(token)
    wish = Wish(portal, token, profile, _objects(objects), base_url or "")
    wanted = _sources(sources)
    settings = settings_module.load()
    path = settings.mappings / f"{portal}.yaml"
    _require_free(path, force=force)
    hubspot = None
    if from_portal:
        tell(f"asking HubSpot with {token}")
        hubspot = bootstrap.unmapped(settings, portal, token, base_url)
    offers: list[Offer] = []
    for name, kind, place in wanted:
        tell(f"looking into {kind}:{place}")
        offers.append(bootstrap.offer(name, kind, place))
    text = proposed(wish, offers, hubspot)
    _write(path, text)
    if format_ == "json":
        say_json({"portal": portal, "path": str(path), "mapping": text})
        return exits.OK
    say(f"{path} is written.")
    say(f"Next: syncworker validate {portal}")
    return exits.OK


def _require_reference(text: str) -> None:
    from syncworker.mapping.part import REFERENCE

    if not re.fullmatch(REFERENCE, text):
        # What was typed is not repeated: it may be the token itself.
        raise click.BadParameter(
            "write env:NAME or file:PATH; a token is never typed here, only where it is found",
            param_hint="--credentials",
        )


def _objects(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in _OBJECTS]
    if unknown or not names:
        raise click.BadParameter(
            f"{', '.join(unknown) or 'nothing'} is no object; there are {', '.join(_OBJECTS)}",
            param_hint="--object",
        )
    return names


def _sources(texts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Name, kind and place of each source."""
    found: list[tuple[str, str, str]] = []
    for text in texts:
        match = _SOURCE.fullmatch(text)
        if match is None:
            # What was typed is not repeated: it may be a URL with its password.
            raise click.BadParameter(
                "write sql:env:NAME, stripe:env:NAME or files:FOLDER; a URL or key is never typed "
                "here, only where it is found",
                param_hint="--source",
            )
        kind, place = match[1] or match[3], match[2] or match[4]
        number = sum(one == kind for _, one, _ in found)
        found.append((_NAMES[kind] + (str(number + 1) if number else ""), kind, place))
    return found


def _require_free(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise ConfigError(
            f"{path} is there already, and is left as it is",
            help=f"syncworker init {path.stem} --force replaces it and keeps the old one as .bak",
        )


def _write(path: Path, text: str) -> None:
    from syncworker.mapping.schema import mapping_schema

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(path.with_suffix(".yaml.bak"))
        path.write_text(text, "utf-8")
        schema = path.parent / "mapping.schema.json"
        if not schema.exists():
            schema.write_text(mapping_schema(), "utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            help="check the folder (another one: SYNCWORKER_MAPPINGS)",
        ) from None
