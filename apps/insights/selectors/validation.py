"""When approved model cards are due for validation, by the day that each names."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.fields.json import KT

from apps.accounts.models import User
from apps.cards.enums import CardState
from apps.cards.selectors import cards_visible_to
from apps.core import clock
from apps.insights.rules.scope import Scope
from apps.insights.selectors.populations import Population, Rows

MONTH, QUARTER = timedelta(days=30), timedelta(days=90)


def _cards(user: User, scope: Scope) -> Rows:
    """Return the approved cards, whatever the period, with how far off their day is, counted in the reader's zone."""
    today = clock.now().astimezone(scope.zone).date()
    named = {
        "version__component__owner_team__slug": scope.team,
        "version__component__kind": scope.kind,
        "version__component__tier": scope.tier,
    }
    found = cards_visible_to(user).filter(state=CardState.APPROVED, **_given(named))
    return found.annotate(
        day=KT("content__next_validation"),
        due=Case(
            When(Q(day__isnull=True) | Q(day=""), then=Value("none")),
            When(day__lt=f"{today}", then=Value("overdue")),
            When(day__lt=f"{today + MONTH}", then=Value("month")),
            When(day__lt=f"{today + QUARTER}", then=Value("quarter")),
            default=Value("later"),
            output_field=CharField(),
        ),
    )


def _given(named: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value}


VALIDATION = Population(_cards, "", {"cards": Q()}, key="due")
