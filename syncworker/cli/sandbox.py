"""`syncworker sandbox`: a HubSpot-shaped portal on this machine."""

from __future__ import annotations

import click

from syncworker.cli.console import say
from syncworker.errors import SettingsError


@click.group()
def command() -> None:
    """Run a HubSpot-shaped portal on this machine."""


@command.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8025,
    show_default=True,
    show_envvar=True,
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@click.option("--empty", is_flag=True, help="Without the sample companies and contacts.")
def up(port: int, *, empty: bool) -> None:
    """Serve the portal until stopped with Ctrl-C; everything in it is gone then.

    \b
    Examples:
      syncworker sandbox up
      syncworker sandbox up --port 9000 --empty
    """
    try:
        from syncworker.sandbox.seed import seeded
        from syncworker.sandbox.server import SandboxServer, serve
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the sandbox needs {error.name}", help="pip install 'syncworker[demo]'"
        ) from None

    def ready(server: SandboxServer) -> None:
        # Not masked: this token opens nothing but this portal, and is to be copied from here.
        click.echo(f"A sandbox portal listens on {server.url}; it accepts the token {server.token}")
        say(f"In a mapping: hubspot: {{credentials: env:TOKEN, base_url: {server.url}}}")
        say(f"Look inside: {server.url}/_sandbox/stats. Stop with Ctrl-C.")

    try:
        serve(port, portal=None if empty else seeded(), on_ready=ready)
    except OSError as error:
        raise SettingsError(
            f"port {port} cannot be used: {error.strerror}", help="another one: --port 0"
        ) from None
