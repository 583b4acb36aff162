"""The timeline, what made an outcome likely, feedback of owners, and what actions turn into."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.changes.models import ChangeItem
from apps.core import clock
from apps.core.actors import person
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, IllegalTransition, Invalid, Stale
from apps.insights.selectors import home_for
from apps.lifecycle.services import advance
from apps.outbox.models import Notification
from apps.reviews import services
from apps.reviews.models import Feedback, Review
from apps.reviews.selectors import (
    actions_behind,
    digest_of,
    factors_of,
    feedback_of,
    moments_of,
    similar_reviews,
    version_named,
)
from tests.people import add_person, add_team
from tests.reviews.build import a_change, a_component, a_review, a_version, end, sign

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 5, 11, tzinfo=UTC)


@pytest.fixture
def manager() -> User:
    with time_machine.travel(NOW - timedelta(days=1)):
        return add_person("leila", Role.CHANGE_MANAGER)


def _soon() -> date:
    return clock.now().date() + timedelta(days=3)


def read(review: Review) -> Review:
    return Review.objects.select_related("change").get(pk=review.pk)


def of_service(owner: User | None = None, **more: object) -> Review:
    """Return the review of a change that moves a service beside its model."""
    change = a_change()
    service = a_component("loan-decision", kind="service", owner_person=owner, **more)
    ChangeItem.objects.create(
        change=change,
        component=service,
        from_version=a_version(service, "1"),
        to_version=a_version(service, "2"),
    )
    return end(change)


@time_machine.travel(NOW, tick=False)
def test_timeline_is_written_in_order_of_time_and_covered_by_the_digest(manager: User) -> None:
    review, actor = a_review(), person(manager)
    before = digest_of(review)
    late = services.add_moment(actor=actor, review=review, at=NOW, what="We went back", who="on-call")
    services.add_moment(actor=actor, review=review, at=NOW - timedelta(hours=1), what=" It began ")

    assert [one.what for one in moments_of(review)] == ["It began", "We went back"]
    services.edit_moment(actor=actor, moment=late, at=NOW - timedelta(hours=2), what="Alarm", who="")
    assert [one.what for one in moments_of(read(review))] == ["Alarm", "It began"]
    assert digest_of(read(review)) != before
    services.remove_moment(actor=actor, moment=late)
    assert [one.what for one in moments_of(read(review))] == ["It began"]
    with pytest.raises(Stale):
        services.edit_moment(actor=actor, moment=late, at=NOW, what="Alarm")
    told = AuditEvent.objects.filter(event__startswith="review.moment").order_by("pk")
    assert [one.event.partition("_")[2] for one in told] == ["added", "added", "edited", "removed"]
    assert all(b"It began" not in bytes(one.entry) for one in told)


@time_machine.travel(NOW, tick=False)
def test_timeline_refuses_what_is_to_come_too_long_or_not_theirs_and_changes_nothing(manager: User) -> None:
    review = a_review()
    with pytest.raises(Invalid) as caught:
        services.add_moment(
            actor=person(manager),
            review=review,
            at=NOW + timedelta(minutes=1),
            what="x" * 501,
            who="\x00",
        )
    assert set(caught.value.fields) == {"at", "what", "who"}
    with pytest.raises(Forbidden):
        services.add_moment(
            actor=person(add_person("", Role.AUDITOR)), review=review, at=NOW, what="It broke"
        )
    assert moments_of(review) == []


def test_factor_needs_a_theme_of_the_list_and_one_taken_out_is_kept(manager: User) -> None:
    review, actor = a_review(), person(manager)
    with pytest.raises(Invalid) as caught:
        services.add_factor(actor=actor, review=review, theme="weather", text="  ")
    assert set(caught.value.fields) == {"theme", "text"}
    factor = services.add_factor(actor=actor, review=review, theme="data", text="The sample left out stores")
    assert [(one.theme, one.text) for one in factors_of(review)] == [("data", "The sample left out stores")]
    with pytest.raises(Invalid):
        services.edit_factor(actor=actor, factor=factor, theme="weather", text="It left out stores")
    services.edit_factor(actor=actor, factor=factor, theme="tests", text=" It left out stores ")
    assert [(one.theme, one.text) for one in factors_of(review)] == [("tests", "It left out stores")]
    services.remove_factor(actor=actor, factor=factor)
    assert factors_of(review) == []
    factor.refresh_from_db()
    assert factor.removed_at
    with pytest.raises(Stale):
        services.edit_factor(actor=actor, factor=factor, theme="data", text="Again")
    told = AuditEvent.objects.filter(event__startswith="review.factor").order_by("pk")
    assert [one.event.partition("_")[2] for one in told] == ["added", "edited", "removed"]


def test_factors_without_a_theme_leave_the_digest_that_was_signed(manager: User) -> None:
    """What was one text before there were rows gives the same digest as rows: signatures on it go on to verify."""
    review = a_review()
    review.factors.create(text="The sample left out stores.")
    review.factors.create(text="Nobody compared it.")
    [metric] = review.metrics.all()
    assert digest_of(review) == digest(
        {
            "review": review.ref,
            "outcome": review.outcome,
            "what_happened": "",
            "contributing_factors": "The sample left out stores.\nNobody compared it.",
            "went_well": "",
            "metrics": [{"name": metric.name, "unit": "", "target": metric.target, "realised": None}],
            "actions": [],
        }
    )


def test_feedback_is_asked_of_each_services_owner_once_and_stands_on_their_home() -> None:
    owner = add_person("", Role.OWNER)
    review = of_service(owner)

    [asked] = feedback_of(review)
    assert (asked.component.name, list(asked.asked.all())) == ("loan-decision", [owner])
    assert Notification.objects.filter(user=owner, rule="review.feedback").count() == 1
    [need] = home_for(owner).needs
    assert "say how it was for your service" in need.note
    assert need.url.endswith("#feedback")
    services.answer_feedback(actor=person(owner), feedback=asked, felt="as_expected", saw="", better="")
    assert home_for(owner).needs == []


def test_feedback_of_a_service_goes_to_its_team_or_says_that_nobody_owns_it() -> None:
    team = add_team("loans")
    member = add_person("", Role.OWNER, team=team)
    everything = add_person("", Role.OWNER)
    assert list(feedback_of(of_service(owner_team=team))[0].asked.all()) == [member]
    nobodys = a_change(component=a_component("orphan", kind="service"))
    assert list(feedback_of(end(nobodys))[0].asked.all()) == []
    assert not Notification.objects.filter(user=everything).exists()


def test_feedback_is_taken_of_whoever_was_asked_until_the_review_is_signed(manager: User) -> None:
    owner = add_person("", Role.OWNER)
    review = of_service(owner)
    [asked] = feedback_of(review)
    with pytest.raises(Forbidden, match="Only those who were asked"):
        services.answer_feedback(actor=person(manager), feedback=asked, felt="worse", saw="x", better="")
    with pytest.raises(Invalid) as caught:
        services.answer_feedback(actor=person(owner), feedback=asked, felt="worse", saw=" ", better="")
    assert list(caught.value.fields) == ["saw"]
    answered = services.answer_feedback(
        actor=person(owner), feedback=asked, felt="worse", saw="Twice the pages", better=""
    )
    assert (answered.felt, answered.answered_by) == ("worse", owner)
    services.record_review(
        actor=person(manager),
        review=review,
        digest=digest_of(review),
        outcome="with_issues",
        what_happened="It went.",
        went_well="",
        realised={},
    )
    sign(read(review), manager)
    with pytest.raises(Forbidden, match="signed"):
        services.answer_feedback(actor=person(owner), feedback=asked, felt="better", saw="", better="")


def test_feedback_that_is_missing_is_reminded_of_once(manager: User) -> None:
    owner = add_person("", Role.OWNER)
    review = of_service(owner)
    for days in (3, 2, 1):
        with time_machine.travel(review.due_at - timedelta(days=days), tick=False):
            services.remind_reviews()
    told = Notification.objects.filter(user=owner, rule__startswith="feedback.due")
    assert told.count() == 1
    assert Feedback.objects.get().reminded_at == review.due_at - timedelta(days=2)


def test_action_becomes_a_draft_of_the_rules_that_names_it_and_is_named_by_it(manager: User) -> None:
    review = a_review()
    action = services.add_action(
        actor=person(manager), review=review, text="Ask for it", owner=manager, due_on=_soon()
    )
    draft = services.begin_rules(actor=person(manager), action=action)

    action.refresh_from_db()
    assert (action.becomes, action.record, action.version) == ("rules", draft.ref, draft.number)
    assert review.ref in draft.reason
    assert review.change.ref in draft.reason
    made = version_named(f"rules {draft.ref} {draft.number}")
    assert made is not None
    assert made.stands == "Draft"
    [behind] = actions_behind(manager, "rules", [draft.ref])
    assert behind == {
        "review": review.ref,
        "change": review.change.ref,
        "title": review.change.title,
        "text": "Ask for it",
        "version": draft.number,
    }
    other = services.add_action(
        actor=person(manager), review=review, text="And this", owner=manager, due_on=_soon()
    )
    with pytest.raises(Conflict):
        services.begin_rules(actor=person(manager), action=other)
    other.refresh_from_db()
    assert other.becomes == ""


@pytest.mark.parametrize(
    "made", ["", "rules", "rules RULES-9 9", "rules RULES-2 x", "monitor M-1 1", "rules  2"]
)
def test_action_becomes_only_what_is_there(manager: User, made: str) -> None:
    action = services.add_action(
        actor=person(manager), review=a_review(), text="Ask", owner=manager, due_on=_soon()
    )
    with pytest.raises(Invalid):
        services.link_action(actor=person(manager), action=action, made=made)
    with pytest.raises(Forbidden):
        services.link_action(actor=person(add_person("", Role.AUDITOR)), action=action, made=made)


def test_similar_reviews_share_a_part_or_a_theme_and_say_which(manager: User) -> None:
    actor = person(manager)

    def past(name: str, theme: str) -> Review:
        review = a_review(component=a_component(name), title=name)
        services.add_factor(actor=actor, review=review, theme=theme, text="So it was")
        services.record_review(
            actor=actor,
            review=review,
            digest=digest_of(read(review)),
            outcome="failed",
            what_happened="It went.",
            went_well="",
            realised={},
        )
        return sign(read(review), manager)

    part, theme = past("ranker", "timing"), past("search", "data")
    past("other", "capacity")
    mine = a_review(component=a_component("ranker"))
    services.add_factor(actor=actor, review=mine, theme="data", text="So it was")

    found = similar_reviews(manager, mine)
    assert [(one.review, one.why) for one in found] == [
        (part, "Moved ranker too"),
        (theme, "Same theme: Data"),
    ]


def test_change_that_never_started_has_no_review_to_write(manager: User) -> None:
    change = a_change(state="approved", actual_start=None, actual_end=None)
    for event in ("complete", "roll_back", "fail"):
        with pytest.raises(IllegalTransition):
            advance(change, event, actor=person(change.requester))
    assert not Review.objects.filter(change=change).exists()
