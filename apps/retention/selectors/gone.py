"""What of the ledger has gone, and the texts that could go."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.models import AuditEvent, AuditRetirement, AuditText
from apps.audit.selectors import Entry
from apps.audit.selectors.entries import Filters, entries
from apps.retention.selectors.holds import about_person, by_person

SHOWN = 50


@dataclass(frozen=True)
class TextsFound:
    """Entries that still have a text beside them, and how many texts they have."""

    events: QuerySet[AuditEvent]
    texts: int

    @property
    def entries(self) -> list[int]:
        """Return their numbers."""
        return list(self.events.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True)
class Gone:
    """One signed statement about entries whose content is dropped."""

    ref: str
    policy: str
    decided_by: str
    at: datetime
    count: int
    note: str


def texts_of_person(user: User) -> TextsFound:
    """Return the entries with texts that a person wrote, or that are about their account."""
    return _found(AuditEvent.objects.filter(by_person(user.pk) | about_person(user.pk)))


def texts_of_entries(numbers: Collection[int]) -> TextsFound:
    """Return which of these entries still have texts."""
    return _found(AuditEvent.objects.filter(pk__in=numbers))


def gone_from_ledger() -> tuple[list[Gone], list[Entry]]:
    """Return the newest retirements, and the newest erasures of texts, as the ledger records them."""
    made = [_gone(row) for row in AuditRetirement.objects.order_by("-pk")[:SHOWN]]
    return made, entries(Filters(events=("ledger.text_erased",)), limit=SHOWN).entries


def retirement_of(entry: Entry) -> Gone | None:
    """Return the statement under which an entry was retired, or None while its content stands."""
    row = AuditRetirement.objects.filter(tombstones__event_id=entry.number).first() if entry.retired else None
    return _gone(row) if row is not None else None


def _found(events: QuerySet[AuditEvent]) -> TextsFound:
    texts = AuditText.objects.filter(event__in=events.values("pk"))
    return TextsFound(AuditEvent.objects.filter(pk__in=texts.values("event")), texts.count())


def _gone(row: AuditRetirement) -> Gone:
    said = json.loads(bytes(row.statement))
    return Gone(
        f"RET-{row.pk}", said["policy"], said["decided_by"], row.created_at, len(said["lines"]), row.note
    )
