"""The messages of a change: which are planned, what became of each, and whom it reaches."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import active_grants
from apps.approvals.selectors import approvals_of
from apps.catalog.models import Component
from apps.changes.enums import Audience, ChangeState, MessageTime
from apps.changes.models import Change, PlannedMessage
from apps.changes.rules.message_texts import TECHNICAL, Texts, texts_of
from apps.changes.rules.messages import Course, Turn, turn_of
from apps.changes.rules.window import said
from apps.core import clock


@dataclass(frozen=True)
class Planned:
    """A message with what became of it, in words. ``open`` is whether it can still be taken back.

    ``texts`` is what it would say if it went now, or None where nothing was submitted yet. What was sent is kept with
    the message, as it went.
    """

    message: PlannedMessage
    said: str
    sent: bool
    open: bool
    texts: Texts | None = None


def messages_of(change: Change) -> list[Planned]:
    """Return the messages of a change that were not taken back, in the order of their times; one query."""
    order = list(MessageTime)
    rows = PlannedMessage.objects.filter(change=change, dropped_at=None).order_by("pk")
    found = [_planned(each, change) for each in rows]
    return sorted(found, key=lambda each: order.index(MessageTime(each.message.at)))


def _planned(message: PlannedMessage, change: Change) -> Planned:
    turn = turn_now(message, change)
    zone = change.time_zone
    texts = texts_now(message, change)
    if message.sent_at is not None and not is_due_again(message, turn):
        people = "1 person" if message.told == 1 else f"{message.told:,} people"
        return Planned(message, f"Sent {said(message.sent_at, zone)} to {people}.", sent=True, open=False)
    if turn.never:
        return Planned(message, turn.never, sent=False, open=False)
    when = f"Goes out {said(turn.due, zone)}" if turn.due else "Goes out"
    again = " once more, for the new window" if message.sent_at else ""
    waits = f", {turn.waits}" if turn.waits and turn.due else f" {turn.waits}" if turn.waits else ""
    return Planned(message, f"{when}{again}{waits}.", sent=False, open=message.sent_at is None, texts=texts)


def texts_now(message: PlannedMessage, change: Change) -> Texts | None:
    """Return what a message says as the change stands now, or None before anything was submitted; no query."""
    if change.revision is None:
        return None
    return texts_of(message.at, change.revision.content, course_of(change), message.text)


def technical_readers(people: Collection[User]) -> set[int]:
    """Return the ids of those whose role reads the technical text; one query."""
    return set(active_grants().filter(user__in=people, role__in=TECHNICAL).values_list("user_id", flat=True))


def turn_now(message: PlannedMessage, change: Change) -> Turn:
    """Return when the turn of a message comes, as the change stands now."""
    return turn_of(MessageTime(message.at), course_of(change), clock.now())


def course_of(change: Change) -> Course:
    """Return how a change goes, as far as its messages ask."""
    return Course(
        ChangeState(change.state),
        change.planned_start,
        change.actual_start,
        change.actual_end,
    )


def is_due_again(message: PlannedMessage, turn: Turn) -> bool:
    """Return whether what was sent was about another window than the one there is."""
    return not turn.never and turn.due is not None and message.sent_for not in (None, turn.due)


def audience_of(change: Change, audience: str) -> QuerySet[User]:
    """Return the people whom a message reaches: active, and with a role."""
    return _with_a_role().filter(_AMONG[Audience(audience)](change)).order_by("pk").distinct()


def _with_a_role() -> QuerySet[User]:
    return User.objects.filter(is_active=True, pk__in=active_grants().values("user"))


def _crew(change: Change) -> Q:
    return Q(pk=change.requester_id) | Q(pk__in=change.plan_steps.values("lead"))


def _signers(change: Change) -> Q:
    return Q(pk__in=approvals_of(change.round_id).values("signer"))


def _owners(change: Change) -> Q:
    content: dict[str, Any] = change.revision.content if change.revision else {}
    reached = [row["key"] for row in content.get("impact", []) if row["included"]]
    moved = Q(pk__in=change.items.values("component")) | Q(key__in=reached)
    return Q(teams__in=Component.objects.filter(moved).values("owner_team"))


_AMONG = {
    Audience.CREW: _crew,
    Audience.SIGNERS: _signers,
    Audience.OWNERS: _owners,
    Audience.EVERYONE: lambda change: Q(),
}


def message_of(change: Change, number: int) -> PlannedMessage | None:
    """Return a message of a change that was not taken back, or None."""
    return PlannedMessage.objects.filter(change=change, pk=number, dropped_at=None).first()
