"""Secrets, references that are none, and comments that silence nothing."""

from __future__ import annotations

from support.broken import Broken

SECRETS = (
    Broken(
        "a token in clear",
        "env:ACME_TOKEN",
        "pat-na1-12345678-1234-1234-1234-123456789012",
        "SW110 3:16",
    ),
    Broken(
        "a password in a URL",
        "env:APP_DATABASE",
        "postgresql://app:geheim@db/app",
        "SW110 10:23",
    ),
    Broken(
        "a key of Stripe in a comment",
        "version: 1",
        "version: 1 # sk_live_abcdef123456",
        "SW110 1:14",
    ),
    Broken(
        "a secret under a key of that name",
        "objects:",
        "  x: {kind: stripe, api_key: hunter2hunter2}\nobjects:",
        "SW110 20:30",
    ),
    Broken(
        "a URL where a reference belongs",
        "env:APP_DATABASE",
        "postgresql://db/app",
        "SW113 10:10",
    ),
    Broken(
        "a variable as a shell writes it",
        "env:ACME_TOKEN",
        "${ACME_TOKEN}",
        "SW113 3:16",
    ),
    Broken(
        "a variable's name alone",
        "env:ACME_TOKEN",
        "ACME_TOKEN",
        "SW113 3:16",
    ),
    Broken(
        "a reference in capitals",
        "env:ACME_TOKEN",
        "ENV:ACME_TOKEN",
        "SW113 3:16",
    ),
    Broken(
        "a variable with a dash",
        "env:ACME_TOKEN",
        "env:ACME-TOKEN",
        "SW113 3:16",
    ),
    Broken(
        "a file without a path",
        "env:ACME_TOKEN",
        "'file:'",
        "SW113 3:16",
    ),
    Broken(
        "a template of another tool",
        "env:ACME_TOKEN",
        "\"{{ env_var('X') }}\"",
        "SW113 3:16",
    ),
    Broken(
        "a secret of an OAuth app in clear",
        "env:ACME_TOKEN",
        "{client_id: abc, client_secret: env:B, refresh_token: env:C}",
        "SW113 3:28",
    ),
    Broken(
        "a comment that silences without a reason",
        "version: 1",
        "version: 1 # syncworker: ignore SW107",
        "SW012 1:12",
    ),
    Broken(
        "a comment that silences what it cannot",
        "saas_mrr: mrr",
        "saas_mrr: mmr # syncworker: ignore SW104 -- so what",
        "SW104 24:17, SW012 24:21",
    ),
)
