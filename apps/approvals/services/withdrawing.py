"""Taking a signature back while its round is open."""

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import AuthMethod, RequirementState, SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import eligible_people, my_kept_signature, my_signature
from apps.approvals.services.deciding import tell_listeners
from apps.approvals.services.intents import meaning_on
from apps.approvals.services.rounds import end_unreachable
from apps.approvals.services.signing import check_open, write_signature
from apps.approvals.services.telling import tell_open_again
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid


@transaction.atomic
def withdraw_signature(
    *, actor: Actor, requirement: Requirement, reason: str, auth_method: str = AuthMethod.PASSWORD
) -> Signature:
    """Take back an approval or an abstention, and return the signature that says so. Twice is once.

    One on an earlier revision that was kept is taken back for this revision and later ones. It then counts for
    nothing: the requirement opens again, and the person may sign anew, here or in another role. What a later stage
    was asked stays asked. The caller has proved who the person is by ``auth_method``.

    Raises:
        Stale: the round is closed. What everyone signed, or someone rejected, stands.
        Forbidden: the actor is not a person, or has not signed this.
        Invalid: no reason.
    """
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can take a signature back.")
    if not reason.strip():
        raise Invalid({"note": ["Say why you take it back, so that the others know."]})
    round_ = Round.objects.select_for_update().get(pk=requirement.round_id)
    asked = Requirement.objects.select_related("round").get(pk=requirement.pk)
    asked.round = round_
    check_open(round_)
    given = my_signature(actor.user, asked)
    kept = None if given else my_kept_signature(actor.user, asked)
    if kept is not None:
        given = kept.signature
        EarlierSignature.objects.filter(pk=kept.pk).update(withdrawn_at=clock.now())
    elif given is not None:
        Signature.objects.filter(pk=given.pk).update(withdrawn_at=clock.now())
    if given is None:
        return _taken_back(actor.user, asked)
    taken = write_signature(
        actor.user,
        asked,
        SignatureDecision.WITHDRAW,
        reason.strip(),
        Proof(nonce="", session="", method=auth_method, at=clock.now()),
        meaning=meaning_on(asked, SignatureDecision.WITHDRAW),
        on_behalf_of=given.on_behalf_of,
    )
    was_met = asked.state == RequirementState.MET
    if was_met:
        asked.state = RequirementState.OPEN
        asked.save(update_fields=["state", "updated_at"])
    _record(actor, asked, given, taken)
    if not end_unreachable(actor=actor, held=round_) and was_met:
        tell_open_again(asked, taken, eligible_people([asked])[asked.pk])
    tell_listeners(round_, actor)
    return taken


def _taken_back(user: User, asked: Requirement) -> Signature:
    """Return what a person has taken back already, for a form sent twice."""
    last = Signature.objects.filter(requirement=asked, signer=user).order_by("-pk").first()
    if last is None:
        raise Forbidden("You have not signed this, so there is nothing to take back.")
    return last


def _record(actor: Actor, asked: Requirement, given: Signature, taken: Signature) -> None:
    record_event(
        event="approval.withdrawn",
        actor=actor,
        obj=asked.round,
        data={
            "requirement": asked.pk,
            "role": asked.role,
            "component": asked.component_key,
            "revision": asked.round.revision,
            "digest": taken.digest,
            "meaning": taken.meaning,
            "auth_method": taken.auth_method,
            "authenticated": clock.iso(taken.authenticated_at or taken.signed_at),
            "attestation": taken.attestation_digest,
            "takes_back": given.attestation_digest,
            "round": asked.round.state,
            **({"for": f"person:{given.on_behalf_of_id}"} if given.on_behalf_of_id else {}),
        },
        private={"note": taken.note},
    )
