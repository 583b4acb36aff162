"""Putting messages into the outbox, in the transaction of what they tell about."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from celery import current_app
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from apps.outbox.models import Notification, OutboxMessage

_log = logging.getLogger(__name__)

# One round trip: the notification, and the message only if the notification is new.
_NOTIFY = """
WITH note AS (
    INSERT INTO outbox_notification
        (user_id, rule, subject_type, subject_id, due, title, body, url, created_at)
    VALUES (%(user)s, %(rule)s, %(type)s, %(id)s, %(due)s, %(title)s, %(body)s, %(url)s, %(now)s)
    ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO outbox_message (topic, key, payload, created_at, due_at, attempts, last_error)
SELECT 'email', 'notification:' || id, jsonb_build_object('notification', id), %(now)s, %(now)s, 0, ''
FROM note
"""


@transaction.atomic
def notify(
    *,
    user: AbstractBaseUser,
    rule: str,
    subject: tuple[str, str],
    due: datetime,
    title: str,
    body: str,
    url: str,
) -> None:
    """Tell a person something in the portal and by e-mail.

    A second call with the same person, rule, subject and due time does nothing. ``url`` is a path of the
    portal.
    """
    values = {
        "user": user.pk,
        "rule": rule,
        "type": subject[0],
        "id": subject[1],
        "due": due,
        "title": title[:250],
        "body": body,
        "url": url,
        "now": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTIFY, values)
        if cursor.rowcount:
            _poke_after_commit()


@transaction.atomic
def enqueue(*, topic: str, key: str, payload: dict[str, Any]) -> None:
    """Leave a message to be delivered. A second one with the same topic and key does nothing."""
    now = clock.now()
    message = OutboxMessage(topic=topic, key=key, payload=payload, created_at=now, due_at=now)
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    _poke_after_commit()


@transaction.atomic
def mark_read(*, actor: Actor, ids: Iterable[int] | None = None) -> int:
    """Mark the actor's own notifications as read (all, or those given), and return how many were unread.

    Raises:
        Forbidden: the actor is not a person.
    """
    if actor.user is None:
        raise Forbidden("Only a person has notifications.")
    unread = Notification.objects.filter(user_id=actor.user.pk, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=clock.now())


def _poke_after_commit() -> None:
    """Wake the worker once the transaction is committed, once a transaction."""
    if not any(waiting is _poke for _, waiting, *_ in connection.run_on_commit):
        transaction.on_commit(_poke, robust=True)


def _poke() -> None:
    try:
        current_app.send_task("apps.outbox.tasks.task_deliver_outbox", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, beat delivers later
        _log.warning("The worker could not be woken: %s. Beat delivers the outbox later.", error)
