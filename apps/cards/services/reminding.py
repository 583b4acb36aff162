"""Reminders that a model version in use is due to be validated again."""

from datetime import UTC, date, datetime, time

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.cards.models import ModelCard
from apps.cards.rules import Nearness, nearness_of
from apps.cards.selectors import cards_to_remind, in_use_among_cards
from apps.core import clock
from apps.outbox.services import notify


def remind_of_validation() -> int:
    """Tell owners and validators of versions in use that are to be validated within 30 days, within 7, or are overdue.

    Each is told once for each day that a card names, and how near it is; return how many cards were told of. Each card
    is marked in the transaction that tells of it, so that none is told twice.
    """
    today = clock.now().date()
    waiting = cards_to_remind(today).defer("content", "sources", "given")
    return sum(_remind(card.pk, today) for card in in_use_among_cards(waiting))


@transaction.atomic
def _remind(card_id: int, today: date) -> bool:
    waiting = cards_to_remind(today).select_for_update(of=("self",), skip_locked=True)
    card = waiting.filter(pk=card_id).first()
    if card is None or card.validate_by is None:
        return False
    near = nearness_of(card.validate_by, today)
    if near is None:
        return False
    for user in _people(card):
        _tell(user, card, card.validate_by, near)
    card.reminded_of = near.mark(card.validate_by)
    card.save(update_fields=["reminded_of"])
    return True


def _people(card: ModelCard) -> list[User]:
    """Return the owners that a card names, else those of the model, and its validators; each once."""
    component = card.version.component
    where = (component.key, component.owner_team_id)
    named = User.objects.filter(pk__in=card.content.get("owners", []), is_active=True)
    owners = list(named) or list(people_with_role(Role.OWNER, *where))
    validators = people_with_role(Role.VALIDATOR, *where)
    return list({user.pk: user for user in [*owners, *validators] if user.is_active}.values())


def _tell(user: User, card: ModelCard, day: date, near: Nearness) -> None:
    said = f"{day.day} {day:%B %Y}"
    overdue = near is Nearness.OVERDUE
    notify(
        user=user,
        rule=f"card.validation.{near}",
        subject=card.ledger_ref(),
        due=datetime.combine(day, time.min, UTC),
        title=f"{card.version.component} {card.version.version}: validation "
        + (f"is overdue since {said}" if overdue else f"is due by {said}"),
        body=(
            f"Version {card.version.version} of {card.version.component} is in use. Its model card says that it is "
            f"validated again by {said}"
            + (", and that day has passed." if overdue else ".")
            + "\nValidate it, send the results as evidence, and write the next day on the card."
        ),
        url=f"/models/{card.ref}/",
    )
