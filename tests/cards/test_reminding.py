"""Reminders that a version is to be validated again."""

from datetime import UTC, date, datetime

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.rules import Nearness, nearness_of
from apps.cards.services import archive_card, draft_card, write_edition
from apps.cards.tasks import task_remind_of_validation
from apps.core import clock
from apps.outbox.models import Notification, OutboxMessage
from tests.cards.filled import version
from tests.planning import SYSTEM, person

DAY = date(2031, 2, 12)


@pytest.mark.parametrize(
    ("today", "near"),
    [
        (date(2031, 1, 12), None),
        (date(2031, 1, 13), Nearness.FIRST),
        (date(2031, 2, 5), Nearness.LAST),
        (date(2031, 2, 12), Nearness.LAST),
        (date(2031, 2, 13), Nearness.OVERDUE),
        (date(2034, 1, 1), Nearness.OVERDUE),
    ],
)
def test_day_is_near_thirty_and_seven_days_before_and_overdue_once_it_is_over(
    today: date, near: Nearness | None
) -> None:
    assert nearness_of(DAY, today) is near


@pytest.fixture
def owner(db: None) -> User:
    return person("priya", Role.OWNER)


@pytest.fixture
def card(owner: User) -> ModelCard:
    person("tomasz", Role.VALIDATOR)
    person("femi", Role.AUDITOR)
    made = draft_card(actor=SYSTEM, version=version(aliases=["champion"]))
    fields = {"next_validation": DAY.isoformat(), "owners": [owner.pk]}
    return write_edition(actor=SYSTEM, card=made, fields=fields)


def run(on: date) -> int:
    with clock.moved_to(datetime(on.year, on.month, on.day, 9, tzinfo=UTC)):
        return task_remind_of_validation()


def told() -> list[tuple[str, str]]:
    found = Notification.objects.filter(rule__startswith="card.validation").order_by("pk")
    return [(one.user.username, one.rule.rpartition(".")[2]) for one in found.select_related("user")]


def test_owner_and_validator_are_told_once_each_time_in_the_portal_and_by_mail(card: ModelCard) -> None:
    days = (date(2031, 1, 12), date(2031, 1, 13), date(2031, 1, 20), date(2031, 2, 5), date(2031, 2, 13))
    assert [run(day) for day in days] == [0, 1, 0, 1, 1]
    both = [(name, near) for near in ("first", "last", "overdue") for name in ("priya", "tomasz")]
    assert sorted(told()) == sorted(both)
    assert OutboxMessage.objects.filter(topic="email").count() == len(both)
    last = Notification.objects.filter(rule="card.validation.overdue").first()
    assert last is not None
    assert last.title == "credit-risk 13: validation is overdue since 12 February 2031"
    assert last.url == f"/models/{card.ref}/"


def test_new_day_on_the_card_is_told_of_anew(card: ModelCard) -> None:
    run(date(2031, 2, 13))
    card.refresh_from_db()
    write_edition(actor=SYSTEM, card=card, fields={"next_validation": "2031-03-01"})
    run(date(2031, 2, 14))
    assert [near for _, near in told()] == ["overdue", "overdue", "first", "first"]


def test_nobody_is_told_of_a_version_that_is_not_in_use_or_whose_card_is_archived(
    card: ModelCard, owner: User
) -> None:
    other = draft_card(actor=SYSTEM, version=version(card.version.component, "12"))
    write_edition(actor=SYSTEM, card=other, fields={"next_validation": DAY.isoformat()})
    assert run(date(2031, 2, 13)) == 1
    card.refresh_from_db()
    write_edition(actor=SYSTEM, card=card, fields={"next_validation": "2031-03-01"})
    card.refresh_from_db()
    archive_card(actor=SYSTEM, card=card)
    assert run(date(2031, 3, 2)) == 0


def test_owner_who_has_left_is_not_told_and_those_of_the_model_are(card: ModelCard, owner: User) -> None:
    person("grace", Role.OWNER)
    owner.is_active = False
    owner.save()
    run(date(2031, 2, 13))
    assert sorted(name for name, _ in told()) == ["grace", "tomasz"]
