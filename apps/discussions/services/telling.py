"""Telling people that they are named or answered.

Mail says who and about what, and leads to the comment. Its words stay in the portal, where they can be erased and
where only those read them who may still see the subject.
"""

from collections.abc import Iterable

from apps.accounts.models import User
from apps.discussions.models import Comment
from apps.discussions.rules.subjects import Subject
from apps.outbox.services import notify


def tell_named(subject: Subject, comment: Comment, named: Iterable[User]) -> None:
    """Tell each person once that a comment names them. Nobody is told of what they wrote themselves."""
    _tell(
        subject,
        comment,
        named,
        "discussion.named",
        f"{comment.author} named you in a comment on {subject.ref}",
    )


def tell_of_reply(subject: Subject, comment: Comment, named: list[User]) -> None:
    """Tell whoever began the thread that somebody answered, unless the answer names them."""
    first = Comment.objects.filter(thread=comment.thread_id).select_related("author").earliest("pk")
    told = [first.author] if first.author not in named else []
    _tell(subject, comment, told, "discussion.answered", f"{comment.author} answered you on {subject.ref}")


def tell_of_thread(subject: Subject, comment: Comment, named: list[User]) -> None:
    """Tell whoever answers for the subject that somebody began to talk about it, unless they are named."""
    told = [subject.owner] if subject.owner is not None and subject.owner not in named else []
    _tell(subject, comment, told, "discussion.started", f"{comment.author} commented on {subject.ref}")


def _tell(subject: Subject, comment: Comment, people: Iterable[User], rule: str, title: str) -> None:
    for user in people:
        if user.pk == comment.author_id or not user.is_active:
            continue
        notify(
            user=user,
            rule=rule,
            subject=("comment", str(comment.pk)),
            due=comment.written_at,
            title=title,
            body=f"{subject.title}\n\nRead the comment and answer it in the portal.",
            url=f"{subject.url}?comment={comment.pk}#comment-{comment.pk}",
        )
