"""What happened to what a person is asked since they last saw it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import JSONObject

from apps.accounts.models import User
from apps.approvals.models import Requirement, Seen
from apps.approvals.rules.seeing import VISIT
from apps.audit.models import AuditEvent
from apps.core import clock


@dataclass(frozen=True)
class Happened:
    """How often an event happened since, and when last."""

    event: str
    times: int
    at: datetime


@dataclass(frozen=True)
class SinceSeen:
    """Until when and at which revision a person saw something, and what others did to it since."""

    at: datetime
    revision: int
    happened: list[Happened] = field(default_factory=list)


def since_seen(
    user: User, requirements: Iterable[Requirement], events: Collection[str]
) -> dict[int, SinceSeen]:
    """Return what others did since a person last saw these requirements; one query. What they never saw is left out.

    Of the ledger's entries only those of ``events`` count, about the subject or its window. While a visit lasts, it is
    what happened since the visit before.
    """
    asked = list(requirements)
    rows = Seen.objects.filter(user=user, subject_ref__in={one.round.subject_ref for one in asked})
    visiting = Q(at__gt=clock.now() - VISIT)
    rows = rows.annotate(
        since=Case(When(visiting, then="before_at"), default="at"),
        seen_revision=Case(When(visiting, then="before_revision"), default="revision"),
    ).annotate(happened=ArraySubquery(_happened(user, events)))
    known = {(one.subject_type, one.subject_ref, one.role, one.component_key): _since(one) for one in rows}
    found = {
        one.pk: known.get((one.round.subject_type, one.round.subject_ref, one.role, one.component_key))
        for one in asked
    }
    return {pk: since for pk, since in found.items() if since is not None}


def _happened(user: User, events: Collection[str]) -> QuerySet[AuditEvent, Any]:
    own = Q(actor_key=f"person:{user.pk}") | Q(actor_key__startswith=f"token:{user.pk}/")
    about = Q(object_type=OuterRef("subject_type")) | Q(object_type="booking")
    entries = AuditEvent.objects.filter(
        ~own, about, object_id=OuterRef("subject_ref"), at__gt=OuterRef("since"), event__in=events
    )
    counted = entries.order_by().values("event").annotate(times=Count("pk"), last=Max("at"))
    return counted.values(said=JSONObject(event=F("event"), times=F("times"), at=F("last")))


def _since(row: Any) -> SinceSeen:
    happened = [
        Happened(one["event"], one["times"], datetime.fromisoformat(one["at"])) for one in row.happened
    ]
    return SinceSeen(row.since, row.seen_revision, happened)
