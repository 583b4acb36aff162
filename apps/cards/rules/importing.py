"""What a file would change on a card, field by field, before anybody says that it shall."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from apps.cards.rules.fields import WRITTEN, CardField, is_filled
from apps.core.errors import Invalid


@dataclass(frozen=True)
class Offer:
    """A field as the card has it and as the file says it. ``by_person`` says that a person wrote what is there."""

    field: CardField
    held: Any
    offered: Any
    by_person: bool

    @property
    def is_new(self) -> bool:
        """Return whether the card says nothing there yet, so that taking it overwrites nothing."""
        return not is_filled(self.held)


def offers_of(held: Mapping[str, Any], said: Mapping[str, Any], by_people: Collection[str]) -> list[Offer]:
    """Return the fields that a file says otherwise than the card, in the order of the fields.

    Args:
        held: the card's content.
        said: what the file gives.
        by_people: the fields of which a person wrote at least a part.
    """
    return [
        Offer(field, held.get(field.name, field.empty), said[field.name], field.name in by_people)
        for field in WRITTEN
        if is_filled(said.get(field.name)) and said[field.name] != held.get(field.name)
    ]


def chosen(offers: list[Offer], names: Collection[str] | None) -> dict[str, Any]:
    """Return the fields to take: those that are named, or without any name those that overwrite nothing.

    Raises:
        Invalid: (``take``) a name is of no field that the file would change, or there is nothing to take.
    """
    if names is None:
        taken = {offer.field.name: offer.offered for offer in offers if offer.is_new}
    else:
        by_name = {offer.field.name: offer.offered for offer in offers}
        if unknown := sorted(set(names) - set(by_name)):
            raise Invalid({"take": [f"The file would not change a field “{unknown[0][:60]}”."]})
        taken = {name: by_name[name] for name in names}
    if not taken:
        instead = " Name the fields that it may overwrite." if offers and names is None else ""
        raise Invalid(
            {"take": [f"There is nothing to take.{instead}" if offers else "The file changes nothing."]}
        )
    return taken
