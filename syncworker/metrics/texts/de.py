"""German sentences on the record, with the keys and the places of `en`."""

TEXTS: dict[str, str] = {}
