"""The kinds of source: each turns what it reads into canonical rows."""
