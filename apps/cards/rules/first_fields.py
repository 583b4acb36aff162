"""The fields that a card keeps until it keeps those of ``fields.py``: what pages and services still read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CardField:
    """A field: its name, its label, what to write there, and whether a card is published without it."""

    name: str
    label: str
    ask: str
    required: bool


FIELDS = (
    CardField("overview", "Overview", "What the model does, in two or three sentences.", True),
    CardField("intended_use", "Intended use", "Who uses its answers, and for which decision.", True),
    CardField("prohibited_use", "Not for", "Uses that look close and are not allowed.", False),
    CardField("limitations", "Limitations", "Where it is weak: groups, times, amounts.", True),
    CardField(
        "ethical_risks", "Ethical risks", "Who could be treated unfairly, and what is done about it.", False
    ),
    CardField("human_oversight", "Human oversight", "Who watches it, and how they can stop it.", False),
    CardField(
        "training_data", "Training data", "Which data it learned from, with the period and the digest.", True
    ),
    CardField("metrics", "Metrics", "How well it does on data that it has not seen.", True),
    CardField("retraining_triggers", "Retraining triggers", "What makes it due for training again.", True),
    CardField("owners", "Owners", "Who answers for it.", True),
)

TEXT_FIELDS = (
    "overview",
    "intended_use",
    "prohibited_use",
    "limitations",
    "ethical_risks",
    "human_oversight",
    "training_data",
)


@dataclass(frozen=True)
class Completeness:
    """Which fields are filled in, and which are not."""

    filled: tuple[CardField, ...]
    missing: tuple[CardField, ...]

    @property
    def total(self) -> int:
        """Return how many fields a card has."""
        return len(self.filled) + len(self.missing)

    @property
    def needed(self) -> tuple[CardField, ...]:
        """Return the missing fields without which it cannot be published."""
        return tuple(field for field in self.missing if field.required)

    @property
    def sentence(self) -> str:
        """Return what is missing for publishing, in words; empty when nothing is."""
        names = [field.label.lower() for field in self.needed]
        if not names:
            return ""
        if len(names) == 1:
            return f"The card lacks its {names[0]}."
        return f"The card lacks its {', '.join(names[:-1])} and {names[-1]}."


def completeness(content: Mapping[str, Any]) -> Completeness:
    """Judge a card's content, field by field. Blank text and empty lists do not count as filled."""
    filled = [field for field in FIELDS if _is_filled(content.get(field.name))]
    return Completeness(tuple(filled), tuple(field for field in FIELDS if field not in filled))


def _is_filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)
