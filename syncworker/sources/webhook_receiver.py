"""Judges a request to the webhook endpoint and stores what it brings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from syncworker.engine.forgotten import KeptOut
from syncworker.engine.source_stores import Inbox
from syncworker.errors import SyncworkerError
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.source_webhook import WebhookSource as WebhookConfig
from syncworker.sources import webhook_form, webhook_stripe
from syncworker.sources.webhook_json import document
from syncworker.sources.webhook_signature import refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told.

    Attributes:
        status: The HTTP status.
        word: What became of the request, without anything of its content.
    """

    status: int
    word: str


STORED = Answer(202, "stored")
KNOWN = Answer(200, "stored already")
IGNORED = Answer(200, "ignored")
UNKNOWN = Answer(404, "there is no such webhook")
LATER = Answer(503, "try again later")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where requests are checked and stored; nothing of a body is ever logged.

    Attributes:
        portals: Names of the portals that have a mapping.
        mapping: A portal's mapping; raises MappingError.
        secret: The value of a reference; raises SettingsError.
        inbox: Where deliveries are stored.
        kept_out: A portal's forgotten people, whose deliveries are not stored; None: nobody.
        clock: The time now; aware UTC.
        on_stored: Told the portal after something was stored; must return at once.
    """

    portals: Callable[[], list[str]]
    mapping: Callable[[str], PortalMapping]
    secret: Callable[[str], str]
    inbox: Inbox
    kept_out: Callable[[str], KeptOut | None]
    clock: Callable[[], datetime]
    on_stored: Callable[[str], None]

    def receive(self, portal: str, source: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Check a request and store it.

        Returns:
            202 where it was stored, 200 where it had been or is of no interest, 400, 401 or 404
            where it is refused, 503 where it can neither be checked nor stored now.
        """
        try:
            config = self._config(portal, source)
            answer = (
                UNKNOWN if config is None else self._store(portal, source, config, headers, body)
            )
        except SyncworkerError as error:
            log.warning("a webhook's request could not be stored: %s", error, extra=_of(portal))
            return LATER
        if config is not None and answer.status >= HTTPStatus.BAD_REQUEST:
            log.warning("request to %s refused: %s", source, answer.word, extra=_of(portal))
        if answer is STORED:
            self.on_stored(portal)
        return answer

    def healthy(self) -> bool:
        """Whether deliveries can be stored now."""
        try:
            self.inbox.check()
        except SyncworkerError as error:
            log.warning("webhooks cannot be stored: %s", error)
            return False
        return True

    def _config(self, portal: str, source: str) -> WebhookConfig | None:
        if portal not in self.portals():
            return None
        config = self.mapping(portal).sources.get(source)
        return config if isinstance(config, WebhookConfig) else None

    def _store(
        self,
        portal: str,
        source: str,
        config: WebhookConfig,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        now = self.clock()
        refused = refusal(
            config.format,
            headers,
            body,
            self.secret(config.secret),
            now=now,
            tolerance_seconds=config.tolerance_seconds,
        )
        if refused:
            return Answer(401, refused)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return Answer(400, "the body is not UTF-8")
        content = document(text)
        if content is None:
            return Answer(400, "the body is not a JSON object")
        out = self.kept_out(portal)
        if out is not None and out.names(text):
            return IGNORED
        if config.format == "stripe":
            if not webhook_stripe.concerns_us(content):
                return IGNORED
            delivery = webhook_stripe.delivery_id(content, text)
        else:
            delivery = webhook_form.delivery_id(config, text, content)
        new = self.inbox.put(portal, source, config.streams[0], delivery, text, now)
        return STORED if new else KNOWN


def _of(portal: str) -> dict[str, str]:
    return {"portal": portal}
