"""`--select`: a part of a plan, as kind and name."""

from __future__ import annotations

import click

_KINDS = ("account", "object", "property")


class Selected(click.ParamType[tuple[str, str]]):
    """One part of a plan: its kind and its name."""

    name = "kind:name"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """The kind and the name."""
        if isinstance(value, tuple):
            return value
        kind, colon, name = value.partition(":")
        if kind not in _KINDS or not colon or not name.strip():
            self.fail(
                f"{value!r} selects nothing; write account:ID, object:NAME or property:NAME",
                param,
                ctx,
            )
        return kind, name.strip()


select = click.option(
    "--select",
    "select",
    type=Selected(),
    multiple=True,
    metavar="account:ID|object:NAME|property:NAME",
    show_envvar=True,
    help="Only this account with its people, deals and tickets (by id, domain, name or a person's "
    "address), this object, or this property; repeatable. Of one kind any, of several kinds all "
    "must hold.",
)
