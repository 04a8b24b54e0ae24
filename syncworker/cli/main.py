"""The `syncworker` command: each sub-command is imported when it is used."""

from __future__ import annotations

from collections.abc import Sequence

import click

from syncworker.cli import exits, frame, modes, trouble
from syncworker.cli.console import complain
from syncworker.errors import SyncworkerError

_COMMANDS = {
    "beat": "Run the schedule alone, beside workers that run elsewhere.",
    "alerts": "Show what people were told of, and try the ways they are told.",
    "completion": "Print what makes a shell complete commands, options and names.",
    "apply": "Send exactly the plan that was made, from a file or made now.",
    "backfill": "Read a stretch of the past again, and send what that changes today.",
    "db": "Look after the state database.",
    "dead-letters": "Show what did not get through and why, try it again, or discard it.",
    "demo": "Enrich a sandbox portal from sample sources, with everything started for you.",
    "doctor": "Check this installation and its portals; says what is wrong and what to type.",
    "explain": "Show where a number comes from, and what HubSpot has of it.",
    "extract": "Read the sources into staging, and nothing more.",
    "forget": "Remove a person or an account everywhere here, and keep them out.",
    "health": "Tell probes whether database, broker, workers and beat are well.",
    "history": "Show what was written to a record, when, why and by which run.",
    "init": "Write a first mapping of a portal, from what the portal and the sources have.",
    "links": "Show which rows have a HubSpot record, and which have not, and why.",
    "metrics": "Show the metrics a mapping can use, and the numbers of a whole portal.",
    "pause": "Let nothing start for a portal by itself, and send it nothing.",
    "plan": "Show what a sync would change, and why; sends nothing.",
    "resume": "End a portal's pause.",
    "rollback": "Put back what a run has written, and leave people's edits alone.",
    "properties": "Compare the HubSpot properties a mapping needs, create and clear them.",
    "runs": "Show runs and what they came to.",
    "sandbox": "Run a HubSpot-shaped portal on this machine.",
    "schema": "Print or write the JSON Schema that editors check mappings with.",
    "sources": "Show a portal's sources, and try them.",
    "staging": "Show and prune the rows that are kept from the sources.",
    "status": "Show every portal: last run, freshness, dead letters, requests, next slot.",
    "sync": "Bring a portal up to date.",
    "validate": "Check mappings; says what is wrong, where, and what to write.",
    "verify": "Compare HubSpot with the ledger, and mend the one or the other.",
    "webhook": "Receive demo requests and Stripe's events from other systems.",
    "worker": "Run workers, schedules and, where none is given, a broker.",
}


class _Cli(frame.Root):
    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error is told and becomes an exit code while its context lives."""
        if not (modes.on(modes.VERBOSE) or modes.on(modes.DEBUG)):
            from syncworker import telemetry

            telemetry.show_defects_only()
        try:
            return super().invoke(ctx)
        except SyncworkerError as error:
            complain(error.message, help=error.help, code=error.code)
            raise click.exceptions.Exit(exits.of_error(error)) from error
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if trouble.nobody_reads(error):
                raise click.exceptions.Exit(exits.BROKEN_PIPE) from None
            trouble.unexpected(error)
            raise click.exceptions.Exit(exits.FAILED) from error


@click.group(
    cls=_Cli,
    summaries=_COMMANDS,
    package="syncworker.cli",
    context_settings={"auto_envvar_prefix": frame.PREFIX, "show_default": True},
)
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
    try:
        code = cli.main(args=list(arguments), prog_name="syncworker", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        complain("interrupted", help="nothing is lost: the same command goes on")
        return exits.INTERRUPTED
    except click.UsageError as error:
        trouble.wrong_usage(error)
        return exits.USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else exits.OK
