"""Signatures that a person may see, and whether their attestations hold."""

import hashlib
from dataclasses import dataclass

from django.db.models import Q

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.approvals.enums import RoundState, SignatureDecision
from apps.approvals.models import EarlierSignature, Signature
from apps.approvals.rules.attested import Attested, attested
from apps.approvals.selectors.people import KEPT
from apps.audit.selectors import signed_statement
from apps.core import clock
from apps.core.errors import Invalid, PortalError


@dataclass(frozen=True)
class Verified:
    """Whether an attestation holds: what it says and by which key, or why not."""

    said: Attested | None = None
    key_id: str = ""
    revoked: bool = False
    problem: str = ""


def signature_for(user: User, pk: int) -> Signature | None:
    """Return a signature that a person may see, with whom and what it names, or None: as for its requirement."""
    seen = with_any_role(user) | Q(requirement__round__opened_by=user) | Q(signer=user)
    found = Signature.objects.filter(seen, pk=pk)
    return found.select_related("signer", "on_behalf_of", "requirement__round").first()


def taking_back_of(signature: Signature) -> Signature | None:
    """Return the entry by which a signature was taken back, with its reason, or None while it stands."""
    if signature.withdrawn_at is None:
        return None
    later = Signature.objects.filter(
        requirement=signature.requirement_id,
        signer=signature.signer_id,
        decision=SignatureDecision.WITHDRAW,
        pk__gt=signature.pk,
    )
    return later.order_by("pk").first()


def to_take_back(user: User, signature: Signature) -> int | None:
    """Return the number of the requirement at which a person may take this signature back now, or None."""
    if signature.signer_id != user.pk or signature.decision == SignatureDecision.WITHDRAW:
        return None
    asked = signature.requirement
    if asked.round.state == RoundState.OPEN:
        return None if signature.withdrawn_at else asked.pk
    kept = EarlierSignature.objects.filter(
        KEPT, signature=signature, requirement__round__state=RoundState.OPEN
    )
    return kept.values_list("requirement", flat=True).first()


def signature_exists(pk: int) -> bool:
    """Return whether there is such a signature, so that a refused look can be told from a wrong address."""
    return Signature.objects.filter(pk=pk).exists()


def verified(envelope: bytes, key_text: str | None = None) -> Verified:
    """Return whether an attestation holds by the ledger's keys, or by ``key_text`` alone when there is one."""
    try:
        opened = signed_statement(envelope, key_text)
        return Verified(attested(opened.statement), opened.key.key_id.hex(), opened.revoked)
    except Invalid as wrong:
        return Verified(problem=next(iter(wrong.fields.values()))[0])
    except PortalError as wrong:
        return Verified(problem=wrong.reason)


def verified_signature(signature: Signature) -> Verified:
    """Return whether the attestation of a signature holds, and says what the signature says here."""
    envelope = signature.attestation.encode()
    found = verified(envelope)
    if found.said is None:
        return found
    same = (
        hashlib.sha256(envelope).hexdigest() == signature.attestation_digest
        and found.said.digest == signature.digest
        and found.said.decision == signature.decision
        and found.said.meaning == signature.meaning
        and found.said.signer == f"person:{signature.signer_id}"
        and found.said.signed_at == clock.iso(signature.signed_at)
    )
    return found if same else Verified(problem="It says something else than this record does.")
