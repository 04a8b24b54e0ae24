"""Mail by SMTP: plain text, and the same as small HTML."""

from __future__ import annotations

import html
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from syncworker.engine.alert_stores import AlertDelivery, PartlyTaken
from syncworker.errors import AlertError
from syncworker.mapping.alerts import EmailChannel

_TIMEOUT = 10  # seconds
_SUBJECT = 120
_PERMANENT = 500


def send(
    channel: EmailChannel, delivery: AlertDelivery, secret: Callable[[str], str], now: datetime
) -> str:
    """Send it; what the server answered. Raises AlertError, SettingsError."""
    login = None
    if channel.user is not None and channel.password is not None:
        login = (secret(channel.user), secret(channel.password))
    try:
        with _session(channel) as server:
            if login is not None:
                server.login(*login)
            refused = server.send_message(written(channel, delivery, now))
    except smtplib.SMTPAuthenticationError as error:
        raise AlertError(
            f"the mail server refused the login ({error.smtp_code})",
            help=f"check the values of {channel.user} and {channel.password}",
        ) from None
    except smtplib.SMTPResponseException as error:
        raise AlertError(
            f"the mail server answered {error.smtp_code}: {_words(error.smtp_error)}",
            retry=error.smtp_code < _PERMANENT,
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise AlertError(
            f"the mail server refused every address in `to` ({max(codes)})",
            help="see the addresses in the mapping",
            retry=min(codes) < _PERMANENT,
        ) from None
    except smtplib.SMTPServerDisconnected:
        raise AlertError("the mail server hung up, or did not answer within 10 s") from None
    except smtplib.SMTPException as error:
        raise AlertError(
            f"the mail server does not do what is asked ({type(error).__name__}: {error})",
            help="see `security`, `user` and `password` in the mapping",
        ) from None
    except OSError as error:
        raise AlertError(
            f"the mail server {channel.server}:{channel.port} cannot be reached: "
            f"{error.strerror or type(error).__name__}",
            help="see `server`, `port` and `security` in the mapping",
        ) from None
    if refused:
        return PartlyTaken(f"taken, but not for {len(refused)} of {len(channel.to)} addresses")
    return "taken"


def written(channel: EmailChannel, delivery: AlertDelivery, now: datetime) -> EmailMessage:
    """The mail. Its Message-ID is the delivery's: what is sent twice can be seen as one."""
    body = delivery.body
    title = " ".join(body["title"].split())
    mail = EmailMessage()
    mail["Subject"] = title if len(title) <= _SUBJECT else title[: _SUBJECT - 1] + "…"
    mail["From"] = channel.from_
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = format_datetime(now)
    domain = channel.from_.rpartition("@")[2]
    mail["Message-ID"] = f"<{delivery.notice}.{delivery.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    foot = f"syncworker, {body['rule']}" + (f", run {body['run']}" if body["run"] else "")
    next_ = [f"Next: {body['help']}"] if body["help"] else []
    urls = [account.get("url", "") for account in body["accounts"]]
    urls += [""] * len(body["lines"])
    pairs = list(zip(body["lines"], urls, strict=False))
    text = [f"- {line}" + (f"\n  {url}" if url else "") for line, url in pairs]
    mail.set_content("\n".join([body["title"], "", *text, *next_, "", "-- ", foot]))
    items = "".join(f"<li>{html.escape(line)}{_link(url)}</li>" for line, url in pairs)
    mail.add_alternative(
        f"<p><strong>{html.escape(body['title'])}</strong></p><ul>{items}</ul>"
        f"<p>{html.escape(' '.join(next_))}</p><p><small>{html.escape(foot)}</small></p>",
        subtype="html",
    )
    return mail


@contextmanager
def _session(channel: EmailChannel) -> Iterator[smtplib.SMTP]:
    """A connection; a mail that was taken is not sent again because the farewell failed."""
    server = _connected(channel)
    try:
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _connected(channel: EmailChannel) -> smtplib.SMTP:
    where = (channel.server, channel.port)
    if channel.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*where, timeout=_TIMEOUT, context=context)
    server = smtplib.SMTP(*where, timeout=_TIMEOUT)
    if channel.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
    return server


def _link(url: str) -> str:
    return f' <a href="{html.escape(url)}">open</a>' if url else ""


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
