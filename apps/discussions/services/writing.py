"""Writing a comment, wording it again, and taking it back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.discussions.models import Comment, Mention, Thread, Wording
from apps.discussions.rules.subjects import Subject
from apps.discussions.rules.words import (
    BURST_TIME,
    burst_problem,
    clean,
    may_edit,
    may_withdraw,
    named_in,
    naming_problem,
    text_problem,
)
from apps.discussions.selectors import people_named
from apps.discussions.services.access import of_thread, open_to, speaker
from apps.discussions.services.settling import read_up_to
from apps.discussions.services.telling import tell_named, tell_of_reply, tell_of_thread

_TWICE = timedelta(minutes=1)
"""The same words by the same person within this time are one comment that was sent twice."""


@transaction.atomic
def start_thread(*, actor: Actor, subject_type: str, ref: str, text: str, about: str = "") -> Comment:
    """Begin a conversation about a subject, or about one of its parts, and return its first comment.

    Raises:
        Forbidden: the actor is no person, or may not see the subject, or only read about it.
        Invalid: ``text`` is empty, too long, one too many, or names someone who cannot read it; ``about`` is no part.
    """
    author = speaker(actor)
    subject = open_to(author, subject_type, ref)
    if about and about not in subject.parts:
        raise Invalid({"about": ["Choose one of the parts, or the whole."]})
    words, named = _checked(subject, text)
    before = _said_lately(author)
    again = before.filter(
        thread__subject_type=subject.type, thread__subject_ref=subject.ref, thread__about=about
    )
    if sent_twice := _same_words(again, words):
        return sent_twice
    _check_burst(before)
    thread = Thread.objects.create(subject_type=subject.type, subject_ref=subject.ref, about=about)
    comment = _write(actor, author, subject, thread, words, named, starts=True)
    tell_of_thread(subject, comment, named)
    return comment


@transaction.atomic
def reply(*, actor: Actor, thread: Thread, text: str) -> Comment:
    """Answer in a thread. Whoever began it is told.

    Raises:
        Forbidden, Invalid: as ``start_thread``.
    """
    author = speaker(actor)
    subject = of_thread(author, thread)
    words, named = _checked(subject, text)
    before = _said_lately(author)
    if sent_twice := _same_words(before.filter(thread=thread), words):
        return sent_twice
    _check_burst(before)
    comment = _write(actor, author, subject, thread, words, named, starts=False)
    tell_of_reply(subject, comment, named)
    return comment


@transaction.atomic
def edit_comment(*, actor: Actor, comment: Comment, text: str) -> Comment:
    """Word one's own comment again. What it said before stays; people it names now and did not before are told.

    Raises:
        Forbidden: it is another person's, was withdrawn, or is older than ``EDIT_TIME``.
        Invalid: as ``start_thread``.
    """
    author = speaker(actor)
    held = _held(comment)
    subject = of_thread(author, held.thread)
    may_edit(
        own=held.author_id == author.pk,
        withdrawn=held.withdrawn_at is not None,
        written_at=held.written_at,
        now=clock.now(),
    ).require()
    words, named = _checked(subject, text)
    latest = held.wordings.last()
    assert latest is not None
    if latest.text == words:
        return held
    facts = {"thread": held.thread_id, "comment": held.pk, "wording": latest.number + 1}
    entry = record_event(
        event="comment.edited",
        actor=actor,
        obj=subject.key,
        data=facts | {"named": _numbers(named)},
        private={"text": words},
    )
    _word(held, latest.number + 1, words, entry)
    _name(subject, held, named)
    return held


@transaction.atomic
def withdraw_comment(*, actor: Actor, comment: Comment) -> Comment:
    """Take one's own comment back. The page then says so; the record keeps what it said. Twice is once.

    Raises:
        Forbidden: it is another person's, or the person may not see the subject any more.
    """
    author = speaker(actor)
    held = _held(comment)
    subject = of_thread(author, held.thread)
    own = held.author_id == author.pk
    if own and held.withdrawn_at is not None:
        return held
    may_withdraw(own=own, withdrawn=False).require()
    held.withdrawn_at = clock.now()
    held.save(update_fields=["withdrawn_at"])
    record_event(
        event="comment.withdrawn",
        actor=actor,
        obj=subject.key,
        data={"thread": held.thread_id, "comment": held.pk},
    )
    return held


def _checked(subject: Subject, text: str) -> tuple[str, list[User]]:
    """Return the words as they are kept, and the people whom they name. Raises Invalid (``text``)."""
    words = clean(text)
    if problem := text_problem(words):
        raise Invalid({"text": [problem]})
    named = people_named(subject, named_in(words))
    left, kept_out = [str(user) for user in named.left], [str(user) for user in named.kept_out]
    if problem := naming_problem(named.unknown, left, kept_out, subject.ref):
        raise Invalid({"text": [problem]})
    return words, named.people


def _said_lately(author: User) -> QuerySet[Comment]:
    """Return what a person wrote in the last while. They are held, so that two posts at once come one by one."""
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    return Comment.objects.filter(author=author, written_at__gt=clock.now() - BURST_TIME)


def _same_words(comments: QuerySet[Comment], words: str) -> Comment | None:
    lately = comments.filter(written_at__gt=clock.now() - _TWICE, withdrawn_at=None)
    return lately.filter(wordings__number=1, wordings__text=words).first()


def _check_burst(comments: QuerySet[Comment]) -> None:
    if problem := burst_problem(comments.count()):
        raise Invalid({"text": [problem]})


def _held(comment: Comment) -> Comment:
    return Comment.objects.select_for_update(of=("self",)).select_related("thread").get(pk=comment.pk)


def _write(
    actor: Actor,
    author: User,
    subject: Subject,
    thread: Thread,
    words: str,
    named: list[User],
    *,
    starts: bool,
) -> Comment:
    comment = Comment.objects.create(thread=thread, author=author, written_at=clock.now())
    entry = record_event(
        event="comment.started" if starts else "comment.added",
        actor=actor,
        obj=subject.key,
        data={
            "thread": thread.pk,
            "comment": comment.pk,
            "about": subject.parts.get(thread.about, ""),
            "named": _numbers(named),
        },
        private={"text": words},
    )
    _word(comment, 1, words, entry)
    _name(subject, comment, named)
    read_up_to(author, subject, comment.pk)
    return comment


def _word(comment: Comment, number: int, words: str, entry: int) -> None:
    Wording.objects.create(comment=comment, number=number, text=words, written_at=clock.now(), entry=entry)


def _name(subject: Subject, comment: Comment, named: list[User]) -> None:
    """Keep who is named now, and tell those who were not before."""
    known = set(comment.mentions.values_list("user_id", flat=True))
    new = [user for user in named if user.pk not in known]
    Mention.objects.bulk_create(Mention(comment=comment, user=user) for user in new)
    tell_named(subject, comment, new)


def _numbers(named: list[User]) -> list[str]:
    return [f"person:{user.pk}" for user in named]
