"""The records of one answer: out of a JSON document, or line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader

import orjson

from syncworker.mapping.source_http import HttpStream
from syncworker.sources import http_body
from syncworker.sources.http_faults import Place
from syncworker.sources.http_paths import ABSENT, find, parts
from syncworker.sources.http_sender import Answer

Record = Mapping[str, object]
_LINES = ("ndjson", "jsonl", "jsonlines", "json-lines")
_LONGEST_LINE = 64 * 2**20


class Records:
    """Goes through an answer's records once.

    A JSON document is read whole; JSON Lines are read as they are unpacked. Which of the two an
    answer is, its content tells: lines are objects, one in each, and have no path to `records`.

    Attributes:
        document: The answer as JSON; `ABSENT` of JSON Lines, and before the first record.
        names: The names of the columns, where records are lists; else None.
        count: How many records have come.
        last: The last record.
        digest: Tells two answers with the same records; "" of JSON Lines.
    """

    def __init__(self, answer: Answer, config: HttpStream, place: Place, most: int) -> None:
        self._answer = answer
        self._config = config
        self._place = place
        self._most = most
        self.document: object = ABSENT
        self.names: tuple[str, ...] | None = None
        self.count = 0
        self.last: Record | None = None
        self.digest = ""

    def __iter__(self) -> Iterator[Record | str]:
        """Each record, or the reason why a line holds none.

        Raises:
            SourceError: The answer cannot be read.
        """
        with http_body.told_as_faults(self._answer, self._place):
            for file, archived in http_body.opened(self._answer, self._place, self._most):
                for record in self._of(file, lines=archived):
                    self.count += 1
                    if not isinstance(record, str):
                        self.last = record
                    yield record

    def _of(self, file: BufferedReader, *, lines: bool) -> Iterator[Record | str]:
        kind = self._answer.headers.get("Content-Type", "").lower()
        if self._config.records or self._config.columns:
            yield from self._in_document(self._whole(b"", file))
            return
        first = self._line(file)
        while first and not first.strip():
            first = self._line(file)
        if lines or any(name in kind for name in _LINES):
            yield from self._in_lines(first, file)
        elif _is_object(first):
            second = self._line(file)
            while second and not second.strip():
                second = self._line(file)
            if second:
                yield from self._in_lines(first, file, second)
            else:
                yield from self._in_document(first)
        elif first or "html" in kind:
            yield from self._in_document(self._whole(first, file))

    def _whole(self, first: bytes, file: BufferedReader) -> bytes:
        text = first + file.read(http_body.MOST_DOCUMENT)
        if file.read(1):
            raise http_body.TooLargeError
        return text

    def _line(self, file: BufferedReader) -> bytes:
        line = file.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http_body.TooLargeError
        return line

    def _in_lines(self, first: bytes, file: BufferedReader, *more: bytes) -> Iterator[Record | str]:
        broken = ""
        for line in self._lines(first, file, more):
            if not line.strip():
                continue
            if broken:
                yield broken
            record = _object(line)
            broken = record if isinstance(record, str) else ""
            if not isinstance(record, str):
                yield record
        if broken:
            reason = f"the last line {broken}: the answer was cut off"
            raise self._place.fault(self._answer.url, reason, "ANSWER", retry=True)

    def _lines(self, first: bytes, file: BufferedReader, more: Sequence[bytes]) -> Iterator[bytes]:
        yield first
        yield from more
        while line := self._line(file):
            yield line

    def _in_document(self, text: bytes) -> Iterator[Record]:
        self.document = http_body.parsed(
            text.removeprefix(b"\xef\xbb\xbf"), self._answer, self._place
        )
        found = find(self.document, parts(self._config.records))
        if isinstance(found, dict) and not self._config.records:
            found = [found]  # the answer is the record
        if not isinstance(found, list):
            there = self._config.records or "its top level"
            what = "nothing stands" if found is ABSENT else f"a {_kind(found)} stands"
            raise self._fault(f"{what} at {there} where the list of records should be")
        if self._config.columns:
            self.names = self._columns()
        self.digest = hashlib.blake2b(orjson.dumps(found)).hexdigest() if found else ""
        for number, record in enumerate(found, start=1):
            if self.names is not None:
                yield self._named(record, self.names, number)
            elif isinstance(record, dict):
                yield record
            else:
                raise self._fault(f"record {number} is a {_kind(record)}, not an object")

    def _columns(self) -> tuple[str, ...]:
        names = find(self.document, parts(self._config.columns))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._fault(f"no list of column names stands at {self._config.columns}")
        return tuple(names)

    def _named(self, record: object, names: tuple[str, ...], number: int) -> Record:
        if not isinstance(record, list) or len(record) != len(names):
            has = f"has {len(record)} values" if isinstance(record, list) else "is no list"
            raise self._fault(f"record {number} {has} where there are {len(names)} columns")
        return dict(zip(names, record, strict=True))

    def _fault(self, reason: str) -> Exception:
        help_ = "Compare the stream's records, columns and path with the API's documentation."
        return self._place.fault(self._answer.url, reason, "ANSWER", help_)


def _is_object(line: bytes) -> bool:
    return not isinstance(_object(line), str)


def _object(line: bytes) -> Record | str:
    try:
        value = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return f"is not JSON: {error.msg} at character {error.pos + 1}"
    return value if isinstance(value, dict) else "is JSON, but not an object"


def _kind(value: object) -> str:
    kinds = {dict: "section", list: "list", str: "text", bool: "true or false"}
    if value is None:
        return "null"
    return kinds.get(type(value), "number")
