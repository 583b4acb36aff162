"""Model cards as people see them."""

from apps.cards.selectors.cards import (
    card_exists,
    card_for,
    card_of_version,
    cards_of_versions,
    cards_visible_to,
    compare,
    completeness_of,
    content_of,
    editions_of,
    in_use_among,
    list_models,
    people_for,
    previous_card,
    siblings_of,
    write_decision,
)

__all__ = [
    "card_exists",
    "card_for",
    "card_of_version",
    "cards_of_versions",
    "cards_visible_to",
    "compare",
    "completeness_of",
    "content_of",
    "editions_of",
    "in_use_among",
    "list_models",
    "people_for",
    "previous_card",
    "siblings_of",
    "write_decision",
]
