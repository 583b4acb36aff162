"""Messages that leave the portal, and notifications that people read in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """A message to deliver at least once. ``due_at`` is when the next attempt may start (UTC)."""

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "outbox_message"
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="outbox_message_key")]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(delivered_at=None, dead_at=None),
                name="outbox_message_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class Notification(models.Model):
    """Something a person should know, shown once however often it was asked for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=250)
    due = models.DateTimeField()
    title = models.CharField(max_length=250)
    body = models.TextField()
    url = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_notification"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "rule", "subject_type", "subject_id", "due"], name="outbox_notification_once"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="outbox_note_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="outbox_note_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} for {self.user_id}: {self.title}"
