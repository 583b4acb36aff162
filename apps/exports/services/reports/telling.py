"""What may be told of people and of what they wrote, and in which words."""

from collections.abc import Iterable
from typing import Any

from apps.exports.enums import Withheld
from apps.exports.rules.lives import Life
from apps.exports.rules.orders import Order
from apps.exports.rules.report_words import ERASED, WITHHELD
from apps.exports.services.reading import People

Facts = dict[str, Any]
"""A part of a report: plain JSON, every word of it ready."""


class Telling:
    """Printed names and free texts, as far as an order lets them out."""

    def __init__(self, order: Order) -> None:
        self._names = Withheld.NAMES not in order.withheld
        self._texts = Withheld.TEXTS not in order.withheld
        self._people = People()

    def learn(self, lives: Iterable[Life], contents: Iterable[dict[str, object]]) -> None:
        """Look up the people whom these lives and revisions name, in one query."""
        if self._names:
            keys = {key for life in lives for step in life.steps for key in step.people}
            for content in contents:
                keys |= {str(content["requester"]), *(str(step["lead"]) for step in content["plan"])}  # type: ignore[attr-defined]
            self._people.learn(keys)

    def learn_keys(self, keys: set[str]) -> None:
        """Look up the people behind keys such as ``person:12``, in one query."""
        if self._names:
            self._people.learn(keys)

    def name(self, key: str) -> str:
        """Return the printed name of an actor such as ``person:12``, or where names are withheld that mark."""
        kind, _, ident = key.partition(":")
        if kind == "system":
            return f"Countersign ({ident})"
        if key not in self._people.names:
            return key
        return self._people.names[key] + (" (by token)" if kind == "token" else "")

    def prose(self, text: str) -> str:
        """Return a text that a person wrote, or that it is withheld."""
        return text if self._texts or not text else WITHHELD

    def private(self, text: str | None) -> str:
        """Return a private text of an entry, or why it is not there."""
        return self.prose(text) if text is not None else ERASED
