"""The `syncworker` command: each sub-command is imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

from syncworker import telemetry
from syncworker.cli import exits
from syncworker.cli.console import complain
from syncworker.errors import SyncworkerError

_COMMANDS = {
    "db": "Look after the state database.",
    "dead-letters": "Show what did not get through, and why.",
    "demo": "Enrich a sandbox portal from sample sources, with everything started for you.",
    "explain": "Show where a number comes from, and what HubSpot has of it.",
    "extract": "Read the sources into staging, and nothing more.",
    "init": "Write a first mapping of a portal, from what the portal and the sources have.",
    "links": "Show which rows have a HubSpot record, and which have not, and why.",
    "metrics": "Show the metrics a mapping can use, and the numbers of a whole portal.",
    "plan": "Show what a sync would change, and why; sends nothing.",
    "properties": "Compare the HubSpot properties a mapping needs, and create them.",
    "runs": "Show runs and what they came to.",
    "sandbox": "Run a HubSpot-shaped portal on this machine.",
    "schema": "Print or write the JSON Schema that editors check mappings with.",
    "sources": "Show a portal's sources, and try them.",
    "staging": "Show and prune the rows that are kept from the sources.",
    "sync": "Bring a portal up to date.",
    "validate": "Check mappings; says what is wrong, where, and what to write.",
    "webhook": "Receive demo requests and Stripe's events from other systems.",
    "worker": "Run workers, schedules and, where none is given, a broker.",
}


class _Lazy(click.Group):
    """A group that knows its commands' names and imports the one that is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"syncworker.cli.{name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"auto_envvar_prefix": "SYNCWORKER"})
@click.version_option(package_name="syncworker")
def cli() -> None:
    """Put your SaaS numbers into HubSpot: computed, explained, planned, and only what changed.

    \b
    Examples:
      syncworker demo
      syncworker plan acme
    """


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; an expected error shows no traceback."""
    click.UsageError.exit_code = exits.USAGE
    telemetry.show_defects_only()
    try:
        code = cli.main(args=list(arguments), prog_name="syncworker", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        complain("interrupted", help="nothing is lost: the same command goes on")
        return exits.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SyncworkerError as error:
        complain(error.message, help=error.help)
        return exits.of_error(error)
    return code if isinstance(code, int) else exits.OK
