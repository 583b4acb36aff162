"""Which changes need a review, and by when: what rules say; and asking hundreds of services a few at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.calendar.rules import zone_named
from apps.changes.models import ChangeItem
from apps.core.actors import person
from apps.core.errors import PolicyBlocked
from apps.insights.selectors import home_for
from apps.lifecycle.services import advance
from apps.outbox.models import Notification, OutboxMessage
from apps.policy.enums import Effect, Stage
from apps.policy.rules import Prior, Rule, Rules
from apps.reviews import services
from apps.reviews.models import Feedback, Review
from apps.reviews.rules import add_working_days
from apps.reviews.selectors import open_reviews, review_for
from apps.reviews.services.feedback import BATCH, ask_waiting
from tests.people import add_person
from tests.reviews.build import a_change, a_component, a_review, a_version, end

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 5, 11, tzinfo=UTC)
FAILED = ("failed-next-day", 'change.outcome != "completed"', "1")
EASY = ("standard-none", 'change.class == "standard"', "0")
UNKNOWN = ("unknown", "", "change.tier + history.team_changes * 100")


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put rules about reviews in force: each with its id, where it applies, and its days."""

    def rule(*given: tuple[str, str, str]) -> None:
        made = tuple(
            Rule(id, Stage.PROMOTION, Effect.REVIEW, id, days, when=when) for id, when, days in given
        )
        rules = Rules("Ours", made, {"moderate": 20.0, "high": 40.0, "severe": 60.0}, Prior(2, 20))
        monkeypatch.setattr("apps.reviews.selectors.terms.rules_as_of", lambda _: (7, rules))

    return rule


@pytest.mark.parametrize(
    ("given", "event", "days", "rule"),
    [
        ((), "complete", 5, ""),
        ((FAILED,), "complete", 5, ""),
        ((FAILED,), "fail", 1, "failed-next-day"),
        ((("two", "", "2"), FAILED), "fail", 2, "two"),
        ((("too-many", "", "61"),), "complete", 5, ""),
        ((UNKNOWN,), "complete", 5, ""),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_review_is_due_when_the_first_rule_that_applies_says(
    ruled: Any, given: Any, event: str, days: int, rule: str
) -> None:
    ruled(*given)
    review = a_review(event=event)
    zone = zone_named(review.change.time_zone)
    assert review.due.astimezone(zone).date() == add_working_days(NOW.astimezone(zone).date(), days)
    assert (review.rule, review.rules_version) == (rule, 7 if rule else None)
    with pytest.raises(PolicyBlocked, match=f"The rule {rule} asks" if rule else "It is due by"):
        advance(review.change, "close", actor=person(review.change.requester))


@time_machine.travel(NOW, tick=False)
def test_change_that_needs_no_review_is_closed_without_and_nobody_is_asked(ruled: Any) -> None:
    ruled(EASY)
    owner = add_person("", Role.OWNER)
    manager = add_person("", Role.CHANGE_MANAGER)
    service = a_component("limits-api", kind="service", owner_person=owner)
    review = a_review(event="complete", component=service, change_class="standard")
    assert (review.due_at, review.rule, review.outcome) == (None, "standard-none", "successful")
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        services.remind_reviews()
    assert not Notification.objects.exists()
    assert not open_reviews(manager).exists()
    assert home_for(manager).needs == []
    advance(review.change, "close", actor=person(review.change.requester))
    opened = AuditEvent.objects.get(event="review.opened")
    assert b'"rule":"standard-none"' in bytes(opened.entry)


def _of_services(number: int) -> Review:
    change, owners = a_change(), [add_person("", Role.OWNER), add_person("", Role.OWNER)]
    for position in range(number):
        service = a_component(f"service-{position}", kind="service", owner_person=owners[position % 2])
        versions = {"from_version": a_version(service, "1"), "to_version": a_version(service, "2")}
        ChangeItem.objects.create(change=change, component=service, **versions)
    return end(change)


def test_feedback_of_hundreds_is_asked_in_parts_each_once_and_says_how_far_it_is(client: Client) -> None:
    review = _of_services(4 * BATCH + 7)
    manager = add_person("", Role.CHANGE_MANAGER)
    for part in (1, 2, 3, 4):
        shown = review_for(manager, review.ref)
        assert shown is not None
        assert (shown.asked, shown.services) == (part * BATCH, 4 * BATCH + 7)  # type: ignore[attr-defined]
        message = OutboxMessage.objects.filter(topic="ask_feedback").latest("pk")
        ask_waiting(message.key, message.payload)
    for message in OutboxMessage.objects.filter(topic="ask_feedback"):
        ask_waiting(message.key, message.payload)  # delivered once more
    assert OutboxMessage.objects.filter(topic="ask_feedback").count() == 4
    assert Feedback.objects.filter(review=review, asked__isnull=False).count() == 4 * BATCH + 7
    assert Notification.objects.filter(rule="review.feedback").count() == 2
    assert AuditEvent.objects.filter(event="review.feedback_asked").count() == 5
    client.force_login(manager)
    feedback = f"/reviews/{review.ref}/feedback/"
    assert f'href="{feedback}?page=2"' in client.get(feedback).content.decode()
    assert f'href="{feedback}?page=1"' in client.get(f"{feedback}?page=2").content.decode()
