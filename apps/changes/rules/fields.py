"""Gathering what is wrong with an input, field by field, and raising it once."""

import math
from collections.abc import Iterable, Sequence

from django.db.models import TextChoices

from apps.core.canonical import LARGEST_EXACT
from apps.core.errors import Invalid

MOST_ROWS, LONG_TEXT = 50, 5000


class Problems:
    """The errors of one input. ``raise_any`` raises Invalid when there are some."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, name: str, message: str) -> None:
        self.fields.setdefault(name, []).append(message)

    def raise_any(self) -> None:
        if self.fields:
            raise Invalid(self.fields)

    def text(self, name: str, value: str, *, longest: int, missing: str = "") -> str:
        """Return the text trimmed. ``missing`` is the message when it is empty; "" when it may be."""
        clean = (value or "").strip()
        if "\x00" in clean:
            self.add(name, "Take out the null character: it cannot be stored.")
        elif not clean and missing:
            self.add(name, missing)
        elif len(clean) > longest:
            self.add(name, f"Shorten this to {longest} characters. It has {len(clean)}.")
        return clean

    def choice(self, name: str, value: str, choices: type[TextChoices]) -> str:
        """Return the value when it is one of the choices."""
        if value not in choices.values:
            self.add(name, f"Choose one of: {_listed(choices.labels)}.")
        return value

    def number(self, name: str, value: float | None, *, missing: str = "") -> float | None:
        """Return a finite number, or None where it may be empty."""
        if value is None:
            if missing:
                self.add(name, missing)
            return None
        if not math.isfinite(value):
            self.add(name, "Enter a number.")
        elif abs(value) >= LARGEST_EXACT:
            self.add(name, f"Enter a number below {LARGEST_EXACT:,}: a larger one cannot be signed exactly.")
        return value

    def whole(self, name: str, value: int | None, *, missing: str = "", longest: int = 100_000) -> int | None:
        """Return a whole number of at least one, or None where it may be empty."""
        if value is None:
            if missing:
                self.add(name, missing)
        elif not 1 <= value <= longest:
            self.add(name, f"Enter a whole number from 1 to {longest:,}.")
        return value

    def at_most(self, name: str, rows: Sequence[object], most: int) -> None:
        """Add a problem when there are more rows than may be."""
        if len(rows) > most:
            self.add(name, f"Name at most {most:,}. There are {len(rows):,}.")

    def once(self, rows: str, name: str, texts: Sequence[str]) -> None:
        """Add a problem for each row whose text, in whatever case, stands in a row before it."""
        known = [text.casefold() for text in texts]
        for place, text in enumerate(known):
            if text and text in known[:place]:
                at = ".".join(part for part in (rows, str(place), name) if part)
                self.add(at, "This is here twice. Change it, or take one row away.")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(str(word).lower() for word in words)
