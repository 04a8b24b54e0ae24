"""Mistakes in objects, how their records are found, and their properties."""

from __future__ import annotations

from support.broken import Broken

OBJECTS = (
    Broken(
        "no object",
        "objects:\n",
        "objects: {}\nold:\n",
        "SW111 20:10, SW102 21:1, SW123 34:3",
    ),
    Broken(
        "an object in the singular",
        "  contacts:",
        "  contact:",
        "SW124 28:3",
    ),
    Broken(
        "an object in capitals",
        "  contacts:",
        "  Contacts:",
        "SW124 28:3",
    ),
    Broken(
        "an object HubSpot has and we do not",
        "  contacts:",
        "  line_items:",
        "SW124 28:3",
    ),
    Broken(
        "a custom object without its rows",
        "  contacts:",
        "  2-123:",
        "SW125 28:3, SW103 29:23",
    ),
    Broken(
        "rows of a standard object",
        "  contacts:\n",
        "  contacts:\n    rows: users\n",
        "SW125 29:5",
    ),
    Broken(
        "an object without anything",
        (
            "    match: {property: email, column: email}\n"
            "    properties:\n"
            "      saas_last_seen: user_last_seen_at\n"
        ),
        "",
        "SW111 28:3",
    ),
    Broken(
        "match as a word",
        "{property: email, column: email}",
        "email",
        "SW111 29:12",
    ),
    Broken(
        "match as a list of words",
        "{property: email, column: email}",
        "[email]",
        "SW111 29:13",
    ),
    Broken(
        "an empty list of ways",
        "{property: email, column: email}",
        "[]",
        "SW111 29:12",
    ),
    Broken(
        "a match property misspelled",
        "property: domain",
        "property: domian",
        "SW103 22:23",
    ),
    Broken(
        "a match property of another object",
        "property: domain",
        "property: email",
        "SW103 22:23",
    ),
    Broken(
        "a label for a match property",
        "property: email",
        "property: E Mail",
        "SW103 29:23",
    ),
    Broken(
        "a match column that is no text",
        "column: domain",
        "column: created_at",
        "SW103 22:39",
    ),
    Broken(
        "a match column of another stream",
        "column: email",
        "column: domain",
        "SW103 29:38",
    ),
    Broken(
        "one match property twice",
        "{property: email, column: email}",
        "[{property: email, column: email}, {property: email, column: user_id}]",
        "SW131 29:58",
    ),
    Broken(
        "contacts not by their address",
        "{property: email, column: email}",
        "{property: saas_user_id, column: user_id}",
        "SW221 29:5",
    ),
    Broken(
        "a policy there is not",
        "column: email}",
        "column: email}\n    policy: update",
        "SW111 30:13",
    ),
    Broken(
        "true for a policy",
        "column: email}",
        "column: email}\n    policy: true",
        "SW111 30:13",
    ),
    Broken(
        "created by what is not unique",
        "column: domain}",
        "column: domain}\n    policy: upsert",
        "SW126 23:13",
    ),
    Broken(
        "created by HubSpot's id",
        "{property: email, column: email}",
        "{property: hs_object_id, column: hubspot_contact_id}\n    policy: create_only",
        "SW126 30:13",
    ),
    Broken(
        "deals made without a pipeline",
        "lifecycle:",
        (
            "  deals:\n"
            "    match: {property: saas_sub, column: sub_id}\n"
            "    policy: upsert\n"
            "lifecycle:"
        ),
        "SW127 34:13",
    ),
    Broken(
        "tickets without a source of them",
        "lifecycle:",
        ("  tickets:\n    match: {property: hs_object_id, column: hubspot_ticket_id}\nlifecycle:"),
        "SW224 32:3",
    ),
    Broken(
        "a metric without a source of its rows",
        "saas_mrr: mrr",
        "saas_nps: nps_avg",
        "SW224 24:7",
    ),
    Broken(
        "a state of subscriptions there is not",
        "lifecycle:",
        (
            "  deals:\n"
            "    match: {property: saas_sub, column: sub_id}\n"
            "    pipeline: {pipeline: X, stages: {actve: Live}}\n"
            "lifecycle:"
        ),
        "SW102 34:38",
    ),
    Broken(
        "a pipeline without stages",
        "lifecycle:",
        (
            "  deals:\n"
            "    match: {property: saas_sub, column: sub_id}\n"
            "    pipeline: {pipeline: X, stages: {}}\n"
            "lifecycle:"
        ),
        "SW111 34:37",
    ),
    Broken(
        "a pipeline of contacts",
        "column: email}",
        "column: email}\n    pipeline: {pipeline: X, stages: {active: Y}}",
        "SW128 30:5",
    ),
    Broken(
        "tickets made",
        "lifecycle:",
        (
            "  tickets:\n"
            "    match: {property: hs_object_id, column: hubspot_ticket_id}\n"
            "    policy: upsert\n"
            "lifecycle:"
        ),
        "SW129 34:13",
    ),
    Broken(
        "associated with themselves",
        "column: email}",
        "column: email}\n    associate: [contacts]",
        "SW130 30:17",
    ),
    Broken(
        "associated with what is not mapped",
        "column: email}",
        "column: email}\n    associate: [deals]",
        "SW130 30:17",
    ),
    Broken(
        "associated with what is no object",
        "column: email}",
        "column: email}\n    associate: [company]",
        "SW124 30:17",
    ),
    Broken(
        "one object to associate without a list",
        "column: email}",
        "column: email}\n    associate: companies",
        "SW111 30:16",
    ),
    Broken(
        "properties as a list",
        (
            "      saas_mrr: mrr\n"
            "      saas_health:\n"
            "        metric: health_score\n"
            "        type: number"
        ),
        "      - saas_mrr\n      - saas_health",
        "SW111 24:7",
    ),
    Broken(
        "a property as a list",
        "        metric: health_score\n        type: number",
        "        - metric: health_score",
        "SW111 26:9",
    ),
    Broken(
        "a label for a property",
        "saas_mrr:",
        "Monthly Revenue:",
        "SW106 24:7",
    ),
    Broken(
        "a dash in a property",
        "saas_mrr:",
        "saas-mrr:",
        "SW106 24:7",
    ),
    Broken(
        "a property of nothing but signs",
        "saas_mrr:",
        "42 \u20ac:",
        "SW106 24:7",
    ),
    Broken(
        "a property of HubSpot's own",
        "saas_mrr:",
        "hs_monthly_revenue:",
        "SW134 24:7",
    ),
    Broken(
        "a property that match fills",
        "saas_mrr:",
        "domain:",
        "SW132 24:7",
    ),
    Broken(
        "a property that lifecycle fills",
        "saas_mrr:",
        "lifecyclestage:",
        "SW132 24:7",
    ),
    Broken(
        "a metric misspelled",
        "saas_mrr: mrr",
        "saas_mrr: mmr",
        "SW104 24:17",
    ),
    Broken(
        "a metric in capitals",
        "saas_mrr: mrr",
        "saas_mrr: MRR",
        "SW104 24:17",
    ),
    Broken(
        "a metric with a space in quotes",
        "saas_mrr: mrr",
        "saas_mrr: 'mrr '",
        "SW104 24:17",
    ),
    Broken(
        "a metric with a dash",
        "metric: health_score\n",
        "metric: health-score\n",
        "SW104 26:17",
    ),
    Broken(
        "no metric behind the property",
        "saas_mrr: mrr",
        "saas_mrr:",
        "SW111 24:7",
    ),
    Broken(
        "a list of metrics",
        "saas_mrr: mrr",
        "saas_mrr: [mrr, arr]",
        "SW111 24:17",
    ),
    Broken(
        "a number for a metric",
        "saas_mrr: mrr",
        "saas_mrr: 5",
        "SW111 24:17",
    ),
    Broken(
        "a user's metric on companies",
        "saas_mrr: mrr",
        "saas_mrr: user_last_seen_at",
        "SW105 24:17",
    ),
    Broken(
        "a subscription's metric on contacts",
        "saas_last_seen: user_last_seen_at",
        "saas_last_seen: subscription_state",
        "SW105 31:23",
    ),
    Broken(
        "a type a metric cannot fill",
        "type: number",
        "type: bool",
        "SW105 27:15",
    ),
    Broken(
        "a type of another program",
        "type: number",
        "type: integer",
        "SW111 27:15",
    ),
    Broken(
        "a mode there is not",
        "type: number",
        "mode: overwrite",
        "SW111 27:15",
    ),
    Broken(
        "append to a number",
        "type: number",
        "mode: append",
        "SW117 27:15",
    ),
    Broken(
        "a label without text",
        "type: number",
        "label: ''",
        "SW111 27:16",
    ),
    Broken(
        "a profile misspelled",
        "    properties:\n      saas_mrr",
        "    profile: startr\n    properties:\n      saas_mrr",
        "SW194 23:14",
    ),
    Broken(
        "without what no profile holds",
        "    properties:\n      saas_mrr",
        "    profile: starter\n    without: [saas_mmr]\n    properties:\n      saas_mrr",
        "SW195 24:15",
    ),
    Broken(
        "without and mapped",
        "    properties:\n      saas_mrr",
        "    profile: starter\n    without: [saas_mrr]\n    properties:\n      saas_mrr",
        "SW196 24:15",
    ),
    Broken(
        "without a profile",
        "    properties:\n      saas_mrr",
        "    without: [saas_mrr]\n    properties:\n      saas_mrr",
        "SW195 23:5",
    ),
)
