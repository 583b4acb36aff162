"""What policy asks of the revisions of many changes, picked out in the database: a revision may be large."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Func, IntegerField, JSONField, QuerySet

from apps.changes.models import Change


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A change as it was submitted last, as far as rules look at it. ``reached`` counts what it reaches."""

    pk: int
    number: int
    state: str
    requester_id: int
    round_id: int | None
    went_ahead_at: datetime | None
    started_at: datetime | None
    submitted_at: datetime
    title: str
    change_class: str
    risk: int
    cost_of_waiting: str
    window: dict[str, Any]
    standard: dict[str, Any] | None
    way_back: str
    documents: list[str]
    kinds: list[str]
    components: list[str]
    contracts: list[dict[str, Any]]
    reached: int
    reached_tier: int | None

    @property
    def ref(self) -> str:
        return f"CHG-{self.number}"


class _All(Func):
    """All that a path finds in a revision, as a list."""

    template = "jsonb_path_query_array(%(expressions)s, '%(path)s')"
    output_field = JSONField()


class _Reached(Func):
    """A count over the components that a revision reaches and nobody ticked off."""

    template = "(SELECT %(what)s FROM jsonb_path_query(%(expressions)s, '$.impact[*] ? (@.included == true)') AS one)"
    output_field = IntegerField(null=True)


_CONTENT = "revision__content"
_SUBMITTED_AT = list(Snapshot.__annotations__).index("submitted_at")


def snapshots(changes: QuerySet[Change]) -> list[Snapshot]:
    """Return these changes as they were submitted last, in their order; those that never were are left out."""
    rows = changes.values_list(
        *("pk", "number", "state", "requester_id", "round_id", "round__went_ahead_at", "actual_start"),
        *(
            "revision__submitted_at",
            f"{_CONTENT}__title",
            f"{_CONTENT}__class",
            f"{_CONTENT}__risk",
            f"{_CONTENT}__cost_of_waiting",
        ),
        *(f"{_CONTENT}__window", f"{_CONTENT}__standard", f"{_CONTENT}__rollback__plan"),
        _All(_CONTENT, path="$.documents[*].kind"),
        _All(_CONTENT, path="$.items[*].kind"),
        _All(_CONTENT, path="$.items[*].component"),
        _All(_CONTENT, path="$.contracts[*].proposed"),
        _Reached(_CONTENT, what="count(*)"),
        _Reached(_CONTENT, what="min((one->>'tier')::int)"),
    )
    return [Snapshot(*row) for row in rows if row[_SUBMITTED_AT] is not None]
