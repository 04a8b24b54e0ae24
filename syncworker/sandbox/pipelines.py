"""Pipelines and their stages: which a fresh account has, and which values of a record fit them."""

from __future__ import annotations

from syncworker.sandbox.answers import Json, Problem, Values, conflict, invalid, not_found

STAGES = {"deals": ("pipeline", "dealstage"), "tickets": ("hs_pipeline", "hs_pipeline_stage")}
"""The properties that hold a record's pipeline and stage, by object."""
_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
_TICKET_STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)


def default_pipelines(object_type: str, now: str) -> list[Json]:
    """The pipelines of a fresh account."""
    deals = [
        {
            "id": name,
            "label": label,
            "displayOrder": place,
            "metadata": {
                "isClosed": str(name.startswith("closed")).lower(),
                "probability": probability,
            },
        }
        for place, (name, label, probability) in enumerate(_DEAL_STAGES)
    ]
    tickets = [
        {"id": name, "label": label, "displayOrder": place, "metadata": {"ticketState": state}}
        for place, (name, label, state) in enumerate(_TICKET_STAGES)
    ]
    made = {
        "deals": {"id": "default", "label": "Sales Pipeline", "displayOrder": 0, "stages": deals},
        "tickets": {"id": "0", "label": "Support Pipeline", "displayOrder": 0, "stages": tickets},
    }
    pipelines: list[Json] = []
    if object_type in made:
        create_pipeline(pipelines, made[object_type], "", now)
    return pipelines


def create_pipeline(pipelines: list[Json], body: Json, new_id: str, now: str) -> Json:
    """Make a pipeline from a create request, with its stages."""
    stages = body.get("stages")
    if not isinstance(stages, list) or not stages:
        raise invalid("Invalid input JSON: stages is required")
    made = _made(pipelines, body, new_id, now)
    made["stages"] = []
    for place, stage in enumerate(stages):
        create_stage(made, stage, f"{new_id}{place}", now)
    pipelines.append(made)
    return made


def create_stage(pipeline: Json, body: object, new_id: str, now: str) -> Json:
    """Make a stage of a pipeline from a create request."""
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: a stage is an object")
    made = _made(pipeline["stages"], body, new_id, now)
    made["metadata"] = body.get("metadata") or {}
    made["writePermissions"] = "CRM_PERMISSIONS_ENFORCEMENT"
    pipeline["stages"].append(made)
    return made


def find(things: list[Json], wanted: str) -> Json:
    """The pipeline or stage with that id, or 404."""
    for one in things:
        if one["id"] == wanted:
            return one
    raise not_found()


def place(object_type: str, pipelines: list[Json], old: Values, values: Values) -> list[Problem]:
    """Check the pipeline and stage of a write; a stage without a pipeline is of the first one.

    Args:
        object_type: deals or tickets; others have no pipelines.
        pipelines: The object's.
        old: What the record holds.
        values: What is written; the pipeline is added where it is left out.
    """
    names = STAGES.get(object_type)
    if names is None or not (names[0] in values or names[1] in values):
        return []
    in_pipeline, in_stage = names
    wanted = values.get(in_pipeline, old.get(in_pipeline, "")) or pipelines[0]["id"]
    found = next((one for one in pipelines if one["id"] == wanted), None)
    if found is None:
        return [_not_allowed(in_pipeline, wanted, pipelines)]
    stage = values.get(in_stage, old.get(in_stage, ""))
    if stage and all(one["id"] != stage for one in found["stages"]):
        return [_not_allowed(in_stage, stage, found["stages"])]
    if values.get(in_stage) and not old.get(in_pipeline):
        values[in_pipeline] = wanted
    return []


def follows(
    object_type: str, pipelines: list[Json], held: Values, values: Values, now: str
) -> Values:
    """What HubSpot itself fills in when a deal or ticket enters a stage.

    Args:
        object_type: The object.
        pipelines: The object's.
        held: What the record holds once the write is done.
        values: What is written.
        now: The time, as HubSpot writes moments.

    Returns:
        Whether a deal is closed and won; when a ticket was closed, "" where it is open again.
    """
    names = STAGES.get(object_type)
    if names is None or names[1] not in values:
        return {}
    in_pipeline, in_stage = (held.get(name, "") for name in names)
    stages = [one for line in pipelines if line["id"] == in_pipeline for one in line["stages"]]
    told: Json = next((one["metadata"] for one in stages if one["id"] == in_stage), {})
    if object_type == "deals":
        won = str(told.get("probability", "")) == "1.0"
        closed = told.get("isClosed") == "true" or won
        return {"hs_is_closed": str(closed).lower(), "hs_is_closed_won": str(won).lower()}
    if told.get("ticketState") != "CLOSED":
        return {"closed_date": ""} if held.get("closed_date") else {}
    return {} if values.get("closed_date") else {"closed_date": now}


def _not_allowed(name: str, value: str, things: list[Json]) -> Problem:
    allowed = ", ".join(one["id"] for one in things)
    message = f"{value} was not one of the allowed options: [{allowed}]"
    return Problem(name, "INVALID_OPTION", message)


def _made(others: list[Json], body: Json, new_id: str, now: str) -> Json:
    if not body.get("label"):
        raise invalid("Invalid input JSON: label is required")
    if any(one["label"] == body["label"] for one in others):
        raise conflict(f'"{body["label"]}" already exists.', "OBJECT_ALREADY_EXISTS")
    return {
        "id": str(body.get("id") or body.get("pipelineId") or body.get("stageId") or new_id),
        "label": str(body["label"]),
        "displayOrder": body.get("displayOrder", len(others)),
        "archived": False,
        "createdAt": now,
        "updatedAt": now,
    }
