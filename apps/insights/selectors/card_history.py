"""Where a model version is in production, and the changes and incidents that touched it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.accounts.models import User
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.selectors import components_visible_to
from apps.changes.enums import ENDED, PLANNED, ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import changes_visible_to
from apps.reviews.models import Review

MOST = 20
_WENT_LIVE = (ChangeState.COMPLETED, ChangeState.CLOSED)
_INCIDENTS = (ChangeState.ROLLED_BACK, ChangeState.FAILED)


@dataclass(frozen=True)
class Touch:
    """A change that moved to or from a version, with its review; ``incident`` says that it was undone or failed."""

    change: Change
    review: Review | None
    incident: bool

    @property
    def ended(self) -> str:
        """Return how it stands, or how it ended."""
        if self.review is not None and self.review.outcome and self.change.state == ChangeState.CLOSED:
            return self.review.get_outcome_display()
        return self.change.get_state_display()


@dataclass(frozen=True)
class Production:
    """The version of a model in use, since when by which change, and what relies on the model."""

    version: ComponentVersion | None
    since: datetime | None
    change: Change | None
    consumers: list[Component]


@dataclass(frozen=True)
class History:
    """Where a model is in production, and what touched one version of it."""

    production: Production
    touches: list[Touch]


def history_of(user: User, version: ComponentVersion, in_use: ComponentVersion | None) -> History:
    """Return where a model is in production, and the changes that moved to or from a version. Two queries.

    The reviews are those of changes that the person may see.
    """
    component = version.component
    named = [version.pk, *([in_use.pk] if in_use else [])]
    moved = Q(to_version__in=named) | Q(from_version=version)
    items = ChangeItem.objects.filter(moved, component=component, change__in=changes_visible_to(user))
    rows = list(items.select_related("change__review").order_by("-change__number")[: 2 * MOST])
    touched = [one.change for one in rows if version.pk in (one.to_version_id, one.from_version_id)]
    live = [
        one.change for one in rows if in_use and one.to_version_id == in_use.pk and _went_live(one.change)
    ]
    return History(_production(user, component, in_use, live), [_touch(one) for one in touched[:MOST]])


def _production(
    user: User, component: Component, in_use: ComponentVersion | None, live: list[Change]
) -> Production:
    last = max(live, key=lambda one: one.actual_end or one.created_at, default=None)
    since = last.actual_end if last else None
    consumers = components_visible_to(user).filter(dependencies__provider=component, retired_at=None)
    return Production(in_use, since, last, list(consumers.order_by("name").distinct()[:MOST]))


def _went_live(change: Change) -> bool:
    return change.state in _WENT_LIVE and change.actual_end is not None


def _touch(change: Change) -> Touch:
    review = getattr(change, "review", None)
    return Touch(change, review, _went_wrong(change, review))


def coming(touches: list[Touch]) -> Change | None:
    """Return the next change among those that touch a version: the first that is not over."""
    open_ = [one.change for one in touches if one.change.state in (*PLANNED, ChangeState.IN_PROGRESS)]
    return open_[-1] if open_ else None


def _went_wrong(change: Change, review: Review | None) -> bool:
    """A closed change keeps no word of how it ended; its review does."""
    if change.state in _INCIDENTS:
        return True
    return review is not None and change.state not in ENDED and review.outcome in _INCIDENTS
