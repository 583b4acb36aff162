"""Sending a notification by e-mail."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from apps.outbox.handlers import line_for
from apps.outbox.models import Notification


def send_notification(key: str, payload: dict[str, Any]) -> None:
    """Send one notification to its person.

    The Message-ID is the same on every attempt, so that a mail program shows a repeated message once. Someone
    who is no longer active, or has no address, gets none.
    """
    note = Notification.objects.select_related("user").get(pk=payload["notification"])
    address = getattr(note.user, "email", "")
    if not address or not note.user.is_active:
        return
    base = str(getattr(settings, "PUBLIC_URL", "")).rstrip("/")
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    EmailMessage(
        subject=" ".join(note.title.split()),
        body=f"{note.body}\n\n{base}{note.url}\n{_besides(note, base)}",
        to=[address],
        headers={"Message-ID": f"<{key.replace(':', '-')}@{host}>"},
    ).send()


def _besides(note: Notification, base: str) -> str:
    line = line_for(note)
    return f"\n{line.said}\n{base}{line.path}\n" if line else ""
