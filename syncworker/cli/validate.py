"""`syncworker validate`: is a mapping right?"""

from __future__ import annotations

from pathlib import Path

import click

from syncworker import settings
from syncworker.cli import exits
from syncworker.cli.console import say
from syncworker.cli.options import output
from syncworker.errors import ConfigError


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL]...")
@output("text", "json", "github")
@click.option("--help-code", metavar="CODE", help="Explain a code, for example SW105.")
def command(portals: tuple[str, ...], format_: str, help_code: str | None) -> int:
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
    files = _files(settings.load().mappings, portals)
    loaded = [load_bytes(path.read_bytes(), str(path)) for path in files]
    diagnostics = [diagnostic for one in loaded for diagnostic in one.diagnostics]
    if format_ == "json":
        say(render_diagnostics.as_json(diagnostics, len(files)))
    elif diagnostics:
        text = render_diagnostics.as_text if format_ == "text" else render_diagnostics.as_github
        say(text(diagnostics))
    if format_ != "json":
        say(render_diagnostics.summary(diagnostics, len(files)))
    return exits.OK if all(one.mapping for one in loaded) else exits.FAILED


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
