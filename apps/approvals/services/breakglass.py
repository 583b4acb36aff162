"""Going ahead before everyone has signed: one authorised signature, a reason, an incident; the others sign afterwards.

The round stays open: those passed over sign in it with every check that there always is. So what went ahead is
never forgotten: it ends when all of them have signed, or one of them refuses.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import AuthMethod, RequirementState, RoundState
from apps.approvals.models import Bar, BreakGlass, Requirement, Round, SignIntent
from apps.approvals.rules.attested import GO_AHEAD
from apps.approvals.rules.breakglass import meaning_of, problems_with
from apps.approvals.rules.intents import LIFE, Proof, is_alive, may_rely_on
from apps.approvals.selectors import authority_over, may_let_go_now, passed_over
from apps.approvals.selectors.breakglass import Place
from apps.approvals.services.attesting import attest_go_ahead
from apps.approvals.services.deciding import tell_listeners
from apps.approvals.services.intents import Spent
from apps.approvals.services.pacing import restart_clock
from apps.approvals.services.telling_ahead import tell_passed_over
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, Stale

_BAR = "You let this go ahead before everyone had signed. Others look at it afterwards."


@transaction.atomic
def show_go_ahead(*, actor: Actor, round: Round, session: str) -> SignIntent:
    """Fix what a person is shown before they let a round go ahead, and return it with its nonce."""
    return SignIntent.objects.create(
        nonce=secrets.token_urlsafe(32),
        user=_person(actor),
        session=session,
        round=round,
        digest=round.digest,
        meanings={GO_AHEAD: _meaning(round)},
        shown_at=clock.now(),
    )


@transaction.atomic
def go_ahead(
    *,
    actor: Actor,
    round: Round,
    digest: str,
    reason: str,
    incident: str,
    over: Sequence[Place],
    proof: Proof,
) -> BreakGlass:
    """Let a round go ahead before everyone has signed, and tell those passed over. ``over`` is what it is about.

    The round is locked first, as a signature locks it. The same person's second sending is the first one.

    Raises:
        Forbidden: ``rules.may_let_go`` refuses, or the page was shown to someone else or in another session.
        Stale: the digest is not the round's, the round is closed, or someone else let it go ahead already.
        Invalid (``reason``, ``incident``): what is missing, or not an http or https address.
    """
    person = _person(actor)
    reason, incident = reason.strip(), incident.strip()
    _check_input(reason, incident, proof)
    held = Round.objects.select_for_update().get(pk=round.pk)
    _check_digest(digest, held)
    earlier = BreakGlass.objects.select_related("by").filter(round=held).first()
    if earlier is not None and earlier.by_id == person.pk:
        return earlier
    may_let_go_now(person, held, over).require()
    _check_waits(held, earlier)
    _check_shown(person, held, proof)
    skipped = passed_over(held)
    broken = _write(actor, person, held, skipped, reason, incident, proof)
    _ask_afterwards(broken, person)
    tell_passed_over(broken, skipped)
    tell_listeners(held, actor)
    return broken


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can let something go ahead.")
    return actor.user


def _check_input(reason: str, incident: str, proof: Proof) -> None:
    problems = problems_with(reason, incident)
    if proof.method not in AuthMethod.values:
        problems["auth_method"] = ["Say how the person proved who they are."]
    if problems:
        raise Invalid(problems)


def _check_digest(digest: str, held: Round) -> None:
    if digest != held.digest:
        raise Stale(
            f"{held.subject_ref} is no longer what you were shown. Nothing was signed.",
            remedy="Open it again, look at what is different, and decide on that.",
        )


def _check_waits(held: Round, earlier: BreakGlass | None) -> None:
    if earlier is not None:
        raise Stale(
            f"{earlier.by} let {held.subject_ref} go ahead already. Nothing more was signed.",
            remedy="Open it to see who signs afterwards.",
        )
    if held.state != RoundState.OPEN:
        state = held.get_state_display().lower()
        raise Stale(
            f"The signing of {held.subject_ref} is over ({state}). Nothing was signed.",
            remedy="Open it again to see how it stands.",
        )


def _check_shown(person: User, held: Round, proof: Proof) -> None:
    """Raise unless the page was shown to this person, in this session, less than five minutes ago."""
    intent = SignIntent.objects.filter(
        nonce=proof.nonce, user=person, session=proof.session, round=held
    ).first()
    if intent is None:
        raise Forbidden(
            "This was not shown to you in this session. Nothing was signed.",
            remedy="Open the page yourself, and sign there.",
        )
    _check_digest(intent.digest, held)
    now = clock.now()
    if not is_alive(intent.shown_at, now):
        raise Spent(
            f"You were shown this more than {LIFE.seconds // 60} minutes ago. Nothing was signed.",
            remedy="Look at it again, then sign.",
        )
    # A proof from earlier in the session never serves here: this stands for everyone who is passed over.
    may_rely_on(proof, now, timedelta(0)).require()


def _meaning(round_: Round) -> str:
    return meaning_of(f"{round_.subject_ref}, revision {round_.revision}")


def _write(
    actor: Actor,
    person: User,
    held: Round,
    skipped: list[tuple[Requirement, list[User]]],
    reason: str,
    incident: str,
    proof: Proof,
) -> BreakGlass:
    now = clock.now()
    broken = BreakGlass(
        round=held,
        by=person,
        reason=reason,
        incident=incident,
        meaning=_meaning(held),
        auth_method=proof.method,
        at=now,
        due_at=now + authority_over(held).time_to_sign,
    )
    over = [{"requirement": one.pk, "role": one.role, "component": one.component_key} for one, _ in skipped]
    attestation = attest_go_ahead(broken, over, proof)
    broken.attestation = attestation.decode()
    broken.attestation_digest = hashlib.sha256(attestation).hexdigest()
    broken.entry = record_event(
        event="approval.went_ahead",
        actor=actor,
        obj=held,
        data={
            "round": held.pk,
            "revision": held.revision,
            "digest": held.digest,
            "policy": held.policy_version,
            "meaning": broken.meaning,
            "auth_method": broken.auth_method,
            "nonce": proof.nonce,
            "attestation": broken.attestation_digest,
            "passed_over": over,
            "due": clock.iso(broken.due_at),
        },
        private={"reason": reason, "incident": incident},
    )
    broken.save(force_insert=True)
    held.went_ahead_at = now
    held.save(update_fields=["went_ahead_at", "updated_at"])
    return broken


def _ask_afterwards(broken: BreakGlass, person: User) -> None:
    """Ask everyone passed over at once, whatever their stage, by the new time; and bar whoever passed them over.

    What is signed already gets the new time too: it may be taken back, and is then asked by that.
    """
    held = broken.round
    for asked in Requirement.objects.filter(round=held):
        fields = restart_clock(asked, broken.due_at)
        if asked.state == RequirementState.WAITING:
            asked.state = RequirementState.OPEN
        asked.save(update_fields=[*fields, "state", "updated_at"])
    Bar.objects.get_or_create(round=held, requirement=None, user=person, defaults={"reason": _BAR})
