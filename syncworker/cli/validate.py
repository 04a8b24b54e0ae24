"""`syncworker validate`: is a mapping right?"""

from __future__ import annotations

import re
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

_CREATES = re.compile(r"`(syncworker properties create \S+)`")
_ENDINGS = (".yaml", ".yml")


@click.command()
@click.argument("targets", nargs=-1, metavar="[PORTAL|PATH]...")
@output("text", "json", "github")
@click.option("--online", is_flag=True, help="Compare with the portals' properties and stages too.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings as well.")
@click.option("--help-code", metavar="CODE", help="Explain a code, for example SW105.")
def command(
    targets: tuple[str, ...], *, format_: str, online: bool, strict: bool, help_code: str | None
) -> int:
    """Check mappings: syntax, keys, metrics, types. Nothing is sent to HubSpot.

    Names of portals or paths of files; without any, all files of the folder of mappings. In
    GitHub Actions the findings are annotations, unless another format is asked for.

    \b
    Examples:
      syncworker validate acme
      syncworker validate --strict --online mappings/acme.yaml
    """
    from syncworker.mapping import render_diagnostics
    from syncworker.mapping.advice import advice
    from syncworker.mapping.loader import load_bytes

    if help_code:
        return _explain(help_code.upper())
    settings = settings_module.load()
    format_ = _format(format_)
    files = _files(settings.mappings, targets)
    diagnostics: list[Diagnostic] = []
    notes: list[str] = []
    for path in files:
        loaded = load_bytes(_content(path), str(path))
        found = [*loaded.diagnostics, *advice(loaded)]
        if online:
            found += _compared(settings, path.stem, loaded)
        diagnostics += sorted(found, key=lambda one: (one.line, one.column))
        notes += _notes(path, loaded)
    if format_ == "json":
        say(render_diagnostics.as_json(diagnostics, len(files)))
    elif diagnostics:
        text = render_diagnostics.as_text if format_ == "text" else render_diagnostics.as_github
        say(text(diagnostics))
    if format_ == "text":
        for note in notes:
            say(note)
    wrong = any(strict or diagnostic.severity == "error" for diagnostic in diagnostics)
    if format_ != "json":
        say(render_diagnostics.summary(diagnostics, len(files)))
        say(_next(files, diagnostics, wrong=wrong, online=online))
    return exits.FAILED if wrong else exits.OK


def _explain(code: str) -> int:
    """Print the long text of a code."""
    from syncworker.mapping.codes import CODES
    from syncworker.mapping.suggest import did_you_mean

    if code not in CODES:
        help_ = did_you_mean(code, CODES, f"codes: {', '.join(sorted(CODES))}")
        raise ConfigError(f"there is no code {code}", help=help_)
    say(f"{code}: {CODES[code]}")
    say("Next: syncworker validate")
    return exits.OK


def _format(asked: str) -> str:
    """The format asked for; else annotations where GitHub reads them."""
    source = click.get_current_context().get_parameter_source("format_")
    chosen = source not in (click.core.ParameterSource.DEFAULT, None)
    return "github" if not chosen and settings_module.on_github() else asked


def _next(
    files: Sequence[Path], diagnostics: Sequence[Diagnostic], *, wrong: bool, online: bool
) -> str:
    if wrong:
        errors = [one for one in diagnostics if one.severity == "error"] or diagnostics
        # `properties create` refuses until everything else fits.
        others = [one for one in errors if not _CREATES.search(one.help)]
        if not others and (creates := _CREATES.search(errors[0].help)):
            return f"Next: {creates[1]}"
        return f"Next: syncworker validate --help-code {others[0].code}"
    portal = files[0].stem
    return f"Next: syncworker {'plan' if online else 'validate --online'} {portal}"


def _compared(settings: Settings, portal: str, loaded: Loaded) -> Sequence[Diagnostic]:
    """What only the portal can say about a mapping."""
    from syncworker import bootstrap
    from syncworker.engine.online import compared

    if loaded.mapping is None:
        return ()
    hubspot = bootstrap.engine(settings).connect(portal, loaded.mapping, "interactive")
    return compared(portal, loaded, hubspot)


def _notes(path: Path, loaded: Loaded) -> list[str]:
    """What is not wrong and worth knowing all the same."""
    from syncworker.mapping.profiles import lacking_texts
    from syncworker.metrics.catalog import METRICS

    if loaded.mapping is None:
        return []
    return [f"note: {path.name}: {text}" for text in lacking_texts(loaded.mapping, METRICS)]


def _files(folder: Path, targets: tuple[str, ...]) -> list[Path]:
    files = [path for target in targets for path in _meant(folder, target)]
    files = list(dict.fromkeys(files)) if targets else sorted(folder.glob("*.yaml"))
    missing = [str(path) for path in files if not path.is_file()]
    if missing or not files:
        there = ", ".join(sorted(path.stem for path in folder.glob("*.yaml"))) or "none"
        raise ConfigError(
            f"no mapping at {', '.join(missing) or folder.resolve()}",
            help=f"portals with a mapping in {folder.resolve()}: {there} "
            "(another folder: SYNCWORKER_MAPPINGS)",
        )
    return files


def _meant(folder: Path, target: str) -> list[Path]:
    """The files that a portal's name, a path, or a folder stands for."""
    path = Path(target)
    if target.endswith(_ENDINGS) or (len(path.parts) > 1 and not path.is_dir()):
        return [path]
    if len(path.parts) > 1 or target in {".", ".."}:
        return sorted(path.glob("*.yaml")) or [path]
    return [folder / f"{target}.yaml"]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", help="check the file's permissions"
        ) from None
