"""What was said about a subject, as one person sees it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from apps.accounts.models import User
from apps.core import clock
from apps.core.decisions import Decision
from apps.discussions.models import Comment, Mention, ReadMark, Thread, Wording
from apps.discussions.rules.subjects import Subject
from apps.discussions.rules.words import may_edit, may_withdraw
from apps.discussions.selectors.subjects import subject_for

Show = Literal["all", "open", "mine"]
PAGE = 30
"""Threads on one page."""


@dataclass(frozen=True)
class Spoken:
    """A comment as one person sees it: its words now, those before, and what they may do with it."""

    comment: Comment
    wordings: list[Wording]
    people: dict[str, User] = field(repr=False)
    unread: bool
    may_edit: Decision
    may_withdraw: Decision

    @property
    def words(self) -> Wording:
        """Return its words as they are now."""
        return self.wordings[-1]

    @property
    def before(self) -> list[Wording]:
        """Return its words as they were, the first ones first. What was withdrawn shows none."""
        return [] if self.comment.withdrawn_at else self.wordings[:-1]


@dataclass(frozen=True)
class Talk:
    """A thread with all that was said in it, in order."""

    thread: Thread
    part: str
    said: list[Spoken]

    @property
    def first(self) -> Spoken:
        return self.said[0]

    @property
    def replies(self) -> list[Spoken]:
        return self.said[1:]


@dataclass(frozen=True)
class Counts:
    """How many threads a subject has: all, open, naming this person; and comments that they have not read."""

    all: int
    open: int
    mine: int
    unread: int
    newest: int


@dataclass(frozen=True)
class Page:
    """A page of a discussion. ``older`` is the number of the thread to go on before, or None at the end."""

    talks: list[Talk]
    older: int | None


def counts_for(user: User, subject: Subject) -> Counts:
    """Return how much was said about a subject that this person sees; two queries."""
    threads = _threads(subject).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(settled_at=None)),
        mine=Count("pk", filter=Q(pk__in=_naming(user))),
    )
    read = _read_up_to(user, subject)
    comments = Comment.objects.filter(thread__in=_threads(subject).order_by().values("pk"))
    said = comments.aggregate(
        newest=Max("pk"), unread=Count("pk", filter=Q(pk__gt=read) & ~Q(author=user), distinct=True)
    )
    return Counts(**threads, unread=said["unread"], newest=said["newest"] or 0)


def page_for(user: User, subject: Subject, *, show: Show = "all", before: int | None = None) -> Page:
    """Return a page of threads about a subject, newest first, in a constant number of queries."""
    threads = _threads(subject).order_by("-pk")
    if show == "open":
        threads = threads.filter(settled_at=None)
    elif show == "mine":
        threads = threads.filter(pk__in=_naming(user))
    if before is not None:
        threads = threads.filter(pk__lt=before)
    found = list(threads.prefetch_related(_comments())[: PAGE + 1])
    shown = found[:PAGE]
    return Page(talks_of(user, subject, shown), shown[-1].pk if len(found) > PAGE else None)


def talks_of(user: User, subject: Subject, threads: Iterable[Thread]) -> list[Talk]:
    """Return threads with what was said, as this person sees it; one query beside those of ``_comments``."""
    read = _read_up_to(user, subject)
    return [
        Talk(
            thread,
            subject.parts.get(thread.about, ""),
            [_spoken(user, comment, read) for comment in thread.comments.all()],
        )
        for thread in threads
    ]


def comments_for(user: User, subject_type: str, ref: str) -> QuerySet[Comment]:
    """Return every comment on a subject, newest first; none when the person may not see it."""
    subject = subject_for(user, subject_type, ref)
    found = (
        Comment.objects.none()
        if subject is None
        else Comment.objects.filter(thread__subject_type=subject.type, thread__subject_ref=subject.ref)
    )
    return (
        found.select_related("author", "thread")
        .prefetch_related("wordings", "mentions__user")
        .order_by("-pk")
    )


def thread_for(user: User, subject: Subject, pk: int) -> Thread | None:
    """Return a thread about a subject that this person sees, or None."""
    return _threads(subject).filter(pk=pk).prefetch_related(_comments()).first()


def comment_for(user: User, subject: Subject, pk: int) -> Spoken | None:
    """Return a comment about a subject that this person sees, or None."""
    threads = _threads(subject).values("pk")
    found = Comment.objects.filter(thread__in=threads, pk=pk).select_related("thread", "author")
    comment = found.prefetch_related("wordings", _named()).first()
    return _spoken(user, comment, comment.pk) if comment else None


def _threads(subject: Subject) -> QuerySet[Thread]:
    found = Thread.objects.filter(subject_type=subject.type, subject_ref=subject.ref)
    return found.select_related("settled_by")


def _naming(user: User) -> QuerySet[Mention, int]:
    return Mention.objects.filter(user=user).values_list("comment__thread", flat=True)


def _comments() -> "Prefetch[str]":
    comments = Comment.objects.select_related("author").prefetch_related("wordings", _named())
    return Prefetch("comments", comments.order_by("pk"))


def _named() -> "Prefetch[str]":
    return Prefetch("mentions", Mention.objects.select_related("user"))


def _read_up_to(user: User, subject: Subject) -> int:
    mark = ReadMark.objects.filter(user=user, subject_type=subject.type, subject_ref=subject.ref)
    return mark.values_list("up_to", flat=True).first() or 0


def _spoken(user: User, comment: Comment, read: int) -> Spoken:
    own, withdrawn = comment.author_id == user.pk, comment.withdrawn_at is not None
    return Spoken(
        comment=comment,
        wordings=list(comment.wordings.all()),
        people={mention.user.username: mention.user for mention in comment.mentions.all()},
        unread=comment.pk > read and not own,
        may_edit=may_edit(own=own, withdrawn=withdrawn, written_at=comment.written_at, now=clock.now()),
        may_withdraw=may_withdraw(own=own, withdrawn=withdrawn),
    )
