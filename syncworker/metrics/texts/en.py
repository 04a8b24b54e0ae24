"""English sentences on the record. A key says where it is used; `{}` is filled in order."""

TEXTS: dict[str, str] = {}
