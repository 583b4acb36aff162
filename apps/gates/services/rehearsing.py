"""Dry runs of a draft of the rules over the changes of a year, part by part, by as many workers as are free.

A part is judged in one transaction: a worker that is killed leaves it undone, and the next one takes it up.
"""

import logging
from datetime import timedelta
from functools import lru_cache
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import TrackRecord, changes_visible_to, facts_of_many, track_record
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, PortalError, Stale
from apps.gates.enums import RehearsalState
from apps.gates.models import Rehearsal, RehearsalPart, Rehearsed
from apps.outbox.services import enqueue, notify
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import Difference, DryRun, Rules, dry_run, rules_from
from apps.policy.selectors import may_write_rules, rules_numbered, rules_of, set_in_force

YEAR = timedelta(days=365)
A_PART = 250
"""Changes that a worker judges at a time: in a fraction of a second, so that seals and mail need not wait."""
WORKERS = 2
LOST_AFTER = timedelta(minutes=1)
MOST_LOST = 20
_log = logging.getLogger(__name__)


@transaction.atomic
def ask_rehearsal(*, actor: Actor, policy_set: PolicySet) -> Rehearsal:
    """Ask what a draft would have decided on the last year's changes that the actor may see.

    The same of one person at a time is one dry run: a second call returns the first.

    Raises:
        Forbidden: the actor is not a Change Manager over everything, in person.
        Stale: it is no draft. Conflict: it cannot be read yet.
    """
    may_write_rules(actor).require()
    if not isinstance(actor.user, User):
        raise Forbidden("A person asks for a dry run.")
    held = PolicySet.objects.select_for_update().get(pk=policy_set.pk)
    if held.state != SetState.DRAFT:
        raise Stale(f"Version {held.number} is no draft any more.", remedy="Reload the page.")
    try:
        rules_of(held)
    except Invalid as error:
        raise Conflict("The draft cannot be read yet.", remedy="Mend what is wrong with it first.") from error
    against = set_in_force().number
    same = Rehearsal.objects.filter(
        asked_by=actor.user, digest=held.digest, against=against, state=RehearsalState.OPEN
    )
    return same.first() or _begin(actor, actor.user, held, against)


def _begin(actor: Actor, user: User, held: PolicySet, against: int) -> Rehearsal:
    now = clock.now()
    found = Rehearsal(
        policy_set=held, document=held.document, digest=held.digest, against=against, asked_by=user,
        since=now - YEAR, until=now, moved_at=now, total=0,
    )  # fmt: skip
    numbers = list(_past(found).order_by("number").values_list("number", flat=True))
    found.total = len(numbers)
    found.save()
    parts = [numbers[at : at + A_PART] for at in range(0, len(numbers), A_PART)]
    RehearsalPart.objects.bulk_create(
        RehearsalPart(rehearsal=found, first=part[0], last=part[-1]) for part in parts
    )
    said = {"version": held.number, "digest": held.digest, "against": against, "dry_run": found.ref}
    record_event(event="rules.dry_run_asked", actor=actor, obj=held, data=said)
    enqueue(topic="dry_run", key=found.ref, payload={"rehearsal": found.pk})
    return found


def queue_rehearsal(key: str, payload: dict[str, Any]) -> None:
    """Hand a dry run to the workers. The outbox calls it, again and again until the broker takes it."""
    _log.info("Handing %s to the workers.", key)
    _send(payload["rehearsal"], WORKERS)


def resume_rehearsals() -> int:
    """Hand over again the dry runs that have stood still, and return how many."""
    still = Rehearsal.objects.filter(state=RehearsalState.OPEN, moved_at__lte=clock.now() - LOST_AFTER)
    found = list(still.values_list("pk", flat=True))
    for pk in found:
        _send(pk, 1)
    return len(found)


def _send(rehearsal_id: int, times: int) -> None:
    for _ in range(times):
        current_app.send_task(
            "apps.gates.tasks.task_rehearse", kwargs={"rehearsal_id": rehearsal_id}, retry=False
        )


def rehearse(*, actor: Actor, rehearsal_id: int) -> None:
    """Judge the next part that no other worker has in hand, and leave the rest behind whatever else waits."""
    if _rehearsed(actor, rehearsal_id):
        _send(rehearsal_id, 1)


def _rehearsed(actor: Actor, rehearsal_id: int) -> bool:
    """Return whether more is to be done."""
    open_ = Rehearsal.objects.filter(pk=rehearsal_id, state=RehearsalState.OPEN)
    if not open_.update(begun=F("begun") + 1):
        return False
    held = open_.select_related("asked_by", "policy_set").defer("document", "policy_set__document").get()
    try:
        _refuse_if_lost(held)
        return _judge_a_part(held) and not _finish(actor, rehearsal_id)
    except Exception as error:
        _log.exception("%s stopped", held.ref)
        _stop(actor, rehearsal_id, _said(error))
        return False


