"""HubSpot's feedback submissions as rows of `survey_responses`.

NPS is answered from 0 to 10, HubSpot's own CSAT from 0 (unhappy) to 2 (happy). Effort scores (CES)
and surveys of an admin's own are no survey of this stream and are left out.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/feedback-submissions
"""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.engine.hubspot_reader import CrmRecord, HubSpotReader
from syncworker.model.values import Unfit, to_number
from syncworker.sources.hubspot_people import addresses
from syncworker.sources.hubspot_records import Part
from syncworker.sources.hubspot_rows import Refused, Row

KINDS = {"NPS": "nps", "CSAT": "csat"}
TYPE = "hs_survey_type"
_NPS_SCALE = 10
# An archived answer belongs to nobody any more; a whole reading notices that it is gone.
PART = Part(
    "feedback_submissions",
    (TYPE, "hs_value", "hs_submission_timestamp", "hs_createdate"),
    archived=False,
)


def survey_rows(
    reader: HubSpotReader, records: Sequence[CrmRecord], csat_scale: int
) -> list[list[Row] | Refused]:
    """For each record its row of `survey_responses`; none for another kind of survey."""
    scales = {"nps": _NPS_SCALE, "csat": csat_scale}
    wanted = [one for one in records if one.values.get(TYPE) in KINDS]
    people = addresses(reader, PART.object, wanted)
    made: list[list[Row] | Refused] = []
    for one in records:
        kind = KINDS.get(one.values.get(TYPE) or "")
        if kind is None:
            made.append([])
        elif _outside(one.values.get("hs_value"), scales[kind]):
            hint = ": see csat_scale in the mapping" if kind == "csat" else ""
            made.append(Refused("score", f"is not from 0 to {scales[kind]}{hint}", one.id))
        else:
            made.append([_row(one, kind, scales[kind], people.get(one.id))])
    return made


def _row(record: CrmRecord, kind: str, scale: int, email: str | None) -> Row:
    values = record.values
    row: Row = {"response_id": record.id, "kind": kind, "scale": scale, "email": email}
    row["at"] = values.get("hs_submission_timestamp") or values.get("hs_createdate")
    return row | ({"score": values["hs_value"]} if "hs_value" in values else {})


def _outside(value: str | None, scale: int) -> bool:
    try:
        score = to_number(value or "")
    except Unfit:  # it is told as no number
        return False
    return score is not None and not 0 <= score <= scale
