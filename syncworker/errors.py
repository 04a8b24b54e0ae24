"""Every expected error, as a tree by recovery.

    SyncworkerError
    ├── ConfigError        stop    what a person configured is wrong
    │   ├── MappingError           the mapping YAML; carries its diagnostics
    │   └── SettingsError          a setting, secret or server that cannot be found
    ├── SourceError        retry or stop    a source cannot be read
    ├── StoreError         stop    the state database cannot be used
    ├── PortalError        see each: HubSpot's answer
    │   ├── Unauthorized   stop
    │   ├── Forbidden      stop
    │   ├── RateLimited    retry
    │   ├── Unavailable    retry
    │   └── RecordRejected reject
    ├── PlanError          stop
    │   ├── UnsafePlan             the guard refused
    │   └── StalePlan
    ├── AlertError         retry or reject    a channel did not take a message
    ├── LockHeld           stop    another run holds the portal
    └── ClaimLost          stop    another worker took this chunk over; nothing was committed

`recovery` is the one place that says what happens next: "retry" (later, with jitter and the time
HubSpot named), "reject" (a dead letter; the rest goes on) or "stop" (the run fails and says what
to do).
"""

from __future__ import annotations

from typing import Literal

Recovery = Literal["retry", "reject", "stop"]


class SyncworkerError(Exception):
    """An error that was expected to happen some day.

    Args:
        message: What is wrong and where. No token and no personal data.
        help: What to type or change next, or an empty string.
        code: A stable code a script can match, for example `SW110` or `SOURCE_UNREACHABLE`.
    """

    recovery: Recovery = "stop"

    def __init__(self, message: str, *, help: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code or type(self).__name__


class ConfigError(SyncworkerError):
    """Something a person configured is wrong or missing."""


class MappingError(ConfigError):
    """A mapping has errors.

    Args:
        message: The summary line.
        diagnostics: `syncworker.mapping.diagnostics.Diagnostic` objects, sorted by position.
    """

    def __init__(self, message: str, diagnostics: tuple[object, ...] = (), **more: str) -> None:
        super().__init__(message, **more)
        self.diagnostics = diagnostics


class SettingsError(ConfigError):
    """A setting, secret or server is not where it was looked for; the message names the places."""


class SourceError(SyncworkerError):
    """A source cannot be read.

    Args:
        message: What is wrong, with the source's and the stream's name.
        retry: Whether trying again later can help (a connection), or a person must act (a query).
    """

    def __init__(self, message: str, *, retry: bool = False, **more: str) -> None:
        super().__init__(message, **more)
        self.recovery = "retry" if retry else "stop"


class StoreError(SyncworkerError):
    """The state database cannot be reached or has another schema version."""


class PortalError(SyncworkerError):
    """HubSpot refused or did not answer."""


class Unauthorized(PortalError):
    """401: the token is wrong, expired or missing."""


class Forbidden(PortalError):
    """403: the token lacks a scope; `scope` names it, or is empty where HubSpot did not."""

    def __init__(self, message: str, *, scope: str = "", **more: str) -> None:
        super().__init__(message, **more)
        self.scope = scope


class RateLimited(PortalError):
    """429: `retry_after` is in seconds; `policy` is HubSpot's policy name."""

    recovery: Recovery = "retry"

    def __init__(self, message: str, *, retry_after: float, policy: str = "", **more: str) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after
        self.policy = policy


class Unavailable(PortalError):
    """No answer, or one that says "later"; `retry_after` in seconds where HubSpot named it."""

    recovery: Recovery = "retry"

    def __init__(self, message: str, *, retry_after: float | None = None, **more: str) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class RecordRejected(PortalError):
    """HubSpot refused one record; `property` is empty where no single property was named."""

    recovery: Recovery = "reject"

    def __init__(self, message: str, *, category: str, property: str = "", **more: str) -> None:
        super().__init__(message, **more)
        self.category = category
        self.property = property


class PlanError(SyncworkerError):
    """A plan cannot be carried out."""


class UnsafePlan(PlanError):
    """The guard refused the plan; the message carries the numbers."""


class StalePlan(PlanError):
    """The portal or the ledger has moved on since the plan was made."""


class AlertError(SyncworkerError):
    """A channel did not take a message.

    Args:
        message: What happened, without the channel's address.
        retry: Whether the same message can get through later.
        retry_after: In seconds, where the channel named it.
    """

    def __init__(
        self, message: str, *, retry: bool = True, retry_after: float = 0, **more: str
    ) -> None:
        super().__init__(message, **more)
        self.recovery = "retry" if retry else "reject"
        self.retry_after = retry_after


class LockHeld(SyncworkerError):
    """Another run holds the portal; the message names the run and since when."""


class ClaimLost(SyncworkerError):
    """Another worker took this chunk over; what this one wanted to commit was refused."""
