"""One person's decision on one digest."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import DECISIONS, AuthMethod, RequirementState, RoundState, SignatureDecision
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules.checklists import checklist, unchecked
from apps.approvals.rules.intents import Proof
from apps.approvals.rules.recorded import recorded
from apps.approvals.selectors import Right, approvals_given, my_signature, right_to_sign
from apps.approvals.services.attesting import attest
from apps.approvals.services.covering import in_place_of
from apps.approvals.services.deciding import end_round, tell_listeners
from apps.approvals.services.intents import answered, check_usable, use
from apps.approvals.services.rounds import end_unreachable
from apps.approvals.services.staging import ask_next_stage
from apps.approvals.services.telling import tell_outcome
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, Stale


@transaction.atomic
def sign(
    *,
    actor: Actor,
    requirement: Requirement,
    digest: str,
    decision: str,
    proof: Proof,
    note: str = "",
    checked: Sequence[str] = (),
) -> Signature:
    """Record a person's decision (approve, reject, abstain) on the digest that they were shown, and settle the round.

    ``proof`` names the showing of the page that is answered, which this uses up, and how the caller made sure who
    the person is. The round is locked first, so that two last approvers make one transition, and one showing makes
    one signature. The same decision sent twice is one signature.
    One rejection rejects the whole round: what was asked is settled, and a new revision asks again. So does an
    abstention that leaves too few for the quorum (DESIGN 4.5); any other counts neither for nor against.

    Raises:
        Stale: the digest is not the round's, or the round is closed. ``Spent``: the showing can no longer be used.
        Forbidden: ``rules.may_sign`` refuses, the page was shown to someone else or in another session, or the proof
            is too old. The caller records the denial, after this has rolled back.
        Invalid: the decision is unknown, a rejection or an abstention gives no reason, or an approval leaves a check
            out.
    """
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can sign.")
    _check_input(requirement, decision, note, proof.method, list(checked))
    round_ = Round.objects.select_for_update().get(pk=requirement.round_id)
    asked = Requirement.objects.select_related("round").get(pk=requirement.pk)
    asked.round = round_
    _check_digest(digest, round_)
    given = my_signature(actor.user, asked)
    if given is not None and given.decision == decision:
        return given
    check_open(round_)
    right = right_to_sign(actor.user, asked)
    right.decision.require()
    intent = answered(actor.user, asked, proof)
    _check_digest(intent.digest, round_)
    check_usable(intent, asked, proof, decision)
    signature = write_signature(
        actor.user,
        asked,
        decision,
        note.strip(),
        proof,
        meaning=intent.meanings[decision],
        checked=list(checked),
        on_behalf_of=right.delegation.giver if right.delegation else None,
    )
    use(intent, signature)
    waiting = _settle(asked, signature)
    _record(actor, asked, signature, right)
    if decision == SignatureDecision.ABSTAIN and end_unreachable(actor=actor, held=round_):
        asked.state = RequirementState.REJECTED
        asked.save(update_fields=["state", "updated_at"])
    elif waiting:
        ask_next_stage(actor=actor, held=round_)
    tell_outcome(asked, signature)
    tell_listeners(round_, actor)
    return signature


def _check_input(asked: Requirement, decision: str, note: str, auth_method: str, checked: list[str]) -> None:
    problems: dict[str, list[str]] = {}
    if decision not in DECISIONS:
        problems["decision"] = ["Choose whether you approve, reject or abstain."]
    if decision == SignatureDecision.REJECT and not note.strip():
        problems["note"] = ["Give a reason, so that the requester knows what to change."]
    if decision == SignatureDecision.ABSTAIN and not note.strip():
        problems["note"] = ["Give a reason, so that the others know why you do not decide."]
    if decision == SignatureDecision.APPROVE and unchecked(asked.role, asked.round.subject_type, checked):
        problems["checked"] = ["Confirm each point, or reject."]
    if auth_method not in AuthMethod.values:
        problems["auth_method"] = ["Say how the person proved who they are."]
    if problems:
        raise Invalid(problems)


def _check_digest(digest: str, round_: Round) -> None:
    if digest != round_.digest:
        raise Stale(
            f"{round_.subject_ref} is no longer what you were shown. Nothing was signed.",
            remedy="Open it again, look at what is different, and decide on that.",
        )


def check_open(round_: Round) -> None:
    """Raise Stale, with what came of the round, when it is closed: a late vote is no vote."""
    if round_.state == RoundState.OPEN:
        return
    outcome = {
        RoundState.APPROVED: "has all its signatures",
        RoundState.REJECTED: "has been rejected",
    }.get(RoundState(round_.state), "is no longer asked for")
    raise Stale(
        f"Revision {round_.revision} of {round_.subject_ref} {outcome}. Nothing was signed.",
        remedy="Open it again to see how it stands.",
    )


def write_signature(
    signer: User,
    asked: Requirement,
    decision: str,
    note: str,
    proof: Proof,
    *,
    meaning: str,
    checked: Sequence[str] = (),
    on_behalf_of: User | None,
) -> Signature:
    """Keep a signature with its meaning and its attestation. Whether it may be given is settled."""
    signature = Signature(
        requirement=asked,
        signer=signer,
        on_behalf_of=on_behalf_of,
        decision=decision,
        digest=asked.round.digest,
        meaning=meaning,
        note=note,
        auth_method=proof.method,
        authenticated_at=proof.at,
        nonce=proof.nonce,
        checked=[each for each in checklist(asked.role, asked.round.subject_type) if each in checked],
        signed_at=clock.now(),
    )
    attestation = attest(signature, asked, signer)
    signature.attestation = attestation.decode()
    signature.attestation_digest = hashlib.sha256(attestation).hexdigest()
    signature.save(force_insert=True)
    return signature


def _settle(asked: Requirement, signature: Signature) -> bool:
    """Move the requirement, and the round when this decides it; return whether a stage may have waited for this."""
    if signature.decision == SignatureDecision.REJECT:
        asked.state = RequirementState.REJECTED
    elif signature.decision == SignatureDecision.APPROVE and (
        asked.quorum == 1 or approvals_given(asked) >= asked.quorum
    ):
        asked.state = RequirementState.MET
    else:
        return False
    asked.save(update_fields=["state", "updated_at"])
    round_ = asked.round
    if asked.state == RequirementState.REJECTED:
        end_round(round_, RoundState.REJECTED)
        return False
    unmet = Requirement.objects.filter(round=round_).exclude(state=RequirementState.MET)
    left = set(unmet.values_list("state", flat=True))
    if not left:
        end_round(round_, RoundState.APPROVED)
    return RequirementState.WAITING in left


_EVENTS = {
    SignatureDecision.APPROVE.value: "approval.signed",
    SignatureDecision.REJECT.value: "approval.rejected",
    SignatureDecision.ABSTAIN.value: "approval.abstained",
}


def _record(actor: Actor, asked: Requirement, signature: Signature, right: Right) -> None:
    record_event(
        event=_EVENTS[signature.decision],
        actor=actor,
        obj=asked.round,
        data=recorded(asked, signature) | {"checked": signature.checked} | in_place_of(right.delegation),
        private={"note": signature.note} if signature.note else None,
    )


@transaction.atomic
def erase_notes(*, actor: Actor, signer: User) -> int:
    """Erase the notes that a person wrote on their signatures, and return how many. The signatures stand.

    The ledger holds a note as a salted digest alone. Who may ask is judged by the caller.
    """
    count = Signature.objects.filter(signer=signer).exclude(note="").update(note="")
    record_event(event="approval.notes_erased", actor=actor, obj=signer, data={"notes": count})
    return count
