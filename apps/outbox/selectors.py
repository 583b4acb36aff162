"""What a person should know, and what waits to leave the portal."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from apps.outbox.models import Notification, OutboxMessage


def notifications_of(user: AbstractBaseUser) -> QuerySet[Notification]:
    """Return the person's own notifications, newest first."""
    return Notification.objects.filter(user_id=user.pk).order_by("-created_at", "-id")


def unread_count(user: AbstractBaseUser) -> int:
    """Return how many of the person's notifications are unread."""
    return Notification.objects.filter(user_id=user.pk, read_at=None).count()


def oldest_due_at() -> datetime | None:
    """Return since when the message that waits longest could have left, or None when none waits."""
    waiting = OutboxMessage.objects.filter(delivered_at=None, dead_at=None)
    return waiting.order_by("due_at", "id").values_list("due_at", flat=True).first()


def dead_messages() -> QuerySet[OutboxMessage]:
    """Return the messages that were given up, newest first."""
    return OutboxMessage.objects.exclude(dead_at=None).order_by("-dead_at", "-id")
