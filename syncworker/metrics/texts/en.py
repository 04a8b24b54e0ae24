"""English sentences on the record. A key says where it is used; `{}` is filled in order."""

TEXTS: dict[str, str] = {
    "demos.no_views": "the mapping names no event or page that shows a demo (metrics: trials)",
    "trials.none": "asked for no trial",
    "trials.requested": "requested",
    "trials.started": "started",
    "trials.ends": "end",
}
