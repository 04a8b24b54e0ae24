"""`syncworker alerts`: what people were told of, and whether messages arrive."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import counted, say, say_json
from syncworker.errors import ConfigError, SyncworkerError

_MOST = 100


@click.group()
def command() -> None:
    """Show what people were told of, and try the ways they are told."""


@command.command()
@options.portal
@click.option("--channel", help="Only this channel of the mapping; all of them by default.")
@options.output("text", "json")
def test(portal: str, *, channel: str | None, format_: str) -> int:
    """Send a test message through the mapping's channels, and say what each answered.

    It is sent at once and once only. Exits with 1 where a channel did not take it.

    \b
    Examples:
      syncworker alerts test acme
      syncworker alerts test acme --channel team
    """
    from syncworker import bootstrap
    from syncworker.engine import alert_sending
    from syncworker.engine.mappings import checked
    from syncworker.mapping.suggest import did_you_mean, listed

    engine = bootstrap.engine(settings.load())
    mapping = checked(portal, engine.mapping_text(portal))
    channels = mapping.alerts.channels
    if not channels:
        raise ConfigError(
            f"{portal} has no channel to tell anybody by",
            help="add `alerts: channels:` to the mapping (docs/alerts.md)",
        )
    if channel is not None and channel not in channels:
        known = f"channels: {listed(channels)}"
        raise ConfigError(
            f"{portal} has no channel {channel}", help=did_you_mean(channel, channels, known)
        )
    results = []
    for name in channels if channel is None else [channel]:
        try:
            answer, help_, taken = alert_sending.try_out(engine, portal, mapping, name), "", True
        except SyncworkerError as error:
            answer, help_, taken = error.message, error.help, False
        results.append(
            {
                "channel": name,
                "kind": channels[name].kind,
                "delivered": taken,
                "answer": answer,
                "help": help_,
            }
        )
    failed = [one for one in results if not one["delivered"]]
    if format_ == "json":
        say_json({"portal": portal, "channels": results})
        return exits.FAILED if failed else exits.OK
    for one in results:
        how = "delivered" if one["delivered"] else "FAILED"
        say(f"{one['channel']} ({one['kind']}): {how}: {one['answer']}")
        if one["help"]:
            say(f"  = help: {one['help']}")
    if failed:
        say(f"Next: mend it, then syncworker alerts test {portal} --channel {failed[0]['channel']}")
    else:
        say(f"Next: syncworker alerts list {portal}")
    return exits.FAILED if failed else exits.OK


@command.command("list")
@options.portal
@click.option(
    "--open/--all",
    "only_open",
    default=True,
    help="Only what goes on, or also what is over. What goes on by default.",
)
@options.output("text", "json")
def list_(portal: str, *, only_open: bool, format_: str) -> int:
    """Show what is wrong since when, and who was told.

    \b
    Examples:
      syncworker alerts list acme
      syncworker alerts list acme --all --format json
    """
    from syncworker import bootstrap
    from syncworker.cli import show_alerts

    engine = bootstrap.engine(settings.load())
    engine.mapping_text(portal)
    episodes = [
        one
        for one in engine.alerts.episodes(portal, most=_MOST)
        if one.notice and (one.closed_at is None or not only_open)
    ]
    notices = {one.notice for one in episodes}
    told = engine.alerts.deliveries(portal, most=10 * _MOST, notices={*notices, ""})
    if format_ == "json":
        say_json(show_alerts.list_document(portal, episodes, told))
        return exits.OK
    for line in show_alerts.episode_lines(episodes, told):
        say(line)
    going_on = sum(one.closed_at is None for one in episodes)
    say(f"{counted(going_on, 'alert')} open.")
    if only_open:
        say(f"Next: syncworker alerts list {portal} --all")
    else:
        say(f"Next: syncworker alerts deliveries {portal}")
    return exits.OK


@command.command()
@options.portal
@click.option("--failed", is_flag=True, help="Only those that were given up, or tried in vain.")
@click.option("--retry", is_flag=True, help="Send at once what was given up or waits.")
@options.output("text", "json")
def deliveries(portal: str, *, failed: bool, retry: bool, format_: str) -> int:
    """Show the newest messages, and whether each arrived.

    \b
    Examples:
      syncworker alerts deliveries acme --failed
      syncworker alerts deliveries acme --retry
    """
    from syncworker import bootstrap
    from syncworker.cli import show_alerts
    from syncworker.engine import alert_sending

    engine = bootstrap.engine(settings.load())
    engine.mapping_text(portal)
    if retry:
        engine.alerts.again(portal, engine.clock())
        alert_sending.deliver(engine, portal)
    rows = engine.alerts.deliveries(portal, most=_MOST)
    lacking = [one for one in rows if one.delivered_at is None and one.error]
    if format_ == "json":
        say_json(show_alerts.deliveries_document(portal, lacking if failed else rows))
    else:
        for line in show_alerts.delivery_lines(lacking if failed else rows):
            say(line)
        if lacking:
            say(f"Next: mend the channel, then syncworker alerts deliveries {portal} --retry")
        else:
            say(f"Next: syncworker alerts list {portal}")
    waiting = [one for one in lacking if one.event != "test" and one.channel]
    return exits.FAILED if retry and waiting else exits.OK
