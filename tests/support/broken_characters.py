"""Characters that look like others, or that no text file should have."""

from __future__ import annotations

from support.broken import Broken

CHARACTERS = (
    Broken(
        "a space that does not break in an indentation",
        "  timezone: Eu",
        "\xa0\xa0timezone: Eu",
        "SW214 5:1",
    ),
    Broken(
        "one behind a colon",
        "timezone: Eu",
        "timezone:\xa0Eu",
        "SW214 5:12",
    ),
    Broken(
        "one at the end of a key",
        "timezone: Eu",
        "timezone\xa0: Eu",
        "SW214 5:11",
    ),
    Broken(
        "one at the end of a value",
        "Europe/Berlin",
        "Europe/Berlin\xa0",
        "SW214 5:26",
    ),
    Broken(
        "an invisible space before a key",
        "timezone:",
        "\u200btimezone:",
        "SW214 5:3",
    ),
    Broken(
        "an invisible space before a value",
        "Europe/Berlin",
        "\u200bEurope/Berlin",
        "SW214 5:13",
    ),
    Broken(
        "a soft hyphen inside a metric's name",
        "saas_mrr: mrr",
        "saas_mrr: m\xadrr",
        "SW214 24:18",
    ),
    Broken(
        "a mark of writing direction",
        "cursor: updated_at",
        "cursor: \u202aupdated_at",
        "SW214 14:17",
    ),
    Broken(
        "curled quotes around a value",
        "Europe/Berlin",
        "\u201cEurope/Berlin\u201d",
        "SW214 5:13",
    ),
    Broken(
        "German quotes around a reference",
        "env:ACME_TOKEN",
        "\u201eenv:ACME_TOKEN\u201c",
        "SW214 3:16",
    ),
    Broken(
        "curled quotes around a number",
        "gte: 80",
        "gte: \u201980\u2019",
        "SW214 36:39",
    ),
    Broken(
        "curled quotes around a list's word",
        "type: number",
        "mode: \xabalways\xbb",
        "SW214 27:15",
    ),
    Broken(
        "a wide colon",
        "timezone:",
        "timezone\uff1a",
        "SW214 5:11",
    ),
    Broken(
        "a dash of a word processor",
        "    - stage",
        "    \u2013 stage",
        "SW214 34:5",
    ),
    Broken(
        "a Cyrillic letter in a key",
        "currency:",
        "\u0441urrency:",
        "SW214 6:3",
    ),
    Broken(
        "a Greek letter in a property",
        "saas_health:",
        "saas_health_sc\u03bfre:",
        "SW214 25:21",
    ),
    Broken(
        "NUL in a value",
        "Europe/Berlin",
        "Europe\x00Berlin",
        "SW006 5:19",
    ),
    Broken(
        "an escape of a terminal",
        "version: 1",
        "version: 1 # \x1b[31m",
        "SW006 1:14",
    ),
    Broken(
        "a form feed",
        "reporting:",
        "\x0creporting:",
        "SW006 4:1",
    ),
    Broken(
        "a bell in a query",
        "SELECT * FROM accounts",
        "SELECT\x07 1",
        "SW006 13:22",
    ),
    Broken(
        "a character of no meaning",
        "EUR",
        "EUR\ufffe",
        "SW006 6:16",
    ),
    Broken(
        "half of a surrogate pair",
        "Europe/Berlin",
        "\ud83d",
        "SW006 5:13",
    ),
    Broken(
        "NUL as an escape",
        "Europe/Berlin",
        '"Europe\\0Berlin"',
        "SW006 5:13",
    ),
    Broken(
        "half of a surrogate pair as an escape",
        "Europe/Berlin",
        '"\\ud83d"',
        "SW006 5:13",
    ),
)
