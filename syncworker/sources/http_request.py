"""The request for one page: path, parameters and body, with the templates filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from syncworker.mapping.rules_http import TEMPLATE
from syncworker.mapping.source_http import HttpStream
from syncworker.mapping.source_http_paging import (
    CursorPaging,
    LinkHeaderPaging,
    NextUrlPaging,
    OffsetPaging,
    PageNumberPaging,
)
from syncworker.sources.http_faults import Place
from syncworker.sources.http_position import Position
from syncworker.sources.http_times import upper, window_end, written

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUOTES = re.compile(r"['\"\\]")
Values = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: GET or POST.
        url: The URL; without a query where `params` has it.
        params: Parameters of the query string.
        json: The JSON body of a POST.
        form: In its place, the form of a POST.
    """

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None


def page_request(
    base_url: str, stream: HttpStream, position: Position, watermark: datetime, place: Place
) -> Request:
    """The request for the page at a position.

    Raises:
        SourceError: A cursor the API gave cannot stand in a text without changing its meaning.
    """
    values = _values(stream, position, watermark)
    base = base_url.rstrip("/")
    url = f"{base}/{_filled(stream.path, values, stream, path=True).lstrip('/')}"
    cursor = values["cursor"]
    if isinstance(cursor, str) and _QUOTES.search(cursor) and _inside_text(stream):
        reason = "the answer's cursor holds a quote and cannot be written into a text"
        raise place.fault(url, reason, "PAGING", "Send the cursor in a param, or page otherwise.")
    body: dict[str, object] = {}
    for name, each in stream.body.items():
        filled = _deep(each, values, stream)
        if filled is not None or each is None:
            body[name] = filled
    if isinstance(stream.paging, LinkHeaderPaging | NextUrlPaging) and position.at is not None:
        parts = urlsplit(base)
        url, params = f"{parts.scheme}://{parts.netloc}{position.at}", {}
    else:
        params = {
            name: _text(value)
            for name, each in stream.params.items()
            if (value := _deep(each, values, stream)) is not None
        }
        for name, value in _own_params(stream, values, position):
            if stream.send_in == "body":
                _set(body, name, value)
            else:
                params[name] = _text(value)
    return Request(stream.method, url, params, body if stream.method == "POST" else None)


def _values(stream: HttpStream, position: Position, watermark: datetime) -> Values:
    paging, cursor = stream.paging, stream.cursor
    values: dict[str, str | int | None] = dict.fromkeys(("since", "until", "cursor", "offset"))
    values["limit"] = getattr(paging, "size", None)
    if cursor is not None:
        end = window_end(cursor, position.start, watermark)
        values["until"] = upper(cursor, end, watermark)
        if position.start is not None:
            values["since"] = written(position.start, cursor.format)
    if isinstance(paging, CursorPaging):
        values["cursor"] = position.at
    if isinstance(paging, OffsetPaging):
        values["offset"] = position.at or 0
    return values


def _own_params(
    stream: HttpStream, values: Values, position: Position
) -> list[tuple[str, str | int]]:
    """What paging and cursor send by themselves."""
    paging, cursor = stream.paging, stream.cursor
    wanted: list[tuple[str | None, str | int | None]] = []
    if cursor is not None:
        wanted += [(cursor.param, values["since"]), (cursor.upper_param, values["until"])]
    if isinstance(paging, CursorPaging):
        wanted.append((paging.param, values["cursor"]))
    if isinstance(paging, OffsetPaging):
        wanted.append((paging.param, values["offset"]))
    if isinstance(paging, PageNumberPaging):
        number = paging.first if position.at is None else position.at
        wanted.append((paging.param, number))
    if isinstance(paging, OffsetPaging | PageNumberPaging):
        wanted.append((paging.size_param, paging.size))
    return [(name, value) for name, value in wanted if name is not None and value is not None]


def _deep(value: object, values: Values, stream: HttpStream) -> object:
    """A value of params or body with its templates filled; None where it was a template alone."""
    if isinstance(value, str):
        alone = TEMPLATE.fullmatch(value)
        if alone and alone[1] in values:
            return values[alone[1]]
        return _filled(value, values, stream)
    if isinstance(value, dict):
        return {name: _deep(each, values, stream) for name, each in value.items()}
    if isinstance(value, list):
        return [_deep(each, values, stream) for each in value]
    return value


def _filled(text: str, values: Values, stream: HttpStream, *, path: bool = False) -> str:
    def replaced(match: re.Match[str]) -> str:
        value = values.get(match[1], match[0])
        if value is None and match[1] == "since" and stream.cursor is not None:
            value = written(_EPOCH, stream.cursor.format)
        told = "" if value is None else str(value)
        return quote(told, safe="") if path else told

    return TEMPLATE.sub(replaced, text)


def _inside_text(stream: HttpStream) -> bool:
    """Whether `{cursor}` stands in a longer text, where a quote would end a string."""
    return any("{cursor}" in text != "{cursor}" for text in _texts([stream.body, stream.params]))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _set(body: dict[str, object], name: str, value: object) -> None:
    """Set a parameter of the body; dots lead into its sections."""
    *sections, last = name.split(".")
    for section in sections:
        inner = body.get(section)
        body[section] = body = dict(inner) if isinstance(inner, dict) else {}
    body[last] = value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
