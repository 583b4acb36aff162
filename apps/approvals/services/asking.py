"""Asking for information before a decision, answering, and the clock that stands meanwhile.

Only the clock of the requirement that was asked about stands: everyone else goes on signing, and nothing is decided
by waiting (DESIGN 4.6). It stands for ``MOST_PAUSED`` in all, and once however many questions are open.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from apps.accounts.models import User
from apps.approvals.enums import InquiryEnd, RequirementState
from apps.approvals.models import Inquiry, Requirement, Round
from apps.approvals.rules.pausing import MOST_PAUSED, Clock, text_problem
from apps.approvals.selectors import (
    may_answer_now,
    may_sign_now,
    may_take_back_now,
    pace_of,
    requirement_for,
)
from apps.approvals.services.pacing import move_due
from apps.approvals.services.telling import tell_answered, tell_clock_runs, tell_question, tell_taken_back
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import Forbidden, Invalid, Stale


@dataclass(frozen=True)
class _Held:
    """A requirement that nobody else moves until the transaction ends, and its clock before."""

    requirement: Requirement
    before: Clock


@transaction.atomic
def ask_information(
    *, actor: Actor, requirement: Requirement, question: str, asked: User | None = None
) -> Inquiry:
    """Ask the requester, or another named person, before deciding. The clock of the requirement stands.

    Asking again while one's own question is open changes nothing: it returns that question.

    Raises:
        Forbidden: the actor may not sign the requirement, so has nothing to ask for.
        Stale: the requirement is decided, or no longer asked.
        Invalid: ``question`` is empty or too long; ``asked`` may not see it, has left, or is the actor.
    """
    asker = _person(actor)
    held = _hold(requirement)
    may_sign_now(asker, held.requirement).require()
    text = _clean(question, "question", "Write what you need to know.")
    person = _whom(held.requirement, asker, asked)
    if earlier := Inquiry.objects.filter(requirement=held.requirement, asker=asker, end="").first():
        return earlier
    after = _move(held, held.before.paused(clock.now()))
    entry = record_event(
        event="approval.information_asked",
        actor=actor,
        obj=held.requirement.round,
        data=_facts(held.requirement) | {"of": f"person:{person.pk}", "paused": after.paused_at is not None},
        private={"question": text},
    )
    inquiry = Inquiry.objects.create(
        requirement=held.requirement,
        asker=asker,
        asked=person,
        question=text,
        question_entry=entry,
        asked_at=clock.now(),
    )
    tell_question(inquiry)
    return inquiry


@transaction.atomic
def answer_information(*, actor: Actor, inquiry: Inquiry, answer: str) -> Inquiry:
    """Answer a question. When it was the last one open, the clock runs again, later by as long as it stood.

    Raises:
        Forbidden: the actor is neither asked nor the requester.
        Stale: it is answered, taken back, or what it is about is decided.
        Invalid: ``answer`` is empty or too long.
    """
    person = _person(actor)
    held, current = _hold_question(inquiry)
    may_answer_now(person, current).require()
    text = _clean(answer, "answer", "Write the answer.")
    facts = _end(held, current, InquiryEnd.ANSWERED, person)
    current.answer = text
    current.answer_entry = record_event(
        event="approval.information_given",
        actor=actor,
        obj=held.requirement.round,
        data=facts,
        private={"answer": text},
    )
    current.save()
    tell_answered(current)
    return current


@transaction.atomic
def take_back_question(*, actor: Actor, inquiry: Inquiry) -> Inquiry:
    """Take one's own question back. When it was the last one open, the clock runs again.

    Raises:
        Forbidden: another person asked it.
        Stale: it is answered, taken back, or what it is about is decided.
    """
    person = _person(actor)
    held, current = _hold_question(inquiry)
    may_take_back_now(person, current).require()
    facts = _end(held, current, InquiryEnd.TAKEN_BACK, person)
    record_event(event="approval.question_taken_back", actor=actor, obj=held.requirement.round, data=facts)
    current.save()
    tell_taken_back(current)
    return current


@transaction.atomic
def resume_clocks(*, limit: int = 200) -> int:
    """Let the clocks run again that have stood for as long as one may, and return how many.

    The question stays open, and may still be answered.
    """
    late = Requirement.objects.filter(
        Q(paused_at__lte=clock.now() - MOST_PAUSED + F("paused_for")), state=RequirementState.OPEN
    )
    both = late.select_related("round").order_by("pk")
    found = list(both.select_for_update(skip_locked=True, no_key=True, of=("self", "round"))[:limit])
    for requirement in found:
        held = _Held(requirement, _clock_of(requirement))
        _move(held, held.before.resumed(_counted_until(held)))
        record_event(
            event="approval.clock_resumed",
            actor=system("approvals"),
            obj=requirement.round,
            data=_facts(requirement),
        )
        tell_clock_runs(requirement)
    return len(found)


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can ask or answer.")
    return actor.user


def _hold(requirement: Requirement) -> _Held:
    """Hold the round first, as a signature does, so that the two never wait for each other."""
    round_ = Round.objects.select_for_update().get(pk=requirement.round_id)
    current = Requirement.objects.select_for_update().get(pk=requirement.pk)
    current.round = round_
    return _Held(current, _clock_of(current))


def _hold_question(inquiry: Inquiry) -> tuple[_Held, Inquiry]:
    held = _hold(Requirement.objects.get(pk=inquiry.requirement_id))
    current = (
        Inquiry.objects.select_for_update(of=("self",)).select_related("asker", "asked").get(pk=inquiry.pk)
    )
    current.requirement = held.requirement
    if current.end or held.requirement.state != RequirementState.OPEN:
        raise Stale(
            f"{current.ref} is closed. Nothing was changed.",
            remedy="Open the page again to see what came of it.",
        )
    return held, current


def _whom(requirement: Requirement, asker: User, named: User | None) -> User:
    person = named or requirement.round.opened_by
    if person is None:
        raise Invalid({"asked": ["Name the person to ask: nobody in person asked for this signature."]})
    if person.pk == asker.pk:
        raise Invalid({"asked": ["You cannot ask yourself. Name someone else."]})
    if not person.is_active:
        raise Invalid({"asked": [f"{person} has left. Name someone else."]})
    if requirement_for(person, requirement.pk) is None:
        raise Invalid(
            {"asked": [f"{person} may not see {requirement.round.subject_ref}. Name someone who may."]}
        )
    return person


def _clean(text: str, name: str, empty: str) -> str:
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if problem := text_problem(words, empty):
        raise Invalid({name: [problem]})
    return words


def _end(held: _Held, inquiry: Inquiry, end: InquiryEnd, person: User) -> dict[str, object]:
    """Close a question, and let the clock run when no other is open. Returns the facts for the ledger."""
    now: datetime = clock.now()
    inquiry.end, inquiry.ended_at, inquiry.ended_by = end, now, person
    others = Inquiry.objects.filter(requirement=held.requirement, end="").exclude(pk=inquiry.pk)
    if not others.exists():
        _move(held, held.before.resumed(_counted_until(held)))
    return _facts(held.requirement) | {"inquiry": inquiry.pk}


def _counted_until(held: _Held) -> datetime:
    """Return until when the clock stood for a question: a hold that began meanwhile counts by itself."""
    return held.requirement.round.stands_since or clock.now()


def _move(held: _Held, after: Clock) -> Clock:
    if after != held.before:
        asked = held.requirement
        asked.paused_at, asked.paused_for = after.paused_at, after.paused_for
        changed = ["paused_at", "paused_for", "updated_at"]
        if after.due_at != held.before.due_at:
            changed += move_due(asked, after.due_at)
        asked.save(update_fields=changed)
    return after


def _clock_of(requirement: Requirement) -> Clock:
    return Clock(requirement.due_at, requirement.paused_at, requirement.paused_for, pace_of(requirement))


def _facts(requirement: Requirement) -> dict[str, object]:
    return {
        "requirement": requirement.pk,
        "role": requirement.role,
        "component": requirement.component_key,
        "revision": requirement.round.revision,
        "digest": requirement.round.digest,
        "due": clock.iso(requirement.due_at),
    }
