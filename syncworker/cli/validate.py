"""`syncworker validate`: is a mapping right?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import exits
from syncworker.cli.console import say
from syncworker.cli.options import output
from syncworker.errors import ConfigError

if TYPE_CHECKING:
    from syncworker.mapping.diagnostics import Diagnostic
    from syncworker.mapping.loader import Loaded
    from syncworker.settings import Settings


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL]...")
@output("text", "json", "github")
@click.option("--online", is_flag=True, help="Compare with the portals' properties and stages too.")
@click.option("--help-code", metavar="CODE", help="Explain a code, for example SW105.")
def command(portals: tuple[str, ...], *, format_: str, online: bool, help_code: str | None) -> int:
    """Check mappings: syntax, keys, metrics, types. Nothing is sent to HubSpot.

    \b
    Examples:
      syncworker validate acme
      syncworker validate --format github
    """
    from syncworker.mapping import render_diagnostics
    from syncworker.mapping.codes import CODES
    from syncworker.mapping.loader import load_bytes

    if help_code:
        if help_code not in CODES:
            raise ConfigError(f"there is no code {help_code}", help=f"codes: {', '.join(CODES)}")
        say(f"{help_code}: {CODES[help_code]}")
        return exits.OK
    settings = settings_module.load()
    files = _files(settings.mappings, portals)
    diagnostics: list[Diagnostic] = []
    notes: list[str] = []
    for path in files:
        loaded = load_bytes(path.read_bytes(), str(path))
        diagnostics += loaded.diagnostics
        notes += _notes(path, loaded)
        if online:
            diagnostics += _compared(settings, path.stem, loaded)
    if format_ == "json":
        say(render_diagnostics.as_json(diagnostics, len(files)))
    elif diagnostics:
        text = render_diagnostics.as_text if format_ == "text" else render_diagnostics.as_github
        say(text(diagnostics))
    if format_ == "text":
        for note in notes:
            say(note)
    if format_ != "json":
        say(render_diagnostics.summary(diagnostics, len(files)))
    wrong = any(diagnostic.severity == "error" for diagnostic in diagnostics)
    return exits.FAILED if wrong else exits.OK


def _compared(settings: Settings, portal: str, loaded: Loaded) -> Sequence[Diagnostic]:
    """What only the portal can say about a mapping."""
    from syncworker import bootstrap
    from syncworker.mapping.online import check_online

    if loaded.mapping is None:
        return ()
    hubspot = bootstrap.engine(settings).connect(portal, loaded.mapping, "interactive")
    objects = loaded.mapping.objects
    properties = {name: hubspot.properties(name) for name in objects}
    pipelines = [
        one
        for name, mapped in objects.items()
        if mapped.pipeline is not None
        for one in hubspot.pipelines(name)
    ]
    return check_online(loaded, portal, properties, pipelines)


def _notes(path: Path, loaded: Loaded) -> list[str]:
    """What is not wrong and worth knowing all the same."""
    from syncworker.mapping.profiles import lacking_texts
    from syncworker.metrics.catalog import METRICS

    if loaded.mapping is None:
        return []
    return [f"note: {path.name}: {text}" for text in lacking_texts(loaded.mapping, METRICS)]


def _files(folder: Path, portals: tuple[str, ...]) -> list[Path]:
    files = [folder / f"{name}.yaml" for name in portals] or sorted(folder.glob("*.yaml"))
    missing = [str(path) for path in files if not path.is_file()]
    if missing or not files:
        there = ", ".join(sorted(path.stem for path in folder.glob("*.yaml"))) or "none"
        raise ConfigError(
            f"no mapping at {', '.join(missing) or folder.resolve()}",
            help=f"portals with a mapping in {folder.resolve()}: {there} "
            "(another folder: SYNCWORKER_MAPPINGS)",
        )
    return files
