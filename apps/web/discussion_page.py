"""What the page of a discussion shows, gathered for its template."""

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.approvals.models import Inquiry
from apps.approvals.selectors import clocks_of, may_answer_now, may_take_back_now, questions_about
from apps.approvals.selectors import is_open as question_is_open
from apps.changes.models import Change
from apps.changes.selectors.discussed import subject_of
from apps.core.decisions import Decision
from apps.discussions.rules.words import LONGEST
from apps.discussions.selectors import Show, Talk, counts_for, page_for, people_to_name
from apps.insights.rules.grammar import join_and
from apps.web.forms.discussion import CommentForm, ThreadForm

SHOWS: dict[str, Show] = {"all": "all", "open": "open", "mine": "mine"}
MOST_OFFERED = 200
"""People offered by name. Any other can still be named by writing @ and the user name."""


@dataclass(frozen=True)
class Asked:
    """A question of a signer, with what this person may do about it."""

    inquiry: Inquiry
    is_open: bool
    may_answer: Decision
    may_take_back: Decision


@dataclass(frozen=True)
class Conversation:
    """A thread with the form to answer in it."""

    talk: Talk
    form: CommentForm
    is_answered: bool


@dataclass(frozen=True)
class Wanted:
    """What of a discussion was asked for: which threads, and before which one."""

    show: Show = "all"
    before: int | None = None


def context_of(
    user: User,
    change: Change,
    wanted: Wanted,
    *,
    form: ThreadForm | None = None,
    reply: tuple[int, CommentForm] | None = None,
) -> dict[str, Any]:
    """Return everything the page shows, in a constant number of queries. ``reply`` is a form that was refused."""
    subject = subject_of(user, change)
    page = page_for(user, subject, show=wanted.show, before=wanted.before)
    clocks = clocks_of(change.round_id)
    asked = [asked_by(user, inquiry) for inquiry in questions_about(user, "change", change.ref)]
    return {
        "change": change,
        "subject": subject,
        "show": wanted.show,
        "counts": counts_for(user, subject),
        "open_questions": [one for one in asked if one.is_open],
        "past_questions": [one for one in asked if not one.is_open],
        "conversations": [_conversation(talk, reply) for talk in page.talks],
        "settled": [talk for talk in page.talks if talk.thread.settled_at],
        "older": page.older,
        "clocks": clocks,
        "paused": sum(one.paused_at is not None for one in clocks),
        "people": people_to_name(subject)[:MOST_OFFERED],
        "form": form or ThreadForm(parts=subject.parts),
        "refused": reply[1] if reply else form,
        "longest": LONGEST,
    }


def asked_by(user: User, inquiry: Inquiry) -> Asked:
    """Return a question with what this person may do about it."""
    return Asked(
        inquiry, question_is_open(inquiry), may_answer_now(user, inquiry), may_take_back_now(user, inquiry)
    )


def waits_for(user: User, questions: list[Inquiry]) -> str:
    """Return whose answer a decision waits for, as this person says it; empty when no question is open."""
    names = dict.fromkeys("you" if one.asked_id == user.pk else str(one.asked) for one in questions)
    return f"Waits for an answer from {join_and(list(names))}" if names else ""


def _conversation(talk: Talk, reply: tuple[int, CommentForm] | None) -> Conversation:
    answered = reply is not None and reply[0] == talk.thread.pk
    form = reply[1] if reply is not None and answered else CommentForm(auto_id=form_id(talk.thread.pk))
    return Conversation(talk, form, answered)


def form_id(thread: int) -> str:
    """Return the ids of the fields of an answer: many forms stand on one page."""
    return f"id_t{thread}_%s"
