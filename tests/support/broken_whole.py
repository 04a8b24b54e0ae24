"""Whole files that are no mapping: empty, of another kind, of another encoding, far too large."""

from __future__ import annotations

from support.broken import RIGHT

_ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)

WHOLE: tuple[tuple[str, bytes, str], ...] = (
    ("nothing", b"", "SW009 1:1"),
    ("white space", b"  \n \n", "SW009 1:1"),
    ("a comment", b"# acme\n", "SW009 1:1"),
    ("the start of a document", b"---\n", "SW009 1:1"),
    ("the end of a document", b"...\n", "SW004 1:1"),
    ("null", b"null\n", "SW009 1:1"),
    ("a word", b"acme\n", "SW009 1:1"),
    ("a number", b"42\n", "SW009 1:1"),
    ("a list", b"- version: 1\n", "SW009 1:1"),
    ("JSON of a list", b"[]\n", "SW009 1:1"),
    ("JSON of a section", b'{"version": 1}\n', "SW112 1:1, SW112 1:1, SW112 1:1"),
    ("JSON with a comma too many", b'{"version": 1,, }\n', "SW004 1:15"),
    ("TOML", b'version = 1\n[hubspot]\ncredentials = "x"\n', "SW009 1:1"),
    ("INI", b"[hubspot]\ncredentials=x\n", "SW004 2:1"),
    ("a program", b"import os\n", "SW009 1:1"),
    ("HTML", b"<!DOCTYPE html>\n<html>\n", "SW009 1:1"),
    ("CSV", b"version,hubspot\n1,x\n", "SW009 1:1"),
    ("a table of Markdown", b"| version | 1 |\n", "SW004 1:3"),
    ("UTF-16 with its mark", RIGHT.encode("utf-16"), "SW005 1:1"),
    ("UTF-16 without it", RIGHT.encode("utf-16-le"), "SW005 1:1"),
    ("UTF-16 the other way round", RIGHT.encode("utf-16-be"), "SW005 1:1"),
    ("UTF-32", RIGHT.encode("utf-32"), "SW005 1:1"),
    ("Latin-1", b"version: 1 # Gr\xf6\xdfe\n", "SW005 1:16"),
    ("Latin-1 far down", RIGHT.encode() + b"# K\xf6ln\n", "SW005 37:4"),
    ("UTF-8 cut in a character", RIGHT.encode() + b"# \xe2\x82", "SW005 37:3"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0", "SW005 1:1"),
    ("an archive", b"PK\x03\x04\0\0", "SW006 1:3"),
    ("a compressed file", b"\x1f\x8b\x08\0abc", "SW005 1:2"),
    ("NUL and nothing else", b"\0\0\0", "SW006 1:1"),
    ("brackets without end", b"[" * 3000, "SW007 1:201"),
    ("sections 60 deep", b"".join(b" " * i + b"a:\n" for i in range(60)), "SW007 42:42"),
    ("lists 60 deep", b"a: " + b"[" * 60 + b"]" * 60, "SW007 1:44"),
    ("aliases of aliases", _ALIASES.encode(), "SW008 1:34"),
    ("dashes without end", b"- " * 1500, "SW007 1:1"),
    ("a line of 600,000 characters", b"a: " + b"x" * 600_000, "SW008 1:1"),
    (
        "an old Macintosh's lines",
        RIGHT.replace("\n", "\r").replace("EUR", "euro").encode(),
        "SW111 6:13",
    ),
    ("Windows' lines", RIGHT.replace("\n", "\r\n").replace("EUR", "euro").encode(), "SW111 6:13"),
    ("a mark of UTF-8", b"\xef\xbb\xbf" + RIGHT.replace("EUR", "euro").encode(), "SW111 6:13"),
)
