"""Mistakes in sources of other kinds than a database."""

from __future__ import annotations

from support.broken import Broken

SOURCE_KINDS = (
    Broken(
        "one stream from two sources",
        "objects:",
        "  old: {kind: sql, url: env:OLD, streams: {users: {table: u}}}\nobjects:",
        "SW220 20:44",
    ),
    Broken(
        "a stream of Stripe misspelled",
        "objects:",
        "  st: {kind: stripe, api_key: env:K, streams: [subscription]}\nobjects:",
        "SW111 20:48",
    ),
    Broken(
        "streams of Stripe as a section",
        "objects:",
        "  st: {kind: stripe, api_key: env:K, streams: {invoices: {}}}\nobjects:",
        "SW111 20:47",
    ),
    Broken(
        "an absolute path of a file",
        "objects:",
        "  f: {kind: files, path: x, streams: {tickets: {path: /etc/t.csv}}}\nobjects:",
        "SW154 20:55",
    ),
    Broken(
        "a path out of the folder",
        "objects:",
        "  f: {kind: files, path: x, streams: {tickets: {path: ../t.csv}}}\nobjects:",
        "SW154 20:55",
    ),
    Broken(
        "an address for a folder",
        "objects:",
        ("  f: {kind: files, path: 'https://x/y', streams: {tickets: {path: t.csv}}}\nobjects:"),
        "SW153 20:26",
    ),
    Broken(
        "a format there is not",
        "objects:",
        ("  f: {kind: files, path: x, streams: {tickets: {path: t.csv, format: xlsx}}}\nobjects:"),
        "SW111 20:70",
    ),
    Broken(
        "a shape of another stream",
        "objects:",
        (
            "  f: {kind: files, path: x, streams: {tickets: {path: t.jsonl, shape: "
            "stripe}}}\n"
            "objects:"
        ),
        "SW155 20:71",
    ),
    Broken(
        "a file's column there is not",
        "objects:",
        (
            "  f: {kind: files, path: x, streams: {tickets: {path: t.csv, columns: {id: "
            "x}}}}\n"
            "objects:"
        ),
        "SW122 20:72",
    ),
    Broken(
        "a template there is not",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: '/tickets/{id}'\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW140 25:15",
    ),
    Broken(
        "a required column not filled",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        fields: {account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW141 26:9",
    ),
    Broken(
        "a cursor nobody is told",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        cursor: {field: at}\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW142 26:9",
    ),
    Broken(
        "a reference outside of auth",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    headers: {X-Key: 'env:KEY'}\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW145 23:22",
    ),
    Broken(
        "a body of a GET",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        body: {a: 1}\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW146 26:9",
    ),
    Broken(
        "a way of paging there is not",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        paging: {by: page}\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW112 26:9",
    ),
    Broken(
        "no way of authentication",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://api.example.com\n"
            "    auth: {token: env:T}\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW112 23:5",
    ),
    Broken(
        "an address with a password",
        "objects:",
        (
            "  crm:\n"
            "    kind: http\n"
            "    base_url: https://me:pass@api.example.com\n"
            "    streams:\n"
            "      tickets:\n"
            "        path: /tickets\n"
            "        fields: {ticket_id: id, account_id: org, opened_at: at}\n"
            "objects:"
        ),
        "SW110 22:23",
    ),
    Broken(
        "a form by its name",
        "objects:",
        ("  hs: {kind: hubspot, streams: [trials], forms: {demo: {stream: trials}}}\nobjects:"),
        "SW156 20:50",
    ),
    Broken(
        "a stream of forms without a form",
        "objects:",
        "  hs: {kind: hubspot, streams: [trials]}\nobjects:",
        "SW157 20:33",
    ),
    Broken(
        "an option without its stream",
        "objects:",
        "  hs: {kind: hubspot, streams: [tickets], csat_scale: 5}\nobjects:",
        "SW158 20:43",
    ),
    Broken(
        "our own property read back",
        "objects:",
        (
            "  hs: {kind: hubspot, streams: [crm_values], properties: {companies: "
            "[saas_mrr]}}\n"
            "objects:"
        ),
        "SW159 20:71",
    ),
    Broken(
        "a webhook for a stream it cannot fill",
        "objects:",
        "  wh: {kind: webhook, secret: env:S, streams: [invoices]}\nobjects:",
        "SW111 20:48",
    ),
    Broken(
        "a webhook for two streams",
        "objects:",
        "  wh: {kind: webhook, secret: env:S, streams: [demo_requests, trials]}\nobjects:",
        "SW161 20:63",
    ),
    Broken(
        "a webhook's field there is not",
        "objects:",
        (
            "  wh: {kind: webhook, secret: env:S, streams: [trials], fields: {mail: "
            "data.mail}}\n"
            "objects:"
        ),
        "SW162 20:66",
    ),
)
