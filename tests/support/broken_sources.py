"""Mistakes in sources and their streams."""

from __future__ import annotations

from support.broken import Broken

SOURCES = (
    Broken(
        "no source",
        "sources:\n",
        "sources: {}\nold:\n",
        "SW111 7:10, SW102 8:1",
    ),
    Broken(
        "sources as a list",
        "sources:\n  app:\n    kind: sql",
        "sources:\n  - app:\n    kind: sql",
        "SW111 8:3",
    ),
    Broken(
        "a source's name with a space",
        "  app:",
        "  my app:",
        "SW225 8:3",
    ),
    Broken(
        "a source's name with a dot",
        "  app:",
        "  app.eu:",
        "SW225 8:3",
    ),
    Broken(
        "a number for a source's name",
        "  app:",
        "  1:",
        "SW011 8:3",
    ),
    Broken(
        "a kind misspelled",
        "kind: sql",
        "kind: sqll",
        "SW119 9:11",
    ),
    Broken(
        "a database's name for a kind",
        "kind: sql",
        "kind: postgres",
        "SW119 9:11",
    ),
    Broken(
        "a kind in capitals",
        "kind: sql",
        "kind: SQL",
        "SW119 9:11",
    ),
    Broken(
        "no kind behind the key",
        "kind: sql",
        "kind:",
        "SW119 9:5",
    ),
    Broken(
        "two kinds",
        "kind: sql",
        "kind: [sql, files]",
        "SW119 9:11",
    ),
    Broken(
        "a stream misspelled",
        "      accounts:",
        "      acounts:",
        "SW116 12:7",
    ),
    Broken(
        "streams as a list of words",
        (
            "      accounts:\n"
            "        query: SELECT * FROM accounts\n"
            "        cursor: updated_at\n"
            "      users:\n"
            "        table: users"
        ),
        "      - accounts\n      - users\nold:",
        "SW111 12:7, SW102 14:1",
    ),
    Broken(
        "a stream without anything",
        "      users:\n        table: users",
        "      users:",
        "SW111 15:7",
    ),
    Broken(
        "a query in the place of a stream",
        "      users:\n        table: users",
        "      users: SELECT 1",
        "SW111 15:14",
    ),
    Broken(
        "neither query nor table",
        "table: users",
        "cursor: id",
        "SW137 15:7",
    ),
    Broken(
        "both query and table",
        "table: users",
        "table: users\n        query: SELECT * FROM users",
        "SW137 16:9",
    ),
    Broken(
        "a table without a name",
        "table: users",
        "table: ''",
        "SW111 16:16",
    ),
    Broken(
        "a column there is not",
        "table: users",
        "table: users\n        columns: {emial: mail}",
        "SW122 17:19",
    ),
    Broken(
        "columns the wrong way round",
        "table: users",
        "table: users\n        columns: {mail: email}",
        "SW122 17:19",
    ),
    Broken(
        "an overlap in words",
        "cursor: updated_at",
        "cursor: updated_at\n        overlap: 5min",
        "SW115 15:18",
    ),
    Broken(
        "an overlap as a number",
        "cursor: updated_at",
        "cursor: updated_at\n        overlap: 5",
        "SW111 15:18",
    ),
    Broken(
        "a cursor that is not selected",
        "SELECT * FROM accounts",
        "SELECT account_id, name FROM accounts",
        "SW218 14:17",
    ),
    Broken(
        "a key that is not selected",
        "SELECT * FROM accounts",
        "SELECT id, name, updated_at FROM accounts",
        "SW218 13:16",
    ),
    Broken(
        "a renamed column that is not selected",
        "SELECT * FROM accounts\n        cursor: updated_at",
        "SELECT aid, name FROM accounts\n        columns: {account_id: id}",
        "SW218 14:31",
    ),
    Broken(
        "a query that deletes",
        "SELECT * FROM accounts",
        "DELETE FROM accounts",
        "SW219 13:16",
    ),
    Broken(
        "a query of two statements",
        "SELECT * FROM accounts",
        "SELECT * FROM accounts; SELECT * FROM users",
        "SW219 13:16",
    ),
    Broken(
        "a file in the place of a query",
        "SELECT * FROM accounts",
        "accounts.sql",
        "SW219 13:16",
    ),
    Broken(
        "seconds below the least",
        "    streams:",
        "    statement_seconds: 0\n    streams:",
        "SW111 11:24",
    ),
    Broken(
        "an overlap without a cursor",
        "table: users",
        "table: users\n        overlap: 5m",
        "SW222 17:9",
    ),
    Broken(
        "events without a cursor",
        "{table: events, cursor: received_at}",
        "{table: events}",
        "SW223 17:7",
    ),
)
