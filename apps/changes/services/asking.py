"""Freezing a content as a revision, and asking for it everyone whose decision does not stand yet."""

from typing import Any

from apps.approvals.models import PolicyVersion, Round
from apps.approvals.rules import Need, Subject
from apps.approvals.services import open_round
from apps.changes.models import Change, Revision
from apps.changes.rules.impact import ImpactRow
from apps.changes.selectors import barred_for, earlier_for
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest


def freeze_revision(change: Change, content: dict[str, Any], *, by: int, because: str = "") -> Revision:
    """Keep a content as the next revision of a change. ``because`` says what moved when nobody submitted it."""
    last = change.revisions.order_by("-number").values_list("number", flat=True).first() or 0
    revision = Revision(
        change=change,
        number=last + 1,
        content=content,
        digest=digest(content),
        submitted_by_id=by,
        submitted_at=clock.now(),
        because=because,
    )
    revision.save(force_insert=True)
    return revision


def ask_for(
    actor: Actor,
    change: Change,
    revision: Revision,
    needs: list[Need],
    impact: list[ImpactRow],
    policy: PolicyVersion,
) -> Round:
    """Open the round over a revision. Decisions on earlier revisions stand where nothing that they judged differs.

    Raises:
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    assert change.revision is not None
    return open_round(
        actor=actor,
        subject=Subject("change", change.ref, change.title, url_of(change)),
        revision=revision.number,
        digest=revision.digest,
        risk=change.risk,
        starts_at=change.planned_start,
        needs=needs,
        barred=barred_for(change, impact),
        policy=policy,
        earlier=earlier_for(change, needs, revision.content) if revision.number > 1 else (),
        subject_class=revision.content["class"],
    )


def url_of(change: Change) -> str:
    """Return the page of a change."""
    return f"/changes/{change.ref}/"
