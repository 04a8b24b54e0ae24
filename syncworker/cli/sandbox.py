"""`syncworker sandbox`: a HubSpot-shaped portal on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker.cli import options
from syncworker.cli.console import say, say_json
from syncworker.cli.sandbox_clone import clone
from syncworker.errors import SettingsError

if TYPE_CHECKING:
    from syncworker.sandbox.portal import Portal


@click.group()
def command() -> None:
    """Run a HubSpot-shaped portal on this machine."""


command.add_command(clone)


@command.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8025,
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@click.option("--empty", is_flag=True, help="Without the sample companies and contacts.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the portal in this file, so that it is there again the next time.",
)
@click.option(
    "--definitions",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Begin with the definitions that `sandbox clone` has read from a portal, and no records.",
)
@click.option(
    "--faults",
    default="",
    metavar="FAULT:PERCENT%,...",
    help="Let a part of the requests go wrong. FAULT is a status (429, 503...), timeout, reset "
    "(half of these are carried out all the same), 207 (one input of a batch is refused), "
    "truncated or html.",
)
@click.option("--seed", default=7, help="The same seed, the same faults.")
@click.option(
    "--pause",
    type=click.FloatRange(0),
    default=60.0,
    help="Seconds a request that times out is kept waiting.",
)
@options.output("text", "json")
def up(  # noqa: PLR0913 - one keyword for each thing a person can ask for
    port: int,
    *,
    empty: bool,
    state: Path | None,
    definitions: Path | None,
    faults: str,
    seed: int,
    pause: float,
    format_: str,
) -> None:
    """Serve the portal until stopped with Ctrl-C; without --state everything in it is gone then.

    \b
    Examples:
      syncworker sandbox up --state portal.json
      syncworker sandbox up --port 9000 --empty --faults 429:5%,500:1%,timeout:1%,reset:1%,207:2%
    """
    try:
        from syncworker.sandbox.portal import Portal
        from syncworker.sandbox.rates import BadRates, Rates
        from syncworker.sandbox.seed import seeded
        from syncworker.sandbox.server import SandboxServer, serve
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the sandbox needs {error.name}", help="pip install 'syncworker[demo]'"
        ) from None

    try:
        rates = Rates.parse(faults, seed=seed, pause=pause)
    except BadRates as wrong:
        raise click.BadParameter(str(wrong), param_hint="--faults") from None
    portal = Portal()
    if not _loaded(portal, state, definitions) and not empty:
        seeded(portal)
    portal.faults.rates = rates

    def ready(server: SandboxServer) -> None:
        if format_ == "json":
            say_json({"url": server.url}, unmasked={"token": server.token})
            return
        # Not masked: this token opens nothing but this portal, and is to be copied from here.
        click.echo(f"A sandbox portal listens on {server.url}; it accepts the token {server.token}")
        say(f"In a mapping: hubspot: {{credentials: env:TOKEN, base_url: {server.url}}}")
        say(f"Look inside: {server.url}/_sandbox/stats. Stop with Ctrl-C.")

    try:
        serve(port, portal=portal, state=state, on_ready=ready)
    except OSError as error:
        what, help_ = f"port {port}", "another one: --port 0"
        if error.filename:
            what, help_ = str(state), "name a file that can be written: --state FILE"
        raise SettingsError(f"{what} cannot be used: {error.strerror}", help=help_) from None


def _loaded(portal: Portal, state: Path | None, definitions: Path | None) -> bool:
    """Fill the portal from the state that was kept, else from definitions; False: neither is."""
    from syncworker.sandbox import cloned, disk

    kept = state is not None and state.exists()
    if kept and definitions:
        raise click.UsageError(f"{state} has its definitions already: move it away to begin anew")
    file = state if kept else definitions
    if file is None:
        return False
    try:
        (disk if kept else cloned).load(file, portal)
    except (disk.BadState, OSError) as wrong:
        raise SettingsError(
            f"{file} cannot be used: {wrong}",
            help="name another file, or move this one away to begin anew",
        ) from None
    return True
