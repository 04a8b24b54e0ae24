"""`alerts:`: who is told of what, and by which way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import Part, Reference, Text

When = Literal[
    "run_failed",
    "rejected_above",
    "stale_stream",
    "budget_exhausted",
    "guard_refused",
    "health_red",
    "no_run",
]
Parameter = Literal["above", "hours", "min_mrr"]
PARAMETER_OF: Mapping[When, Parameter] = {
    "rejected_above": "above",
    "stale_stream": "hours",
    "no_run": "hours",
    "health_red": "min_mrr",
}
"""The number that a rule goes by; the others have none."""
OPTIONAL: tuple[Parameter, ...] = ("min_mrr",)
ADDRESS = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*|https?://[^\s@]+)$"
MAILBOX = r"^[^\s@<>,;]+@[^\s@<>,;]+$"

Address = Annotated[str, Field(pattern=ADDRESS)]
Mailbox = Annotated[str, Field(pattern=MAILBOX)]
_KIND = "slack, webhook or email"


class SlackChannel(Part):
    """An incoming webhook of Slack, or of what takes the same (Mattermost, Rocket.Chat)."""

    kind: Literal["slack"] = Field(description=_KIND)
    url: Address = Field(
        description="Where the webhook's address is, for example env:SLACK_URL: it is a secret"
    )


class WebhookChannel(Part):
    """An address of yours that gets each message as JSON."""

    kind: Literal["webhook"] = Field(description=_KIND)
    url: Address = Field(
        description="The address, or where it is: env:ALERTS_URL. Needs https unless on localhost"
    )
    secret: Reference | None = Field(
        default=None,
        description="Where the secret is that requests are signed with (X-Timestamp and "
        "X-Signature-256: HMAC-SHA256 of time, dot and body)",
    )


class EmailChannel(Part):
    """Mail through a server of yours."""

    kind: Literal["email"] = Field(description=_KIND)
    server: Text = Field(description="The mail server's name, for example smtp.acme.example")
    port: int = Field(default=587, ge=1, le=65535, description="Its port: 587, with tls 465")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls: encrypted after the first words; tls: from the first byte; none: "
        "not encrypted, for a server on this machine",
    )
    user: Reference | None = Field(default=None, description="Where the user's name is")
    password: Reference | None = Field(default=None, description="Where the password is")
    from_: Mailbox = Field(alias="from", description="The sender's address")
    to: list[Mailbox] = Field(min_length=1, description="Who gets the mail")


Channel = Annotated[
    SlackChannel | WebhookChannel | EmailChannel,
    Field(discriminator="kind"),
]
CHANNEL_KINDS: Mapping[str, type[Part]] = {
    "slack": SlackChannel,
    "webhook": WebhookChannel,
    "email": EmailChannel,
}


class AlertRule(Part):
    """What is told to whom: once when it begins, once when it is over."""

    when: When = Field(
        description="run_failed; rejected_above: a run left more than `above` dead letters; "
        "stale_stream: a stream has brought nothing for `hours`; budget_exhausted: HubSpot's daily "
        "requests are used up; guard_refused; health_red: an account's health fell to red; no_run: "
        "the schedule has not succeeded for `hours`"
    )
    to: list[Text] = Field(description="Names of channels")
    above: int | None = Field(
        default=None, ge=0, description="Of rejected_above: more dead letters than this are told"
    )
    hours: int | None = Field(
        default=None, ge=1, description="Of stale_stream and no_run: longer than this is told"
    )
    min_mrr: float | None = Field(
        default=None,
        ge=0,
        description="Of health_red: only accounts with at least this MRR, in major units",
    )

    @property
    def key(self) -> str:
        """Names the rule wherever its episodes are kept: `when`, and the number it goes by."""
        name = PARAMETER_OF.get(self.when)
        number = None if name is None else getattr(self, name)
        return self.when if number is None else f"{self.when} {number:g}"


class Alerts(Part):
    """Messages to people when something goes wrong, and when it is over."""

    channels: dict[Text, Channel] = Field(
        default_factory=dict, description="By a name of your choice, ways to tell people"
    )
    rules: list[AlertRule] = Field(default_factory=list, description="What is told to whom")
