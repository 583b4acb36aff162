"""Narrowing an inbox to what a person looks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.approvals.models import Requirement


@dataclass(frozen=True)
class Narrow:
    """Which requirements: each part that is set must hold. ``due`` is half-open, and ``risk`` is the least.

    ``afterwards`` asks for what went ahead before everyone had signed, ``for_another`` for what a person may sign, or
    signed, only in another's place.
    """

    role: str = ""
    subject_type: str = ""
    subject_class: str = ""
    afterwards: bool = False
    for_another: bool = False
    due: tuple[datetime | None, datetime | None] = (None, None)
    risk: int = 0
    text: str = ""


EVERYTHING = Narrow()


def narrowed(rows: QuerySet[Requirement], narrow: Narrow) -> QuerySet[Requirement]:
    """Return the requirements that ``narrow`` lets through. ``for_another`` is for whoever knows the person."""
    due_from, due_before = narrow.due
    plain: dict[str, Any] = {
        "role": narrow.role,
        "round__subject_type": narrow.subject_type,
        "round__subject_class": narrow.subject_class,
        "round__risk__gte": narrow.risk,
        "due_at__gte": due_from,
        "due_at__lt": due_before,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if narrow.afterwards:
        rows = rows.filter(round__went_ahead_at__isnull=False)
    text = " ".join(narrow.text.replace("\x00", "").split())
    return rows.filter(_with_text(text)) if text else rows


def _with_text(text: str) -> Q:
    return (
        Q(round__subject_ref__iexact=text)
        | Q(round__subject_title__icontains=text)
        | Q(component_label__icontains=text)
        | Q(question__icontains=text)
    )
