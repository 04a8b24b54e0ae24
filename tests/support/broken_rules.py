"""Mistakes in stage rules, metrics of one's own, and product qualification."""

from __future__ import annotations

from support.broken import Broken

RULES = (
    Broken(
        "rules of an object without stages",
        "lifecycle:",
        "lifecycle:\n  deals: []",
        "SW102 33:3",
    ),
    Broken(
        "rules without their object",
        "lifecycle:\n  companies:",
        "lifecycle:\n",
        "SW111 34:5",
    ),
    Broken(
        "rules of what is not mapped",
        (
            "  contacts:\n"
            "    match: {property: email, column: email}\n"
            "    properties:\n"
            "      saas_last_seen: user_last_seen_at\n"
            "lifecycle:\n"
            "  companies:"
        ),
        "lifecycle:\n  contacts:",
        "SW123 29:3",
    ),
    Broken(
        "no rule",
        "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}",
        "    []",
        "SW133 33:3",
    ),
    Broken(
        "keep_peoples and no rule",
        "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}",
        "    keep_peoples: true",
        "SW133 33:3",
    ),
    Broken(
        "a rule without its dash",
        "    - stage: customer\n      when",
        "      stage: customer\n      when",
        "SW133 33:3, SW102 34:7, SW102 35:7",
    ),
    Broken(
        "a stage misspelled",
        "stage: customer",
        "stage: custommer",
        "SW107 34:14",
    ),
    Broken(
        "a number for a stage",
        "stage: customer",
        "stage: 123",
        "SW111 34:14",
    ),
    Broken(
        "an empty stage",
        "stage: customer",
        "stage: ''",
        "SW111 34:14",
    ),
    Broken(
        "conditions without dashes",
        "      when:\n        - {metric: health_score, gte: 80}",
        "      when: {metric: health_score, gte: 80}",
        "SW111 35:13",
    ),
    Broken(
        "conditions as a formula",
        "      when:\n        - {metric: health_score, gte: 80}",
        "      when: health_score >= 80",
        "SW111 35:13",
    ),
    Broken(
        "no condition",
        "      when:\n        - {metric: health_score, gte: 80}",
        "      when: []",
        "SW111 35:13",
    ),
    Broken(
        "a condition's metric misspelled",
        "metric: health_score, g",
        "metric: helth_score, g",
        "SW104 36:20",
    ),
    Broken(
        "a condition of a user's metric",
        "metric: health_score, g",
        "metric: user_last_seen_at, g",
        "SW105 36:20, SW108 36:39",
    ),
    Broken(
        "no comparison",
        ", gte: 80",
        "",
        "SW118 36:11",
    ),
    Broken(
        "two comparisons",
        "gte: 80",
        "gte: 80, lt: 90",
        "SW118 36:11",
    ),
    Broken(
        "a number in quotes",
        "gte: 80",
        'gte: "80"',
        "SW108 36:39",
    ),
    Broken(
        "a number equal to text",
        "gte: 80",
        'eq: "80"',
        "SW108 36:38",
    ),
    Broken(
        "a word for a number",
        "gte: 80",
        "gte: high",
        "SW108 36:39",
    ),
    Broken(
        "true for a number",
        "gte: 80",
        "gte: true",
        "SW108 36:39",
    ),
    Broken(
        "true in quotes for a bool",
        "health_score, gte: 80",
        'churned, eq: "true"',
        "SW108 36:33",
    ),
    Broken(
        "an order of words",
        "health_score, gte: 80",
        "subscription_status, gte: 80",
        "SW108 36:41",
    ),
    Broken(
        "a moment compared",
        "health_score, gte: 80",
        "last_seen_at, gt: 5",
        "SW108 36:34",
    ),
    Broken(
        "an option there is not",
        "health_score, gte: 80",
        "subscription_status, eq: actve",
        "SW121 36:45",
    ),
    Broken(
        "one of several options there is not",
        "health_score, gte: 80",
        "subscription_status, any_of: [active, payed]",
        "SW121 36:58",
    ),
    Broken(
        "one option without a list",
        "health_score, gte: 80",
        "subscription_status, any_of: active",
        "SW111 36:49",
    ),
    Broken(
        "an empty list of options",
        "gte: 80",
        "any_of: []",
        "SW111 36:42",
    ),
    Broken(
        "a list for one value",
        "gte: 80",
        "eq: [80]",
        "SW111 36:38",
    ),
    Broken(
        "a range that holds nothing",
        "{metric: health_score, gte: 80}",
        "{metric: health_score, gte: 90}\n        - {metric: health_score, lt: 80}",
        "SW216 37:11",
    ),
    Broken(
        "a range between two neighbours",
        "{metric: health_score, gte: 80}",
        "{metric: health_score, gt: 80}\n        - {metric: health_score, lte: 80}",
        "SW216 37:11",
    ),
    Broken(
        "equal and not equal",
        "{metric: health_score, gte: 80}",
        "{metric: churned, eq: true}\n        - {metric: churned, ne: true}",
        "SW216 37:11",
    ),
    Broken(
        "two different options at once",
        "{metric: health_score, gte: 80}",
        (
            "{metric: subscription_status, eq: active}\n"
            "        - {metric: subscription_status, any_of: [paused, unpaid]}"
        ),
        "SW216 37:11",
    ),
    Broken(
        "a number outside of its range",
        "{metric: health_score, gte: 80}",
        "{metric: health_score, eq: 90}\n        - {metric: health_score, lt: 80}",
        "SW216 37:11",
    ),
    Broken(
        "a rule behind a wider one",
        "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}",
        (
            "    - stage: customer\n"
            "      when:\n"
            "        - {metric: health_score, gte: 80}\n"
            "    - stage: evangelist\n"
            "      when:\n"
            "        - {metric: health_score, gte: 90}"
        ),
        "SW217 37:7",
    ),
    Broken(
        "a rule twice",
        "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}",
        (
            "    - stage: customer\n"
            "      when:\n"
            "        - {metric: health_score, gte: 80}\n"
            "    - stage: customer\n"
            "      when:\n"
            "        - {metric: health_score, gte: 80}"
        ),
        "SW217 37:7",
    ),
    Broken(
        "true for the reason to go back",
        "stage: customer",
        "stage: customer\n      allow_back: true",
        "SW111 35:19",
    ),
    Broken(
        "yes for keep_peoples",
        "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}",
        (
            "    keep_peoples: yes\n"
            "    rules:\n"
            "    - stage: customer\n"
            "      when:\n"
            "        - {metric: health_score, gte: 80}"
        ),
        "SW111 34:19",
    ),
    Broken(
        "a metric of one's own without a measure",
        "objects:",
        "metrics: {custom: {mine: {entity: account, of: events}}}\nobjects:",
        "SW112 20:20",
    ),
    Broken(
        "a metric of one's own of no stream",
        "objects:",
        "metrics: {custom: {mine: {entity: account, measure: count, of: evnts}}}\nobjects:",
        "SW188 20:64",
    ),
    Broken(
        "a metric of one's own of no column",
        "objects:",
        (
            "metrics: {custom: {mine: {entity: account, measure: sum, of: events, "
            "column: amount}}}\n"
            "objects:"
        ),
        "SW188 20:78",
    ),
    Broken(
        "a metric of one's own by a taken name",
        "objects:",
        "metrics: {custom: {mrr: {entity: account, measure: count, of: events}}}\nobjects:",
        "SW187 20:20",
    ),
    Broken(
        "a change without a window",
        "objects:",
        ("metrics: {custom: {mine: {entity: account, measure: change, of: events}}}\nobjects:"),
        "SW189 20:20",
    ),
    Broken(
        "a ratio without its parts",
        "objects:",
        "metrics: {custom: {mine: {entity: account, measure: ratio, of: events}}}\nobjects:",
        "SW189 20:20, SW189 20:20",
    ),
    Broken(
        "a ratio of metrics that name each other",
        "objects:",
        (
            "metrics: {custom: {a: {entity: account, measure: ratio, of: events, top: b, "
            "bottom: b}, b: {entity: account, measure: ratio, of: events, top: a, "
            "bottom: a}}}\n"
            "objects:"
        ),
        "SW111 20:74, SW111 20:85, SW111 20:143, SW111 20:154",
    ),
    Broken(
        "milestones and no rule",
        "objects:",
        "metrics: {pql: {milestones: {a: {type: action, event: e}}}}\nobjects:",
        "SW186 20:17",
    ),
    Broken(
        "a milestone there is not",
        "objects:",
        "metrics: {pql: {milestones: {a: {type: action, event: e}}, any_of: [b]}}\nobjects:",
        "SW184 20:69",
    ),
    Broken(
        "more milestones than there are",
        "objects:",
        (
            "metrics: {pql: {milestones: {a: {type: action, event: e}}, at_least: "
            "{count: 2}}}\n"
            "objects:"
        ),
        "SW186 20:78",
    ),
    Broken(
        "a type of milestone there is not",
        "objects:",
        "metrics: {pql: {milestones: {a: {type: click, event: e}}, any_of: [a]}}\nobjects:",
        "SW111 20:40",
    ),
    Broken(
        "a weight below zero",
        "objects:",
        "metrics: {health_weights: {seats: -1}}\nobjects:",
        "SW176 20:35",
    ),
    Broken(
        "a weight of no component",
        "objects:",
        "metrics: {health_weights: {seat: 1}}\nobjects:",
        "SW102 20:28",
    ),
)
