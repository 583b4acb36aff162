"""What people add to the timeline of a change, and what made its outcome likely."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction

from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid, Stale
from apps.reviews import selectors
from apps.reviews.enums import Theme
from apps.reviews.models import Factor, Moment, Review
from apps.reviews.rules import may_write
from apps.reviews.services.access import locked, person_of, require
from apps.reviews.services.texts import problems_of

WHAT_LIMIT, WHO_LIMIT, FACTOR_LIMIT = 500, 120, 500
Row = TypeVar("Row", Moment, Factor)
_GONE = "Somebody has taken this out since you opened it."


@transaction.atomic
def add_moment(*, actor: Actor, review: Review, at: datetime, what: str, who: str = "") -> Moment:
    """Add what happened at a time to the timeline of a change. ``who`` is a person or a role that acted.

    Raises:
        Forbidden: this person may not write this review, or it is signed.
        Invalid: no text, one that is too long, or a time that has not come.
    """
    review = _writable(actor, review)
    values = _checked(at, what, who)
    moment = Moment.objects.create(review=review, **values)
    _record("review.moment_added", actor, review, moment)
    return moment


@transaction.atomic
def edit_moment(*, actor: Actor, moment: Moment, at: datetime, what: str, who: str = "") -> Moment:
    """Say otherwise what happened, or when. Raises as ``add_moment``; Stale when somebody has taken it out."""
    review = _writable(actor, moment.review)
    values = _checked(at, what, who)
    held = _held(moment)
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
    _record("review.moment_edited", actor, review, held)
    return held


@transaction.atomic
def remove_moment(*, actor: Actor, moment: Moment) -> Moment:
    """Take an entry out of the timeline. Raises Forbidden as ``add_moment``; Stale when it is out already."""
    review = _writable(actor, moment.review)
    held = _held(moment)
    held.removed_at = clock.now()
    held.save(update_fields=["removed_at", "updated_at"])
    record_event(event="review.moment_removed", actor=actor, obj=review, data={"moment": held.pk})
    return held


@transaction.atomic
def add_factor(*, actor: Actor, review: Review, theme: str, text: str) -> Factor:
    """Say what made an outcome likely, and what kind of thing that is.

    Raises:
        Forbidden: this person may not write this review, or it is signed.
        Invalid: no theme of the list, no text, or one that is too long.
    """
    review = _writable(actor, review)
    factor = Factor.objects.create(review=review, **_checked_factor(theme, text))
    _record_factor("review.factor_added", actor, review, factor)
    return factor


@transaction.atomic
def edit_factor(*, actor: Actor, factor: Factor, theme: str, text: str) -> Factor:
    """Say otherwise what made an outcome likely. Raises as ``add_factor``; Stale when somebody has taken it out."""
    review = _writable(actor, factor.review)
    values = _checked_factor(theme, text)
    held = _held(factor)
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
    _record_factor("review.factor_edited", actor, review, held)
    return held


@transaction.atomic
def remove_factor(*, actor: Actor, factor: Factor) -> Factor:
    """Take back what was said to make an outcome likely. Actions that name it keep its wording.

    Raises:
        Forbidden: this person may not write this review, or it is signed.
        Stale: it is taken back already.
    """
    review = _writable(actor, factor.review)
    held = _held(factor)
    held.removed_at = clock.now()
    held.save(update_fields=["removed_at", "updated_at"])
    record_event(event="review.factor_removed", actor=actor, obj=review, data={"factor": held.pk})
    return held


def _writable(actor: Actor, review: Review) -> Review:
    held = locked(review)
    require(may_write(held, selectors.standing_of(person_of(actor), held)))
    return held


def _held(row: Row) -> Row:
    held = type(row).objects.select_for_update().get(pk=row.pk)
    if held.removed_at is not None:
        raise Stale(_GONE, remedy="Reload the page.")
    return held


def _checked(at: datetime, what: str, who: str) -> dict[str, object]:
    _refuse(
        {
            "at": [] if at <= clock.now() else ["Choose a time that has passed."],
            "what": problems_of(what, WHAT_LIMIT, "Say what happened."),
            "who": problems_of(who, WHO_LIMIT),
        }
    )
    return {"at": at, "what": what.strip(), "who": who.strip()}


def _checked_factor(theme: str, text: str) -> dict[str, str]:
    _refuse(
        {
            "theme": [] if theme in Theme.values else ["Choose one of the themes on the list."],
            "text": problems_of(text, FACTOR_LIMIT, "Say what made it likely."),
        }
    )
    return {"theme": theme, "text": text.strip()}


def _refuse(fields: dict[str, list[str]]) -> None:
    if found := {name: said for name, said in fields.items() if said}:
        raise Invalid(found)


def _record(event: str, actor: Actor, review: Review, moment: Moment) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=review,
        data={"moment": moment.pk, "at": clock.iso(moment.at)},
        private={"what": moment.what, "who": moment.who},
    )


def _record_factor(event: str, actor: Actor, review: Review, factor: Factor) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=review,
        data={"factor": factor.pk, "theme": factor.theme},
        private={"factor": factor.text},
    )
