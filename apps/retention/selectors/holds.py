"""Legal holds, and the entries that each covers."""

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.audit.models import AuditEvent
from apps.cards.models import ModelCard
from apps.changes.models import ChangeItem
from apps.retention.enums import HoldScope
from apps.retention.models import LegalHold
from apps.retention.selectors.who import Reader, may_read_retention


def holds_in_force() -> QuerySet[LegalHold]:
    """Return the holds that are not lifted, newest first."""
    return LegalHold.objects.filter(lifted_at=None).select_related("person", "placed_by")


def holds_visible_to(user: Reader) -> QuerySet[LegalHold]:
    """Return every hold, lifted or not, newest first, for whoever may see them."""
    rows = LegalHold.objects.select_related("person", "placed_by", "lifted_by")
    return rows if may_read_retention(user) else rows.none()


def hold_for(user: Reader, ref: str) -> LegalHold | None:
    """Return the hold called ``HOLD-3``, if the person may see it."""
    number = _number(ref)
    return holds_visible_to(user).filter(pk=number).first() if number is not None else None


def hold_exists(ref: str) -> bool:
    """Return whether a hold exists, so that a refused look can be told from a wrong address."""
    number = _number(ref)
    return number is not None and LegalHold.objects.filter(pk=number).exists()


def record_exists(record: str) -> bool:
    """Return whether the ledger has an entry that a hold over this record would cover, whoever asks."""
    return "\x00" not in record and AuditEvent.objects.filter(object_id__in=_names(record)).exists()


def keeps(hold: LegalHold) -> Q:
    """Return which entries a hold covers, as a condition on entries.

    A record stands for its change, booking and review. A component stands for itself, the changes that move it,
    and its model cards. A person stands for what they did, by themselves or by token, and what is about them.
    """
    if hold.scope == HoldScope.RECORD:
        return Q(object_id__in=_names(hold.record))
    if hold.scope == HoldScope.COMPONENT:
        return _of_component(hold.component_key)
    if hold.scope == HoldScope.PERSON:
        return by_person(hold.person_id or 0) | about_person(hold.person_id or 0)
    return Q(at__gte=hold.start, at__lt=hold.end)


def by_person(pk: int) -> Q:
    """Return which entries a person wrote, in person or by a token of theirs."""
    return Q(actor_key=f"person:{pk}") | Q(actor_key__startswith=f"token:{pk}/")


def about_person(pk: int) -> Q:
    """Return which entries have a person as their record."""
    return Q(object_type="person", object_id=str(pk))


def holds_over(events: QuerySet[AuditEvent]) -> list[LegalHold]:
    """Return the holds in force that cover any of these entries, oldest first."""
    return [hold for hold in holds_in_force().order_by("pk") if events.filter(keeps(hold)).exists()]


def _of_component(key: str) -> Q:
    moved = ChangeItem.objects.filter(component__key=key)
    cards = ModelCard.objects.filter(version__component__key=key)
    return (
        Q(object_type="component", object_id=key)
        | Q(
            object_type__in=("change", "booking"),
            object_id__in=moved.values(_named=_ref("CHG-", "change__number")),
        )
        | Q(object_type="review", object_id__in=moved.values(_named=_ref("PIR-", "change__number")))
        | Q(object_type="card", object_id__in=cards.values(_named=_ref("CARD-", "number")))
    )


def _ref(prefix: str, column: str) -> Concat:
    return Concat(Value(prefix), Cast(column, CharField()), output_field=CharField())


def _names(record: str) -> list[str]:
    return [record, record.replace("CHG-", "PIR-", 1)] if record.startswith("CHG-") else [record]


def _number(ref: str) -> int | None:
    number = ref.removeprefix("HOLD-")
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= 15 else None
