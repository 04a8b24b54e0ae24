"""What a token must be allowed for each stream, and what to say where it is not.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
"""

from __future__ import annotations

from syncworker.errors import Forbidden, PortalError, SourceError, Unauthorized

_CONTACTS = "crm.objects.contacts.read"
_COMPANIES = "crm.objects.companies.read"
_DEALS = "crm.objects.deals.read"
SCOPES: dict[str, tuple[str, ...]] = {
    "demo_requests": ("forms",),
    "trials": ("forms",),
    "tickets": ("tickets", _CONTACTS),
    "survey_responses": ("crm.objects.feedback_submissions.read", _CONTACTS),
    # Of the objects whose properties are read.
    "crm_values": (
        _CONTACTS,
        _COMPANIES,
        _DEALS,
        "crm.schemas.contacts.read",
        "crm.schemas.companies.read",
        "crm.schemas.deals.read",
    ),
    "crm_deals": (_DEALS, _COMPANIES, "crm.schemas.deals.read"),
    "crm_stage_history": (_CONTACTS, _COMPANIES, _DEALS),
}
_ADD = (
    "Add it to the token in HubSpot (Settings > Integrations > Service Keys, or the private app), "
    "then run again."
)
_UNKNOWN = "HUBSPOT_404"


def source_error(error: PortalError, source: str, stream: str, form: str = "") -> Exception:
    """HubSpot's refusal in the words of the source it stops.

    What is worth trying again later, or is about the token as a whole, stays as it is: the engine
    knows what to do about it.

    Args:
        error: The refusal.
        source: The source's name in the mapping.
        stream: The stream that was read.
        form: The GUID of the form that was asked for, if one was.
    """
    where = f"source {source}, stream {stream}"
    if isinstance(error, Forbidden):
        if error.scope:
            told = f"the token lacks the scope {error.scope}"
        else:
            told = f"the token lacks one of the scopes {', '.join(SCOPES[stream])}"
        return SourceError(f"{where}: {told}", help=_ADD, code="SOURCE_SCOPE")
    if error.recovery == "retry" or isinstance(error, Unauthorized):
        return error
    if form and error.code == _UNKNOWN:
        return SourceError(
            f"{where}: the portal has no form {form}",
            help="Correct the GUID under the source's forms: HubSpot shows it on the form's page.",
            code="SOURCE_FORM",
        )
    return SourceError(f"{where}: {error.message}", help=error.help, code=error.code)
