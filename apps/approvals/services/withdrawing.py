"""Taking a signature back while its round is open."""

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RequirementState, SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature, SignIntent
from apps.approvals.rules.intents import Proof
from apps.approvals.rules.recorded import recorded
from apps.approvals.selectors import eligible_people, my_kept_signature, my_signature
from apps.approvals.services.deciding import tell_listeners
from apps.approvals.services.intents import answered, check_usable, show_signing, use
from apps.approvals.services.pacing import give_time_again
from apps.approvals.services.rounds import end_unreachable
from apps.approvals.services.signing import check_open, write_signature
from apps.approvals.services.telling import tell_open_again
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid

_NOTHING = "Nothing was taken back."


def show_withdrawal(*, actor: Actor, requirement: Requirement, session: str) -> SignIntent:
    """Fix what a person is shown before they take a signature back, and return it with its nonce."""
    return show_signing(
        actor=actor, requirement=requirement, session=session, decisions=[SignatureDecision.WITHDRAW]
    )


@transaction.atomic
def withdraw_signature(*, actor: Actor, requirement: Requirement, reason: str, proof: Proof) -> Signature:
    """Take back an approval or an abstention, and return the signature that says so. Twice is once.

    One on an earlier revision that was kept is taken back for this revision and later ones. It then counts for
    nothing: the requirement opens again, and the person may sign anew, here or in another role. What a later stage
    was asked stays asked. ``proof`` is as for ``sign``: it names the showing of the page, which this uses up.

    Raises:
        Stale: the round is closed. What everyone signed, or someone rejected, stands. ``Spent``: the showing can no
            longer be used.
        Forbidden: the actor is not a person, has not signed this, or was not shown this in this session; or the proof
            is too old.
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
    signed = kept.signature if kept else given
    if signed is None:
        return _taken_back(actor.user, asked)
    intent = answered(actor.user, asked, proof, _NOTHING)
    check_usable(intent, asked, proof, SignatureDecision.WITHDRAW, _NOTHING)
    if kept is not None:
        EarlierSignature.objects.filter(pk=kept.pk).update(withdrawn_at=clock.now())
    else:
        Signature.objects.filter(pk=signed.pk).update(withdrawn_at=clock.now())
    taken = write_signature(
        actor.user,
        asked,
        SignatureDecision.WITHDRAW,
        reason.strip(),
        proof,
        meaning=intent.meanings[SignatureDecision.WITHDRAW],
        on_behalf_of=signed.on_behalf_of,
    )
    use(intent, taken)
    was_met = asked.state == RequirementState.MET
    if was_met:
        asked.state = RequirementState.OPEN
        asked.save(update_fields=["state", *give_time_again(asked), "updated_at"])
    _record(actor, asked, signed, taken)
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
        data=recorded(asked, taken)
        | {"takes_back": given.attestation_digest}
        | ({"for": f"person:{given.on_behalf_of_id}"} if given.on_behalf_of_id else {}),
        private={"note": taken.note},
    )
