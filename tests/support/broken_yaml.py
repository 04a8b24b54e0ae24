"""More YAML than a mapping needs, and traces of other programs."""

from __future__ import annotations

from support.broken import Broken

YAML = (
    Broken(
        "an alias of nothing",
        "EUR",
        "*eur",
        "SW004 6:13",
    ),
    Broken(
        "an alias of what comes later",
        "env:ACME_TOKEN",
        "*token",
        "SW004 3:16",
    ),
    Broken(
        "an alias inside itself",
        "  companies:\n    match",
        "  companies: &c\n    properties: *c\n    match",
        "SW007 21:14",
    ),
    Broken(
        "a merge key",
        "  currency: EUR",
        "  <<: {currency: EUR}",
        "SW011 6:3",
    ),
    Broken(
        "a merge key of an anchor around it",
        "reporting:",
        "reporting: &r\n  <<: *r",
        "SW011 5:3",
    ),
    Broken(
        "a tag of one's own",
        "EUR",
        "!currency EUR",
        "SW011 6:13",
    ),
    Broken(
        "a tag that would run a program",
        "EUR",
        "!!python/object/apply:os.system [ls]",
        "SW011 6:13",
    ),
    Broken(
        "a tag of a set",
        "gte: 80",
        "any_of: !!set {a, b}",
        "SW011 36:42",
    ),
    Broken(
        "a tag of bytes",
        "env:ACME_TOKEN",
        "!!binary ZW52",
        "SW011 3:16, SW113 3:16",
    ),
    Broken(
        "a tag of an ordered section",
        "streams:",
        "streams: !!omap",
        "SW011 11:14",
    ),
    Broken(
        "a tag nobody declared",
        "EUR",
        "!x!y EUR",
        "SW004 6:13",
    ),
    Broken(
        "an environment tag of another tool",
        "env:ACME_TOKEN",
        "!ENV ACME_TOKEN",
        "SW011 3:16, SW113 3:16",
    ),
    Broken(
        "a number as a key",
        "  contacts:",
        "  2:",
        "SW011 28:3",
    ),
    Broken(
        "a bool as a key",
        "  currency:",
        "  true:",
        "SW011 6:3",
    ),
    Broken(
        "nothing as a key",
        "  currency:",
        "  ~:",
        "SW011 6:3",
    ),
    Broken(
        "a section as a key",
        "  currency:",
        "  {a: b}:",
        "SW011 6:3",
    ),
    Broken(
        "a comma as the decimal point",
        "gte: 80",
        "gte: 80,5",
        "SW011 36:42",
    ),
    Broken(
        "not a number",
        "gte: 80",
        "gte: .nan",
        "SW011 36:39",
    ),
    Broken(
        "a number without end",
        "gte: 80",
        "gte: .inf",
        "SW011 36:39",
    ),
    Broken(
        "a number too large",
        "objects:",
        "volatile_days: 99999999999999999999\nobjects:",
        "SW011 20:16",
    ),
    Broken(
        "a second document",
        "objects:",
        "---\nobjects:",
        "SW004 20:1",
    ),
    Broken(
        "an end of the document in the middle",
        "objects:",
        "...\nobjects:",
        "SW004 21:1",
    ),
    Broken(
        "a directive without a document's start",
        "version: 1",
        "%YAML 1.2\nversion: 1",
        "SW004 2:1",
    ),
    Broken(
        "a conflict of Git",
        "  currency: EUR",
        "<<<<<<< HEAD\n  currency: EUR\n=======\n  currency: USD\n>>>>>>> theirs",
        "SW002 6:1, SW002 8:1, SW002 10:1",
    ),
    Broken(
        "a conflict with the base between",
        "  currency: EUR",
        "<<<<<<< HEAD\n  currency: EUR\n||||||| base\n=======\n>>>>>>> theirs",
        "SW002 6:1, SW002 8:1, SW002 9:1, SW002 10:1",
    ),
    Broken(
        "half of a conflict",
        "  currency: EUR",
        "  currency: EUR\n>>>>>>> theirs",
        "SW002 7:1",
    ),
    Broken(
        "the middle of a conflict",
        "  currency: EUR",
        "  currency: EUR\n=======",
        "SW002 7:1",
    ),
    Broken(
        "a line of a diff",
        "  currency: EUR",
        "+  currency: EUR",
        "SW102 6:1",
    ),
    Broken(
        "a fence of Markdown",
        "version: 1",
        "```yaml\nversion: 1",
        "SW004 1:1",
    ),
    Broken(
        "a prompt of a shell",
        "version: 1",
        "$ cat acme.yaml\nversion: 1",
        "SW004 1:1",
    ),
)
