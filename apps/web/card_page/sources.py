"""Where a value of a card comes from, with the page that shows it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.cards.enums import Origin
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import WRITTEN

_LONG_ID = re.compile(r"\b[0-9a-f]{16,}\b")


@dataclass(frozen=True)
class Source:
    """A source in words, and its address; empty when no page shows it."""

    said: str
    url: str = ""


def sources_of(card: ModelCard, name: str, people: Mapping[int, User]) -> list[Source]:
    """Return where a field's value comes from."""
    return [_source(card, one, people) for one in card.sources.get(name, [])]


def authors_in(card: ModelCard) -> set[int]:
    """Return the numbers of the people who wrote values that the card holds."""
    refs = {one["ref"] for rows in card.sources.values() for one in rows if one["kind"] == Origin.PERSON}
    return {int(ref) for ref in refs if ref.isascii() and ref.isdecimal()}


@dataclass(frozen=True)
class Came:
    """A field that records filled in since a person last wrote, and from which ones."""

    label: str
    sources: list[Source]


def came_since(card: ModelCard, editions: Iterable[CardEdition], people: Mapping[int, User]) -> list[Came]:
    """Return what records brought onto a card after the last edition that a person wrote; nothing where nobody did.

    ``editions`` are the newest ones.
    """
    last = next((one.number for one in editions if one.written_by_id is not None), None)
    if last is None:
        return []
    found = []
    for field in WRITTEN:
        new = [one for one in card.sources.get(field.name, []) if _from_records(one, last)]
        if new:
            found.append(Came(field.label, [_source(card, one, people) for one in new]))
    return found


def _from_records(one: Mapping[str, str], last: int) -> bool:
    edition = one.get("edition", "")
    by_people = one["kind"] in (Origin.PERSON, Origin.FILE)
    return not by_people and edition.isdecimal() and int(edition) > last


def _source(card: ModelCard, one: Mapping[str, str], people: Mapping[int, User]) -> Source:
    component = reverse("web:component", args=[card.version.component.key])
    edition = one.get("edition", "")
    kept = reverse("web:card-edition", args=[card.ref, int(edition)]) if edition.isdecimal() else ""
    if one["kind"] == Origin.PERSON:
        who = people.get(int(one["ref"])) if one["ref"].isdecimal() else None
        return Source(
            f"{who or 'Written here'}, edition {edition}" if edition else str(who or "Written here"), kept
        )
    if one["kind"] == Origin.FILE:
        return Source(f"File “{one['ref']}”, edition {edition}", kept)
    if one["kind"] == Origin.EVIDENCE:
        return Source(f"Evidence {one['ref']}", evidence_url(one["ref"]))
    if one["kind"] == Origin.LINEAGE:
        return Source("Lineage", component)
    run = short_source(f"run {one['ref']}") if one["ref"] else ""
    return Source(f"Registry, {run}" if run else "Registry", component)


def evidence_url(ref: str) -> str:
    """Return the page of a piece of evidence such as EV-12; empty for anything else."""
    number = ref.removeprefix("EV-")
    if number == ref or not (number.isascii() and number.isdecimal()):
        return ""
    try:
        return reverse("web:evidence", args=[ref])
    except NoReverseMatch:
        return ""


def short_source(source: str) -> str:
    """Return where a number comes from, a run's long id by its first eight characters."""
    return _LONG_ID.sub(lambda found: found[0][:8], source) or "Not recorded"
