"""What the attestation of a signature says. Pure: who signed it is judged by ``audit``."""

from dataclasses import dataclass
from typing import Any

from apps.core.errors import Invalid

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:countersign:approval:v1"
KEPT = "urn:countersign:kept:v1"
GO_AHEAD = "go_ahead"


@dataclass(frozen=True)
class Attested:
    """A decision as it was attested. ``signer`` and ``on_behalf_of`` are numbers of people: names are erasable.

    Whoever lets something go ahead before everyone has signed (``go_ahead``) does it in no role: ``role`` is blank.
    """

    subject: str
    digest: str
    decision: str
    meaning: str
    signer: str
    on_behalf_of: str
    role: str
    signed_at: str
    method: str
    checked: tuple[str, ...]


def attested(statement: dict[str, Any]) -> Attested:
    """Return what a statement (in-toto Statement v1) says of a decision.

    Raises:
        Invalid: it is a statement about something else, or leaves something out.
    """
    if statement.get("_type") != STATEMENT or statement.get("predicateType") != PREDICATE:
        raise Invalid({"statement": ["This is not the attestation of a signature."]})
    try:
        (subject,), said = statement["subject"], statement["predicate"]
        return Attested(
            subject=str(subject["name"]),
            digest=str(subject["digest"]["sha256"]),
            decision=str(said["decision"]),
            meaning=str(said["meaning"]),
            signer=str(said["signer"]),
            on_behalf_of=str(said.get("for", "")),
            role="" if said["decision"] == GO_AHEAD else str(said["role"]),
            signed_at=str(said["signed_at"]),
            method=str(said["authentication"]["method"]),
            checked=tuple(str(each) for each in said.get("checked", [])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid({"statement": ["This attestation leaves something out."]}) from None
