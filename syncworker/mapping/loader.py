"""A mapping's text to a checked mapping, or to everything that is wrong with it at once."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from syncworker.mapping.custom_catalog import declared
from syncworker.mapping.diagnostics import Diagnostic, Finding, Span
from syncworker.mapping.document import Document, lines_of
from syncworker.mapping.ignores import ignores_in
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.profiles import expanded
from syncworker.mapping.rules import check_properties
from syncworker.mapping.rules_alerts import check_alerts
from syncworker.mapping.rules_conditions import check_conditions
from syncworker.mapping.rules_custom import check_custom
from syncworker.mapping.rules_files import check_files
from syncworker.mapping.rules_http import check_http
from syncworker.mapping.rules_hubspot import check_hubspot_sources
from syncworker.mapping.rules_lifecycle import check_lifecycle
from syncworker.mapping.rules_metrics import check_metrics
from syncworker.mapping.rules_metrics_growth import check_growth
from syncworker.mapping.rules_metrics_health import check_health
from syncworker.mapping.rules_metrics_people import check_people
from syncworker.mapping.rules_metrics_portfolio import check_portfolio
from syncworker.mapping.rules_metrics_revenue import check_revenue
from syncworker.mapping.rules_numbers import check_numbers
from syncworker.mapping.rules_objects import check_objects
from syncworker.mapping.rules_pql import check_pql
from syncworker.mapping.rules_profiles import check_profiles
from syncworker.mapping.rules_renames import check_renames
from syncworker.mapping.rules_schedule import check_schedule
from syncworker.mapping.rules_sources import check_reporting, check_sources, check_version
from syncworker.mapping.rules_sql import check_sql
from syncworker.mapping.rules_sql_query import check_queries
from syncworker.mapping.rules_webhook import check_webhooks
from syncworker.mapping.secrets import HIDDEN, masked, masked_line, secrets_by_key, secrets_by_shape
from syncworker.mapping.wording import explained
from syncworker.mapping.yaml_text import parse
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric

_LONGEST = 400
_CAUSES = ("SW006", "SW011", "SW110", "SW113", "SW214")
"""What else is found at the same place is only what follows from it."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a mapping file.

    Attributes:
        mapping: The mapping, with the properties of its profiles; None where there is an error.
        diagnostics: Sorted by position. Warnings do not stop a mapping.
        document: The file with its positions; None where YAML cannot read it.
    """

    mapping: PortalMapping | None
    diagnostics: tuple[Diagnostic, ...]
    document: Document | None = None


def load_bytes(content: bytes, file: str, catalog: Mapping[str, Metric] = METRICS) -> Loaded:
    """`load` for a file's bytes; bytes that are no UTF-8 are a diagnostic."""
    half = content[: 2 * (len(content) // 2)]
    if any(half) and not (any(half[::2]) and any(half[1::2])):  # every other byte is a NUL
        return _not_utf8(Span(), file, ("",), "UTF-16")
    try:
        return load(content.decode("utf-8"), file, catalog)
    except UnicodeDecodeError as error:
        if content.startswith(_UTF_16):
            return _not_utf8(Span(), file, ("",), "UTF-16")
        before = content[: error.start].decode("utf-8")
        lines = lines_of(before)
        span = Span(len(lines), len(lines[-1]) + 1)
        return _not_utf8(span, file, lines_of(content.decode("utf-8", "replace")))


def _not_utf8(span: Span, file: str, lines: tuple[str, ...], encoding: str = "") -> Loaded:
    message = f"the file is {encoding}, not UTF-8" if encoding else "the file is not UTF-8"
    finding = Finding("SW005", span, message, "save it with encoding UTF-8")
    return Loaded(None, diagnosed([finding], file, lines))


def load(text: str, file: str, catalog: Mapping[str, Metric] = METRICS) -> Loaded:
    """Read and check a mapping. No text raises.

    Args:
        text: The file's content.
        file: Its name, for messages.
        catalog: The metrics a mapping may name beside those it declares itself.
    """
    text = text.removeprefix("\ufeff")
    lines = lines_of(text)
    document, findings = parse(text, file)
    findings += secrets_by_shape(lines)
    mapping = None
    if document is not None:
        mapping, refused = _validated(document)
        findings += refused
        findings += check_custom(document, catalog)
        catalog = {**declared(document), **catalog}
        findings += secrets_by_key(document, catalog)
        findings += check_objects(document)
        findings += check_profiles(document, catalog)
        findings += check_properties(document, catalog)
        findings += check_renames(document)
        findings += check_lifecycle(document, catalog)
        findings += check_conditions(document)
        findings += check_sources(document)
        findings += check_hubspot_sources(document)
        findings += check_webhooks(document)
        findings += check_http(document)
        findings += check_sql(document)
        findings += check_queries(document)
        findings += check_files(document)
        findings += check_version(document)
        findings += check_reporting(document)
        findings += check_metrics(document)
        findings += check_people(document)
        findings += check_portfolio(document)
        findings += check_growth(document)
        findings += check_pql(document)
        findings += check_numbers(document)
        findings += check_health(document)
        findings += check_revenue(document)
        findings += check_schedule(document)
        findings += check_alerts(document)
    diagnostics = diagnosed(findings, file, lines)
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        mapping = None
    return Loaded(mapping and expanded(mapping, catalog), diagnostics, document)


def diagnosed(
    findings: Iterable[Finding], file: str, lines: tuple[str, ...], *, comments: bool = True
) -> tuple[Diagnostic, ...]:
    """Findings as diagnostics: silenced ones left out, secrets masked, sorted, each once.

    Args:
        findings: What the rules found.
        file: The file's name.
        lines: Its lines.
        comments: Whether comments that silence nothing are findings too.
    """
    ignores = ignores_in(lines)
    found = ignores.left(findings) + (list(ignores.findings) if comments else [])
    secrets: dict[int, list[Finding]] = {}
    for finding in found:
        if finding.code in HIDDEN:
            secrets.setdefault(finding.span.line, []).append(finding)
    causes = {(f.span.line, f.span.column) for f in found if f.code in _CAUSES}
    found = [f for f in found if f.code in _CAUSES or (f.span.line, f.span.column) not in causes]
    secret_lines = {finding.span.line for finding in found if finding.code == "SW110"}
    unique = {
        (finding.span.line, finding.span.column, finding.code, finding.message): finding
        for finding in reversed(found)
        # Another message about a line with a secret could only repeat the secret.
        if finding.code == "SW110" or finding.span.line not in secret_lines
    }
    return tuple(
        Diagnostic(
            code=finding.code,
            severity=finding.severity,
            file=file,
            line=finding.span.line,
            column=finding.span.column,
            length=finding.span.length,
            message=_shown(masked(finding.message)),
            help=_shown(masked(finding.help)),
            note=_shown(masked(finding.note)),
            snippet=_snippet(lines, finding.span.line, secrets),
        )
        for _, finding in sorted(unique.items())
    )


def _validated(document: Document) -> tuple[PortalMapping | None, list[Finding]]:
    try:
        # As JSON, because a strict model takes a list for a tuple from JSON only.
        return PortalMapping.model_validate_json(json.dumps(document.data)), []
    except ValidationError as error:
        return None, list(explained(document, error.errors(include_input=False, include_url=False)))


def _snippet(lines: tuple[str, ...], number: int, secrets: Mapping[int, list[Finding]]) -> str:
    line = lines[number - 1] if number <= len(lines) else ""
    return _printable(masked_line(line, [finding.span for finding in secrets.get(number, ())]))


def _shown(text: str) -> str:
    return _printable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _printable(text: str) -> str:
    # One character for one, or the caret would stand elsewhere.
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)
