"""`syncworker completion`: what makes a shell complete commands, options and names."""

from __future__ import annotations

import click

from syncworker.cli.console import tell

_VARIABLE = "_SYNCWORKER_COMPLETE"
_INSTALL = {
    "bash": 'eval "$(syncworker completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(syncworker completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "syncworker completion fish > ~/.config/fish/completions/syncworker.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_INSTALL)))
def command(shell: str) -> None:
    """Print the script that makes a shell complete commands, options and names.

    Names of portals come from the mappings folder, of metrics from the catalog, of runs from the
    state database.

    \b
    Examples:
      eval "$(syncworker completion bash)"
      syncworker completion fish > ~/.config/fish/completions/syncworker.fish
    """
    from click.shell_completion import get_completion_class

    from syncworker.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has these three
    click.echo(found(cli, {}, "syncworker", _VARIABLE).source())
    tell(f"Next: {_INSTALL[shell]}")
