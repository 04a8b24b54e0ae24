"""What every command has without saying so: global options, a variable for each option, names.

Commands are plain click commands. When one is loaded it is given the global options (hidden in its
help, where one line names them), a `SYNCWORKER_*` twin for each option, and completion for
arguments that name a portal, a run or a metric.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from syncworker.cli import modes, names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_GLOBAL = (
    (("-q", "--quiet"), modes.QUIET, "Results only: no progress, no messages, no `Next:` lines."),
    (("-v", "--verbose"), modes.VERBOSE, "Log what is being done to stderr."),
    ((), modes.DEBUG, "Log more, and show the traceback of an unexpected error."),
    ((), modes.NO_INPUT, "Never ask, even on a terminal."),
)
_EVERYWHERE = "Global options, anywhere on the line: -q, -v, --debug, --no-input."
PREFIX = "SYNCWORKER"


class Root(click.Group):
    """The root: knows its commands' names, and imports the one that is called.

    Args:
        summaries: By name, what the command does, in a line.
        package: Where their modules are; a module's `command` is the command.
    """

    def __init__(
        self, *, summaries: Mapping[str, str] | None = None, package: str = "", **more: Any
    ) -> None:
        super().__init__(**more)
        self._summaries, self._package = dict(summaries or {}), package
        self.params += _global_options(hidden=False)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted(self._summaries)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported; None where there is none."""
        return load(self._package, name) if name in self._summaries else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, or the one that may have been meant."""
        name = args[0]
        if name not in self._summaries and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(name, possibilities=self._summaries, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, none of which is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self._summaries.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Their names likewise."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=summary)
            for name, summary in sorted(self._summaries.items())
            if name.startswith(incomplete)
        ]


@cache
def load(package: str, name: str) -> click.Command:
    """A command by its name, with what every command has."""
    module = importlib.import_module(f"{package}.{name.replace('-', '_')}")
    command: click.Command = module.command
    for words, one in walk(command, (name,)):
        _dress(one, words)
    return command


def walk(
    command: click.Command, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, each with the words that call it."""
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from walk(inner, (*words, name))


def twin(words: tuple[str, ...], option: click.Option) -> str:
    """The variable that sets an option: SYNCWORKER_SYNC_AS_OF."""
    long = max(option.opts, key=len).lstrip("-")
    return "_".join([PREFIX, *words, long]).replace("-", "_").upper()


def _dress(command: click.Command, words: tuple[str, ...]) -> None:
    for param in command.params:
        if isinstance(param, click.Option):
            param.envvar = param.envvar or twin(words, param)
            param.show_envvar = True
        if type(param.type) is click.types.StringParamType:
            param.type = names.type_of(words, param) or param.type
    own = {opt for param in command.params for opt in param.opts}
    command.params += [p for p in _global_options(hidden=True) if not own.intersection(p.opts)]
    command.epilog = command.epilog or _EVERYWHERE


def _global_options(*, hidden: bool) -> list[click.Option]:
    return [
        click.Option(
            [*(flags or ("--" + mode.replace("_", "-"),)), mode],
            is_flag=True,
            expose_value=False,
            callback=_remember,
            hidden=hidden,
            help=help_,
            allow_from_autoenv=not hidden,
            show_envvar=not hidden,
        )
        for flags, mode, help_ in _GLOBAL
    ]


def _remember(context: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    mode = str(param.name)
    modes.switch_on(context, mode)
    if mode == modes.NO_INPUT:
        _close_input(context)
    elif mode in (modes.VERBOSE, modes.DEBUG):
        from syncworker import telemetry

        telemetry.configure("DEBUG" if modes.on(modes.DEBUG) or mode == modes.DEBUG else "INFO")


def _close_input(context: click.Context) -> None:
    """Whoever asks finds no terminal, and says what to type instead."""
    import os
    import sys
    from pathlib import Path

    before, nothing = sys.stdin, Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - closed below
    sys.stdin = nothing

    def give_back() -> None:
        sys.stdin = before
        nothing.close()

    context.find_root().call_on_close(give_back)