def _refuse_if_lost(held: Rehearsal) -> None:
    """Give up when worker after worker took a part up and none came back."""
    if held.begun > held.parts.filter(done_at__isnull=False).count() + MOST_LOST:
        raise PolicyBlocked(f"It was begun {MOST_LOST} times, and each time its worker was killed.")


@transaction.atomic
def _judge_a_part(held: Rehearsal) -> bool:
    part = held.parts.select_for_update(skip_locked=True).filter(done_at=None).first()
    if part is None:
        # Nothing is left, or others have the last of it in hand: whoever ends it last says so.
        return not held.parts.filter(done_at=None).exists()
    draft, current = _draft(held.pk), rules_numbered(held.against)
    changes = _past(held).filter(number__gte=part.first, number__lte=part.last).order_by("number")
    groups = {
        name.partition(".")[0] for rules in (draft, current) for rule in rules.rules for name in rule.facts
    }
    facts = facts_of_many(changes, current.prior, groups, _record(held.pk))
    ids = {change.ref: change.pk for change, _ in facts}
    run = dry_run(((change.ref, known) for change, known in facts), before=current, after=draft)
    Rehearsed.objects.bulk_create(_row(held, ids[one.ref], one) for one in run.differences)
    _count(part, run)
    Rehearsal.objects.filter(pk=held.pk).update(moved_at=clock.now())
    return True


def _past(held: Rehearsal) -> QuerySet[Change]:
    """Return the changes of the year that whoever asked may see, as they were submitted last."""
    seen = changes_visible_to(held.asked_by).exclude(state=ChangeState.DRAFT)
    return seen.filter(revision__submitted_at__gte=held.since, revision__submitted_at__lt=held.until)


@lru_cache(maxsize=1)
def _draft(rehearsal_id: int) -> Rules:
    return rules_from(Rehearsal.objects.values_list("document", flat=True).get(pk=rehearsal_id))


@lru_cache(maxsize=1)
def _record(rehearsal_id: int) -> TrackRecord:
    """Return how changes ended up to now; a worker reads it once for all the parts that it judges."""
    return track_record(Rehearsal.objects.values_list("since", flat=True).get(pk=rehearsal_id))


def _row(held: Rehearsal, change_id: int, one: Difference) -> Rehearsed:
    return Rehearsed(
        rehearsal=held,
        change_id=change_id,
        way=one.way,
        was=one.was.overall,
        was_class=(one.was.classification or "")[:300],
        was_band=one.was.band,
        now=one.now.overall,
        now_class=(one.now.classification or "")[:300],
        now_band=one.now.band,
        because=one.because,
    )


def _count(part: RehearsalPart, run: DryRun) -> None:
    part.done_at = clock.now()
    part.looked_at = run.looked_at
    part.stopped_by_both = run.stopped_by_both
    part.let_through_by_both = run.let_through_by_both
    part.save()


@transaction.atomic
def _finish(actor: Actor, rehearsal_id: int) -> bool:
    """End a dry run whose parts are all done, once; return whether it has ended."""
    if RehearsalPart.objects.filter(rehearsal=rehearsal_id, done_at=None).exists():
        return False
    held = _ended(rehearsal_id, RehearsalState.DONE)
    if held is not None:
        looked_at = held.parts.aggregate(all=Sum("looked_at"))["all"] or 0
        different = held.rows.count()
        _record_end(actor, held, "rules.dry_run_finished", looked_at=looked_at, different=different)
        _tell(held, f"{different:,} of {looked_at:,} changes would have gone another way.")
    return True


@transaction.atomic
def _stop(actor: Actor, rehearsal_id: int, error: str) -> None:
    held = _ended(rehearsal_id, RehearsalState.FAILED, error=error[:300])
    if held is not None:
        _record_end(actor, held, "rules.dry_run_stopped")
        _tell(held, "It stopped before its end. Its page says why.")


def _ended(rehearsal_id: int, state: RehearsalState, **more: str) -> Rehearsal | None:
    """End a dry run that is open, and return it; None when another was faster."""
    rows = Rehearsal.objects.filter(pk=rehearsal_id, state=RehearsalState.OPEN)
    if not rows.update(state=state, finished_at=clock.now(), **more):
        return None
    return Rehearsal.objects.select_related("asked_by", "policy_set").get(pk=rehearsal_id)


def _record_end(actor: Actor, held: Rehearsal, event: str, **counts: int) -> None:
    said = {"version": held.policy_set.number, "dry_run": held.ref, **counts}
    record_event(event=event, actor=actor, obj=held.policy_set, data=said)


def _tell(held: Rehearsal, body: str) -> None:
    notify(
        user=held.asked_by,
        rule="rules.dry_run",
        subject=("dry_run", held.ref),
        due=held.until,
        title=f"{held.ref} of version {held.policy_set.number} of the rules",
        body=body,
        url=f"/rules/dry-runs/{held.pk}/",
    )


def _said(error: Exception) -> str:
    """Return why it stopped: in full when the portal refused something, else where to look."""
    if isinstance(error, PortalError):
        return str(error)
    return "Something went wrong that the portal did not expect. The log says what."
