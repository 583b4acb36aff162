"""The life of a card: a draft is published, a new edition makes it a draft again, an archived card is frozen."""

from apps.cards.enums import CardState
from apps.lifecycle.machine import Transition

TRANSITIONS = [
    Transition("publish", frozenset({CardState.DRAFT}), CardState.PUBLISHED, "published"),
    Transition("reopen", frozenset({CardState.PUBLISHED}), CardState.DRAFT, "reopened"),
    Transition("archive", frozenset({CardState.DRAFT, CardState.PUBLISHED}), CardState.ARCHIVED, "archived"),
]
