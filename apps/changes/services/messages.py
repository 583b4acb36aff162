"""Messages of a communication plan: planned by whoever runs the change, sent when their time comes."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.changes.enums import ENDED, PLANNED, Audience, ChangeState, MessageTime
from apps.changes.models import Change, PlannedMessage
from apps.changes.rules.message_texts import Texts
from apps.changes.rules.messages import turn_of
from apps.changes.rules.window import said
from apps.changes.selectors.artifacts import attach_decision
from apps.changes.selectors.messages import (
    audience_of,
    course_of,
    is_due_again,
    technical_readers,
    texts_now,
    turn_now,
)
from apps.changes.services.access import locked
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.services import notify

TEXT_LIMIT = 2_000
MOST = 20
"""Messages that one change can plan."""
_log = logging.getLogger(__name__)


@transaction.atomic
def plan_message(*, actor: Actor, change: Change, at: str, audience: str, text: str) -> PlannedMessage:
    """Plan a message: who is told what, and when, counted from the window.

    Raises:
        Forbidden: the actor does not run the change.
        Invalid: a part is missing or too long, its time is over, or there are as many as there may be.
    """
    held = _permitted(actor, change)
    clean = text.replace("\r\n", "\n").strip()
    problems: dict[str, list[str]] = {}
    if at not in MessageTime.values:
        problems["at"] = ["Choose when it goes out."]
    elif never := _over(MessageTime(at), held):
        problems["at"] = [never]
    if audience not in Audience.values:
        problems["audience"] = ["Choose who is told."]
    if "\x00" in clean:
        problems["text"] = ["Take out the null character: it cannot be stored."]
    elif len(clean) > TEXT_LIMIT:
        problems["text"] = [f"Say the rest in {TEXT_LIMIT:,} characters at most."]
    if PlannedMessage.objects.filter(change=held, dropped_at=None).count() >= MOST:
        problems["at"] = [f"{MOST} messages are planned. Take one back first."]
    if problems:
        raise Invalid(problems)
    assert isinstance(actor.user, User)
    message = PlannedMessage.objects.create(
        change=held, at=at, audience=audience, text=clean, planned_by=actor.user
    )
    _record("change.message_planned", message, actor, private={"text": clean})
    return message


def _over(at: MessageTime, change: Change) -> str:
    now = clock.now()
    turn = turn_of(at, course_of(change), now)
    if turn.never or (turn.due is not None and turn.due <= now):
        return "This time is over. Choose a later one."
    return ""


@transaction.atomic
def drop_message(*, actor: Actor, message: PlannedMessage) -> None:
    """Take a message back that has not gone out. A second call changes nothing.

    Raises:
        Forbidden: the actor does not run the change.
        Stale: it has gone out meanwhile.
    """
    _permitted(actor, message.change)
    if PlannedMessage.objects.filter(pk=message.pk, sent_at__isnull=False).exists():
        raise Stale("This message has gone out, so it stays on record.", remedy="Reload the page.")
    if PlannedMessage.objects.filter(pk=message.pk, dropped_at=None).update(dropped_at=clock.now()):
        _record("change.message_dropped", message, actor)


def send_due_messages(*, actor: Actor) -> int:
    """Send what is due, each message in its own transaction, and return how many went out.

    A message is due when its time has passed, however late this runs (DESIGN 4.11). Whoever is told is told once:
    a run that stops in between sends none of a message, and the next sends it whole.
    """
    return sum(_each(pk, actor) for pk in _perhaps_due(clock.now()))


def _each(pk: int, actor: Actor) -> bool:
    """Send a message if it is due. One that fails is logged, and stops no other."""
    try:
        return _send(pk, actor)
    except Exception:
        _log.exception("Message %s could not be sent.", pk)
        return False


def _perhaps_due(now: datetime) -> list[int]:
    """Return the messages that could be due: unsent ones of changes that go on, and sent ones of windows to come."""
    live = Q(sent_at=None) | Q(change__planned_start__gt=now)
    states = {*PLANNED, *ENDED, ChangeState.IN_PROGRESS}
    found = PlannedMessage.objects.filter(live, dropped_at=None, change__state__in=sorted(states))
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _send(pk: int, actor: Actor) -> bool:
    now = clock.now()
    unheld = PlannedMessage.objects.select_related("change").get(pk=pk)
    if not _goes_out(unheld, unheld.change, now):
        return False
    try:
        change = locked(unheld.change)
    except Stale:
        return False  # it is being submitted again; the next run looks anew
    message = PlannedMessage.objects.select_for_update().filter(pk=pk, dropped_at=None).first()
    if message is None or not _goes_out(message, change, now):
        return False
    due = turn_now(message, change).due
    assert due is not None
    texts = texts_now(message, change)
    assert texts is not None  # it is approved, so it was submitted
    people = list(audience_of(change, message.audience))
    technical = technical_readers(people)
    for user in people:
        _tell(user, message, change, due, texts.technical if user.pk in technical else texts.plain)
    message.sent_at, message.sent_for, message.told = now, due, len(people)
    message.sent_as = [*message.sent_as, _kept(texts, len(people), len(technical), now, due)]
    message.save(update_fields=["sent_at", "sent_for", "told", "sent_as", "updated_at"])
    private = {"plain": texts.plain, "technical": texts.technical}
    _record("change.message_sent", message, actor, private, told=len(people))
    return True


def _kept(texts: Texts, told: int, technical: int, now: datetime, due: datetime) -> dict[str, Any]:
    """Return a sending as it is kept: both texts, and how many read each."""
    return {
        "at": clock.iso(now),
        "due": clock.iso(due),
        "plain": {"text": texts.plain, "told": told - technical},
        "technical": {"text": texts.technical, "told": technical},
    }


def _goes_out(message: PlannedMessage, change: Change, now: datetime) -> bool:
    turn = turn_now(message, change)
    return turn.is_now(now) and (message.sent_at is None or is_due_again(message, turn))


_TITLES = {
    MessageTime.STARTS: "{} has started",
    MessageTime.ENDS: "{} is done",
    MessageTime.GOES_BACK: "{} went back",
}


def _tell(user: User, message: PlannedMessage, change: Change, due: datetime, text: str) -> None:
    assert change.planned_start is not None
    starts = said(change.planned_start, change.time_zone)
    title = _TITLES.get(MessageTime(message.at), f"{{}} starts {starts}").format(change.ref)
    planned = f"Its window opens {starts} ({change.time_zone.replace('_', ' ')})."
    notify(
        user=user,
        rule="change.message",
        subject=("message", str(message.pk)),
        due=due,
        title=title,
        body=f"{change.title}\n\n{text}\n\n{planned}",
        url=f"/changes/{change.ref}/",
    )


def _record(
    event: str, message: PlannedMessage, actor: Actor, private: dict[str, str] | None = None, **more: int
) -> None:
    data = {"message": message.pk, "at": message.at, "audience": message.audience} | more
    record_event(event=event, actor=actor, obj=message.change, data=data, private=private)


def _permitted(actor: Actor, change: Change) -> Change:
    held = locked(change)
    attach_decision(held, actor).require()
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can plan a message.")
    return held
