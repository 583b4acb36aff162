"""Past reviews like one."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from apps.accounts.models import User
from apps.changes.models import ChangeItem
from apps.reviews.enums import ReviewState, Theme
from apps.reviews.models import Factor, Review
from apps.reviews.selectors.reading import reviews_visible_to
from apps.reviews.selectors.saying import factors_of

SHOWN = 3


@dataclass(frozen=True)
class Similar:
    """A past review, and what it has in common with another: parts that both moved, themes that both name."""

    review: Review
    parts: tuple[str, ...]
    themes: tuple[str, ...]

    @property
    def why(self) -> str:
        """Return what the two have in common, in words."""
        found = [f"Moved {', '.join(self.parts)} too"] if self.parts else []
        if self.themes:
            found.append(f"Same theme: {', '.join(self.themes)}")
        return ". ".join(found)


def similar_reviews(user: User, review: Review) -> list[Similar]:
    """Return the signed reviews of other changes that share most with one, the latest first among equals.

    They moved one of the same components, or name one of the same themes. Three queries.
    """
    items = ChangeItem.objects.filter(change=review.change_id)
    moved = ChangeItem.objects.filter(change=OuterRef("change"), component__in=items.values("component"))
    themes = {one.theme for one in factors_of(review) if one.theme}
    shared = Q(factors__theme__in=themes, factors__removed_at=None)
    others = reviews_visible_to(user).filter(state=ReviewState.SIGNED).exclude(pk=review.pk)
    others = others.annotate(same=Exists(moved), shared=Count("factors__theme", filter=shared, distinct=True))
    found = list(others.filter(Q(same=True) | Q(shared__gt=0)).order_by("-same", "-shared", "-pk")[:SHOWN])
    parts = ChangeItem.objects.filter(
        change__in=[one.change_id for one in found], component__in=items.values("component")
    ).select_related("component")
    named = Factor.objects.filter(review__in=found, theme__in=themes, removed_at=None)
    rows, both = list(parts), list(named.values_list("review_id", "theme"))
    return [
        Similar(
            one,
            tuple(str(row.component) for row in rows if row.change_id == one.change_id),
            tuple(sorted({Theme(theme).label for pk, theme in both if pk == one.pk})),
        )
        for one in found
    ]
