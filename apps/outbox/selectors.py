"""What a person should know, and what waits to leave the portal."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from apps.outbox.models import Notification, OutboxMessage


def notifications_of(user: AbstractBaseUser) -> QuerySet[Notification]:
    """Return the person's own notifications, newest first."""
    return Notification.objects.filter(user_id=user.pk).order_by("-created_at", "-id")


def unread_count(user: AbstractBaseUser) -> int:
    """Return how many of the person's notifications are unread."""
    return Notification.objects.filter(user_id=user.pk, read_at=None).count()


def dead_count() -> int:
    """Return how many messages were given up: nobody got them, and nobody will."""
    return OutboxMessage.objects.exclude(dead_at=None).count()
