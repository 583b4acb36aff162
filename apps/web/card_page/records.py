"""What others said of a model version, each with the page of its record: checks, the gate, and who signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.cards.models import ModelCard
from apps.web.card_page.sources import evidence_url

_COLOURS = {"Pass": "done", "Fails": "blocked", "Denied": "blocked", "Approve": "done", "Reject": "blocked"}


@dataclass(frozen=True)
class Record:
    """A row of the card's own fields, its result in a colour, its time as one, and the address of its record."""

    row: Mapping[str, str]
    colour: str
    at: datetime | None
    url: str


def records_of(card: ModelCard, rows: Iterable[Mapping[str, str]]) -> list[Record]:
    """Return rows of a card's gate results, or of its approvals, as its page shows them."""
    return [
        Record(
            row,
            _COLOURS.get(row.get("verdict") or row.get("decision", ""), "waiting"),
            datetime.fromisoformat(row["at"]) if row["at"] else None,
            _url(card, row["link"]),
        )
        for row in rows
    ]


def _url(card: ModelCard, link: str) -> str:
    if link.startswith("GATE-"):
        return reverse("web:gate-decision", args=[link])
    if link.startswith("EV-"):
        return evidence_url(link)
    edition = link.rpartition(" ")[2]
    return reverse("web:card-edition", args=[card.ref, int(edition)]) if edition.isdecimal() else ""
