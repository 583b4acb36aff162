"""Questions that signers asked: those that wait for a person, and those about a subject."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.approvals.enums import RequirementState
from apps.approvals.models import Inquiry, Requirement
from apps.approvals.rules.pausing import may_answer, may_take_back
from apps.core.decisions import Decision

_OPEN = Q(end="", requirement__state=RequirementState.OPEN)
"""A question about what is decided, or no longer asked, waits for nobody."""


def questions_to(user: User) -> QuerySet[Inquiry]:
    """Return the open questions that wait for a person's answer, the oldest first."""
    return _with_names(Inquiry.objects.filter(_OPEN, asked=user)).order_by("pk")


def questions_about(user: User, subject_type: str, ref: str) -> QuerySet[Inquiry]:
    """Return every question on a subject's requirements that a person may see, newest first."""
    found = _seen_by(user).filter(
        requirement__round__subject_type=subject_type, requirement__round__subject_ref=ref
    )
    return _with_names(found).order_by("-pk")


def open_questions(requirement_ids: Iterable[int]) -> dict[int, list[Inquiry]]:
    """Return the open questions of each requirement, with whom they are asked; one query."""
    found: dict[int, list[Inquiry]] = defaultdict(list)
    for inquiry in _with_names(Inquiry.objects.filter(_OPEN, requirement__in=list(requirement_ids))):
        found[inquiry.requirement_id].append(inquiry)
    return found


def clocks_of(round_id: int | None) -> list[Requirement]:
    """Return what is still to be decided in a round, with its clocks; one query."""
    return list(Requirement.objects.filter(round=round_id, state=RequirementState.OPEN).order_by("pk"))


def question_for(user: User, pk: int) -> Inquiry | None:
    """Return a question that a person may see, or None: whoever may see the requirement may."""
    return _with_names(_seen_by(user).filter(pk=pk)).first()


def question_exists(pk: int) -> bool:
    """Return whether there is such a question, so that a look that was refused can be told from a wrong address."""
    return Inquiry.objects.filter(pk=pk).exists()


def is_open(inquiry: Inquiry) -> bool:
    """Return whether a question waits for its answer: it has none, and what it is about is still to be decided."""
    return not inquiry.end and inquiry.requirement.state == RequirementState.OPEN


def may_answer_now(user: User, inquiry: Inquiry) -> Decision:
    """Return whether a person may answer a question, with the reason when not."""
    return may_answer(
        asked=inquiry.asked_id == user.pk,
        opened_round=inquiry.requirement.round.opened_by_id == user.pk,
        is_open=is_open(inquiry),
    )


def may_take_back_now(user: User, inquiry: Inquiry) -> Decision:
    """Return whether a person may take a question back, with the reason when not."""
    return may_take_back(own=inquiry.asker_id == user.pk, is_open=is_open(inquiry))


def _seen_by(user: User) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(
        with_any_role(user) | Q(requirement__round__opened_by=user) | Q(asked=user) | Q(asker=user)
    )


def _with_names(inquiries: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    return inquiries.select_related("asker", "asked", "ended_by", "requirement__round")
