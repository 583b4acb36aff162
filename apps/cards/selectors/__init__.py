"""Model cards as people see them."""

from apps.cards.selectors.cards import (
    card_exists,
    card_for,
    cards_of_models,
    cards_visible_to,
    compare,
    completeness_of,
    content_of,
    editions_of,
    list_models,
    people_for,
    siblings_of,
    write_decision,
)

__all__ = [
    "card_exists",
    "card_for",
    "cards_of_models",
    "cards_visible_to",
    "compare",
    "completeness_of",
    "content_of",
    "editions_of",
    "list_models",
    "people_for",
    "siblings_of",
    "write_decision",
]
