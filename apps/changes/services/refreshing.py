"""When the world moves: what was signed is held against how things are now, and asked again where it differs.

The portal takes the change up as a new revision with what moved, so that what runs is still one revision with one
digest. Signatures whose role judges nothing of what moved are kept; the others are asked again, and say why.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from celery import current_app
from django.db import connection, transaction

from apps.approvals.enums import RoundState
from apps.approvals.services import close_round
from apps.audit.services import record_event
from apps.calendar.services import go_as
from apps.changes.enums import ChangeState
from apps.changes.models import Change, Revision, WorldCheck
from apps.changes.selectors import (
    moved_after,
    surroundings_of,
    watched_changes,
    world_in,
    world_mark,
    world_of,
)
from apps.changes.selectors.world import WATCHED, World
from apps.changes.services.access import locked
from apps.changes.services.asking import ask_for, freeze_revision, url_of
from apps.changes.services.reviewing import settle
from apps.changes.services.using_standards import note_class
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PortalError, Stale
from apps.lifecycle.services import advance
from apps.outbox.services import notify

WHOLE_CHECK_EVERY = timedelta(minutes=5)
_AT_ONCE = 200
_SAID = 5
_LOOKING = 0x6C6F6F6B
"""Names the lock of whoever looks at the changes."""
_log = logging.getLogger(__name__)


def refresh_if_due(*, actor: Actor) -> int:
    """Refresh the open changes when the world has moved since the last look, or that was a while ago.

    Return how many were taken up again.
    """
    last = WorldCheck.objects.first()
    old = last is None or clock.now() - last.checked_at >= WHOLE_CHECK_EVERY
    if last is not None and not old and not moved_after((last.graph_stamp, last.last_entry)):
        return 0
    with _alone() as alone:
        if not alone:
            return 0
        mark = world_mark()
        done = refresh_all(actor=actor, ids=watched_changes())
        _note(mark)
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    """Yield whether nobody else looks just now. What comes while they do lies behind their mark, for the next look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOOKING])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOOKING])


@transaction.atomic
def _note(mark: tuple[int, int]) -> None:
    noted = {"graph_stamp": mark[0], "last_entry": mark[1], "checked_at": clock.now()}
    WorldCheck.objects.update_or_create(pk=1, defaults=noted)


def look_soon() -> None:
    """Have the worker look at once. When it cannot be woken, beat has it look within half a minute."""
    try:
        current_app.send_task("apps.changes.tasks.task_refresh_changes", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, beat looks later
        _log.warning("The worker could not be woken: %s. Beat looks at the changes later.", error)


def refresh_all(*, actor: Actor, ids: Iterable[int], because: str = "") -> int:
    """Refresh each of these changes on its own, and return how many were taken up again. One that fails is logged.

    Most of them stand: they are looked at many at a time, and only what moved is taken up, one by one.
    ``because`` is for another app that knows of a move, such as a policy: it is said beside what moved.
    """
    numbers, done = list(ids), 0
    for first in range(0, len(numbers), _AT_ONCE):
        for change in _overtaken(numbers[first : first + _AT_ONCE]):
            done += _refreshed(actor, change, because)
    return done


def _overtaken(ids: list[int]) -> Iterator[Change]:
    """Yield those of some changes around which something moved. The number of queries does not grow with them."""
    found = Change.objects.select_related("requester", "revision", "round").order_by("pk")
    changes = list(found.filter(pk__in=ids, state__in=WATCHED, revision__isnull=False))
    around = surroundings_of(changes)
    for change in changes:
        try:
            moved = world_in(around, change).moved
        except Exception:
            _log.exception("%s could not be held against the world.", change.ref)
        else:
            if moved:
                yield change


def _refreshed(actor: Actor, change: Change, because: str) -> bool:
    number = change.revision.number if change.revision else 0
    try:
        fresh = refresh_change(actor=actor, change=change, because=because)
    except PortalError as error:
        _tell_stuck(change, error)
        _log.warning("%s cannot be asked again: %s", change.ref, error.reason)
    except Exception:
        _log.exception("%s could not be taken up again.", change.ref)
    else:
        return fresh.revision is not None and fresh.revision.number > number
    return False


@transaction.atomic
def refresh_change(*, actor: Actor, change: Change, because: str = "") -> Change:
    """Take a change in review or approved up again when something moved that someone judged. Twice is once.

    Raises:
        PolicyBlocked: nobody is there who may sign what is asked now. The change can then not be approved or start.
    """
    # Without a lock first, so that the many that stand hold nobody up.
    if change.state not in WATCHED or change.revision is None or not world_of(change).moved:
        return change
    try:
        held = locked(change)
    except Stale:
        # Whoever was faster has asked anew, by how things are; the next look sees what has moved since.
        return change
    if held.state not in WATCHED or held.revision is None or held.round is None:
        return held
    if held.round.state == RoundState.REJECTED:
        return held
    world = world_of(held)
    if not world.moved:
        return held
    return _take_up(actor, held, held.revision, world, because)


def _take_up(actor: Actor, held: Change, before: Revision, world: World, because: str) -> Change:
    why = " ".join(filter(None, [because, _listed(world.moved)]))
    if held.round is not None and held.round.state == RoundState.OPEN:
        close_round(actor=actor, round=held.round)
    revision = freeze_revision(held, world.content, by=before.submitted_by_id, because=why)
    held.risk, held.revision = world.content["risk"], revision
    note_class(actor, held, world.content)
    if held.booking is not None:
        go_as(actor=actor, booking=held.booking, change_class=held.change_class)
    facts = {"revision": revision.number, "digest": revision.digest, "before": before.number}
    record_event(event="change.refreshed", actor=actor, obj=held, data=facts, private={"reason": why})
    if held.state == ChangeState.APPROVED:
        held = advance(held, "reopen", actor=actor, data=facts)
    held.round = ask_for(actor, held, revision, world.needs, world.impact, world.policy)
    held.save(update_fields=["risk", "change_class", "revision", "round", "updated_at"])
    _tell_requester(held, why)
    return settle(change=held, actor=actor)


def _listed(moved: list[str]) -> str:
    more = f" And {len(moved) - _SAID} more." if len(moved) > _SAID else ""
    return f"{'; '.join(moved[:_SAID])}.{more}"


def _tell_requester(change: Change, why: str) -> None:
    assert change.revision is not None
    if not change.requester.is_active:
        return
    notify(
        user=change.requester,
        rule="change.refreshed",
        subject=("change", change.ref),
        due=change.revision.submitted_at,
        title=f"{change.ref} is asked again: something around it moved",
        body=(
            f"{change.title}\n\n{why}\n\nIt is now revision {change.revision.number}. Signatures on what did not "
            "move still count. The others are asked again."
        ),
        url=url_of(change),
    )


@transaction.atomic
def _tell_stuck(change: Change, error: PortalError) -> None:
    """Tell the requester once a revision that it moved, and that nobody can be asked about it."""
    if change.revision is None or not change.requester.is_active:
        return
    notify(
        user=change.requester,
        rule="change.stuck",
        subject=("change", change.ref),
        due=change.revision.submitted_at,
        title=f"{change.ref} cannot go on: something around it moved",
        body=f"{change.title}\n\n{error.reason} {error.remedy or ''}",
        url=url_of(change),
    )
