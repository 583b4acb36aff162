"""Taking what a file of another format says onto a card."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from apps.audit.services import record_event
from apps.cards.models import ModelCard
from apps.cards.rules.fields import EXTRA
from apps.cards.rules.formats import Left, read_file
from apps.cards.rules.importing import chosen
from apps.cards.selectors import content_of, offers_for, write_decision
from apps.cards.services.writing import write_edition
from apps.core.actors import Actor

LONGEST_NAME = 120


@dataclass(frozen=True)
class Imported:
    """A card after a file was taken onto it: which fields it gave, and what was left of it."""

    card: ModelCard
    fields: tuple[str, ...]
    left: tuple[Left, ...]


@transaction.atomic
def import_card(
    *,
    actor: Actor,
    card: ModelCard,
    data: bytes,
    file_name: str,
    format_name: str = "",
    take: Collection[str] | None = None,
    edition: int | None = None,
) -> Imported:
    """Write what a file says as the next edition of a card, and keep the file, to be written back into.

    Args:
        actor: who brings the file.
        card: the card, as the actor read it.
        data: the file's bytes. Nothing that it names is fetched.
        file_name: what the file is called.
        format_name: the name of its format; found out from the file when it is not given.
        take: the fields to take. Without any, those that the card is silent on: nothing is overwritten.
        edition: the edition that the person read; the card's own when it is not given.

    Raises:
        Forbidden: the actor may not write this card.
        Invalid: (``file``) it cannot be read; (``take``) it gives none of these fields.
        Stale: somebody wrote a newer edition in the meantime.
        PolicyBlocked: the card is archived.
    """
    write_decision(actor, card).require()
    found, taken = read_file(data, format_name)
    fields = chosen(offers_for(card, taken.content), take)
    kept = content_of(card).get(EXTRA, {}) | taken.content[EXTRA]
    name = file_name.strip()[:LONGEST_NAME] or found.label
    written = write_edition(actor=actor, card=card, fields=fields | {EXTRA: kept}, edition=edition, file=name)
    facts = {"format": found.name, "file": hashlib.sha256(data).hexdigest(), "fields": sorted(fields)}
    record_event(event="card.imported", actor=actor, obj=written, data=facts | {"edition": written.edition})
    return Imported(written, tuple(fields), taken.left)
