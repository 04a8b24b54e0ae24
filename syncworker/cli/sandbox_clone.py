"""`syncworker sandbox clone`: a portal's definitions, to try a mapping on before production."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import counted, say, say_json
from syncworker.errors import SettingsError


@click.command()
@options.portal
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; PORTAL.sandbox.json by default.",
)
@options.output("text", "json")
def clone(portal: str, out: Path | None, *, format_: str) -> None:
    """Read a portal's definitions into a file that `sandbox up` starts from.

    Properties with their options and groups, pipelines, lifecycle stages and custom objects are
    read; no record is, and nothing is sent to the portal.

    \b
    Examples:
      syncworker sandbox clone acme
      syncworker sandbox clone acme --out definitions.json
    """
    from syncworker import bootstrap
    from syncworker.engine.mappings import checked
    from syncworker.sandbox.cloned import FORMAT, VERSION

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    found = engine.connect(portal, mapping, "interactive").definitions()
    out = out or Path(f"{portal}.sandbox.json")
    document = {"format": FORMAT, "version": VERSION, "portal": portal, **found}
    try:
        out.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written: {error.strerror}", help="name another file: --out FILE"
        ) from None
    if format_ == "json":
        counts = {
            name: {what: len(one[what]) for what in ("properties", "pipelines")}
            for name, one in found["objects"].items()
        }
        say_json({"file": str(out), "objects": counts, "left_out": found["left_out"]})
        return
    for name, one in found["objects"].items():
        pipelines = counted(len(one["pipelines"]), "pipeline")
        more = f", {pipelines}" if one["pipelines"] else ""
        say(f"{name}: {counted(len(one['properties']), 'property', 'properties')}{more}")
    for name, why in found["left_out"].items():
        say(f"  left out: {name}: {why}")
    say(f"Wrote {out}. No record was read, and nothing was sent to {portal}.")
    say(f"Next: syncworker sandbox up --definitions {shlex.quote(str(out))}")
