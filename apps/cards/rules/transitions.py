"""The life of a card: a draft is sent to be signed, a new edition is a draft again, an archived card is frozen."""

from apps.cards.enums import CardState
from apps.lifecycle.machine import Transition

_DRAFT, _REVIEW, _APPROVED = CardState.DRAFT, CardState.IN_REVIEW, CardState.APPROVED

TRANSITIONS = [
    Transition("submit", frozenset({_DRAFT}), _REVIEW, "submitted"),
    Transition("take_back", frozenset({_REVIEW}), _DRAFT, "taken back"),
    Transition("return", frozenset({_REVIEW}), _DRAFT, "returned"),
    Transition("approve", frozenset({_REVIEW}), _APPROVED, "approved"),
    Transition("reopen", frozenset({_REVIEW, _APPROVED}), _DRAFT, "reopened"),
    Transition("archive", frozenset({_DRAFT, _APPROVED}), CardState.ARCHIVED, "archived"),
]
