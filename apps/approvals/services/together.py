"""Signing several together: one proof of who signs, and for each a signature of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Requirement, Signature
from apps.approvals.rules.intents import Proof
from apps.approvals.rules.together import MOST
from apps.approvals.selectors.together import may_join_now
from apps.approvals.services.signing import sign
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, PortalError


@dataclass(frozen=True)
class Chosen:
    """One of several: what was shown (digest and nonce), and what the signer says they have checked."""

    requirement: Requirement
    digest: str
    nonce: str
    checked: Sequence[str] = ()


@dataclass
class Outcome:
    """What was signed, and what was left with the reason, each in the order in which it was chosen."""

    signed: list[Signature] = field(default_factory=list)
    left: list[tuple[Requirement, PortalError]] = field(default_factory=list)


def sign_together(*, actor: Actor, chosen: Sequence[Chosen], proof: Proof) -> Outcome:
    """Approve each of several by itself: those that can be signed are, those that cannot are left with the reason.

    Each has its own showing, checks, attestation and entry in the ledger, exactly as if it were signed by itself, and
    is a transaction of its own: no lock is held from one to the next, so two people who sign the same things in
    another order never wait for each other. ``proof`` says how the person proved who they are; its nonce is not used.

    Raises:
        Invalid: nothing is chosen, more than ``MOST``, or one twice. Nothing was signed then.
    """
    if not 1 <= len(chosen) <= MOST:
        raise Invalid({"chosen": [f"Choose from 1 to {MOST} to sign together. Nothing was signed."]})
    if len({one.requirement.pk for one in chosen}) < len(chosen):
        raise Invalid({"chosen": ["One is chosen twice. Nothing was signed."]})
    outcome = Outcome()
    for one in chosen:
        try:
            outcome.signed.append(_sign(actor, one, replace(proof, nonce=one.nonce)))
        except PortalError as error:
            outcome.left.append((one.requirement, error))
    return outcome


@transaction.atomic
def _sign(actor: Actor, one: Chosen, proof: Proof) -> Signature:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can sign.")
    signature = sign(
        actor=actor,
        requirement=one.requirement,
        digest=one.digest,
        decision=SignatureDecision.APPROVE,
        checked=one.checked,
        proof=proof,
    )
    # Whoever may not sign at all hears that; else why this one is signed by itself, and the signature is undone.
    may_join_now(actor.user, signature.requirement).require()
    return signature
