"""What to say where a token is not allowed to read a stream."""

from __future__ import annotations

from syncworker.errors import Forbidden, PortalError, SourceError, Unauthorized
from syncworker.mapping.scopes import OF_STREAM

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
            told = f"the token lacks one of the scopes {', '.join(OF_STREAM[stream])}"
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
