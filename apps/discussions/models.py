"""What people say about a subject: threads, comments and their wordings, who is named, what was read."""

from django.conf import settings
from django.db import models

from apps.core.models import Stamped


class Thread(Stamped):
    """A conversation about a subject, or about one part of it. ``subject_*`` is as in the ledger."""

    subject_type = models.CharField(max_length=20)
    subject_ref = models.CharField(max_length=40)
    about = models.CharField(max_length=40, blank=True, help_text="A part of the subject. Blank: the whole.")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_ref"], name="threads_of_subject")]
        constraints = [
            models.CheckConstraint(
                name="settled_by_someone",
                condition=models.Q(settled_at=None, settled_by=None)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Thread {self.pk} about {self.subject_ref}"

    def ledger_ref(self) -> tuple[str, str]:
        return self.subject_type, self.subject_ref


class Comment(models.Model):
    """One thing that a person said. Its words are its newest ``Wording``; it is never deleted."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["author", "-written_at"], name="comments_of_author")]

    def __str__(self) -> str:
        return f"Comment {self.pk}"


class Wording(models.Model):
    """The words of a comment. An edit adds one; the ones before stay. Erasing empties ``text``."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="wordings")
    number = models.PositiveSmallIntegerField(help_text="1 is what was written first.")
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()
    entry = models.BigIntegerField(
        help_text="The ledger's entry that holds its salted digest.", db_index=True
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="wording_once")]


class Mention(models.Model):
    """A person whom a comment names. Each is told once a comment, however often it is edited."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]


class ReadMark(models.Model):
    """How far a person has read about a subject: up to and with the comment with this number."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=20)
    subject_ref = models.CharField(max_length=40)
    up_to = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_type", "subject_ref"], name="read_mark_once")
        ]
