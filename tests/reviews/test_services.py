from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked, Stale
from apps.lifecycle.services import advance
from apps.outbox.models import Notification
from apps.reviews import services
from apps.reviews.enums import ReviewState
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from tests.people import a_need, add_person
from tests.reviews.build import a_change, a_metric, a_plan_step, a_review, approved_by, end, sign, with_round

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 5, 11, tzinfo=UTC)
TOLD = {
    "outcome": "rolled_back",
    "what_happened": "The bound broke at 10:48.",
    "went_well": "The undo worked.",
}


def events() -> list[str]:
    return list(
        AuditEvent.objects.filter(object_type="review").order_by("pk").values_list("event", flat=True)
    )


@pytest.fixture
def manager() -> User:
    """A change manager since before every time that these tests travel to."""
    with time_machine.travel(NOW - timedelta(days=1)):
        return add_person("leila", Role.CHANGE_MANAGER)


def written(review: Review, user: User) -> Review:
    return services.record_review(
        actor=person(user), review=review, digest=digest_of(review), realised={}, **TOLD
    )


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("event", "outcome"), [("complete", "successful"), ("roll_back", "rolled_back"), ("fail", "failed")]
)
def test_change_that_ends_opens_its_review_prefilled(event: str, outcome: str) -> None:
    change = a_change()
    a_metric(change, "Fraud holds", direction="at_most", target=4.0, baseline=4.2, bound=6.0)

    review = end(change, event)

    assert review.outcome == outcome
    assert (review.planned_start, review.planned_end) == (change.planned_start, change.planned_end)
    assert (review.actual_start, review.actual_end) == (change.actual_start, change.actual_end)
    assert review.due_at == datetime(2026, 11, 12, 17, tzinfo=UTC)
    assert [
        (metric.name, metric.target, metric.bound, metric.realised) for metric in review.metrics.all()
    ] == [
        ("Limits raised an hour", 200.0, 240.0, None),
        ("Fraud holds", 4.0, 6.0, None),
    ]
    assert events() == ["review.opened"]
    assert Notification.objects.get().user == change.requester


def test_record_review_keeps_blank_measures_blank(manager: User) -> None:
    review = a_review()
    metric = review.metrics.get()

    services.record_review(
        actor=person(manager), review=review, digest=digest_of(review), realised={metric.pk: None}, **TOLD
    )

    metric.refresh_from_db()
    assert metric.realised is None
    entry = AuditEvent.objects.get(event="review.recorded")
    assert "The bound broke" not in bytes(entry.entry).decode()


def test_record_review_zero_is_a_value(manager: User) -> None:
    review = a_review()
    metric = review.metrics.get()
    services.record_review(
        actor=person(manager), review=review, digest=digest_of(review), realised={metric.pk: 0.0}, **TOLD
    )
    metric.refresh_from_db()
    assert metric.realised == 0.0


def test_record_review_by_a_stranger_is_forbidden_and_changes_nothing() -> None:
    review = a_review()
    with pytest.raises(Forbidden, match="Only the requester"):
        written(review, add_person("", Role.AUDITOR))
    review.refresh_from_db()
    assert review.what_happened == ""
    assert events() == ["review.opened"]


def test_record_review_by_a_lead_of_the_plan_is_taken() -> None:
    change = a_change()
    lead = add_person("", Role.REQUESTER)
    a_plan_step(change, lead)
    assert written(end(change), lead).what_happened == TOLD["what_happened"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_record_review_no_number_is_named_at_its_field(manager: User, value: float) -> None:
    review = a_review()
    metric = review.metrics.get()
    with pytest.raises(Invalid) as caught:
        services.record_review(
            actor=person(manager),
            review=review,
            digest=digest_of(review),
            realised={metric.pk: value},
            **TOLD,
        )
    assert list(caught.value.fields) == [f"realised_{metric.pk}"]


def test_record_review_measure_of_another_review_is_refused(manager: User) -> None:
    other, review = a_review().metrics.get(), a_review()
    with pytest.raises(Invalid, match="does not belong"):
        services.record_review(
            actor=person(manager), review=review, digest=digest_of(review), realised={other.pk: 1.0}, **TOLD
        )


def test_sign_review_by_a_change_manager_signs_and_records_its_digest(manager: User) -> None:
    review = written(a_review(), manager)

    signed = sign(review, manager)

    assert (signed.state, signed.signed_by) == (ReviewState.SIGNED, manager)
    assert events() == ["review.opened", "review.recorded", "review.signed"]


def test_sign_review_by_its_requester_is_forbidden() -> None:
    requester = add_person("", Role.REQUESTER, Role.CHANGE_MANAGER)
    review = written(a_review(requester), requester)
    with pytest.raises(Forbidden, match="You asked for this change"):
        sign(review, requester)


def test_sign_review_by_the_sponsor_who_signed_is_taken(manager: User) -> None:
    change, sponsor = a_change(), add_person("", Role.SPONSOR)
    approved_by(change, sponsor, Role.SPONSOR)
    review = written(end(change), manager)
    assert sign(review, sponsor).signed_by == sponsor


def test_sign_review_by_a_sponsor_who_did_not_sign_is_forbidden(manager: User) -> None:
    review = written(a_review(), manager)
    with pytest.raises(Forbidden):
        sign(review, add_person("", Role.SPONSOR))


def test_sign_review_by_the_owner_of_an_affected_part_is_taken(manager: User) -> None:
    owner = add_person("", Role.OWNER, component_key="model:default/limits")
    other = add_person("", Role.OWNER, component_key="model:default/search")
    change = with_round(a_change(), a_need(Role.OWNER, "limits"))
    review = written(end(change), manager)

    with pytest.raises(Forbidden):
        sign(review, other)
    assert sign(review, owner).signed_by == owner


def test_sign_review_that_says_nothing_names_what_is_missing(manager: User) -> None:
    with pytest.raises(Invalid) as caught:
        sign(a_review(), manager)
    assert list(caught.value.fields) == ["what_happened"]


def test_sign_review_edited_since_it_was_read_is_stale_and_signs_nothing(manager: User) -> None:
    review = written(a_review(), manager)
    read = digest_of(review)
    services.record_review(
        actor=person(manager),
        review=review,
        digest=digest_of(review),
        realised={},
        **{**TOLD, "went_well": "The alarm was quick."},
    )
    with pytest.raises(Stale):
        services.sign_review(actor=person(manager), review=review, digest=read)
    review.refresh_from_db()
    assert (review.state, review.signed_by) == (ReviewState.OPEN, None)


def test_record_review_edited_since_it_was_read_is_stale_and_overwrites_nothing(manager: User) -> None:
    review = a_review()
    read = digest_of(review)
    written(review, manager)
    with pytest.raises(Stale):
        services.record_review(
            actor=person(manager), review=review, digest=read, realised={}, **{**TOLD, "went_well": "Mine"}
        )
    review.refresh_from_db()
    assert review.went_well == TOLD["went_well"]


@pytest.mark.parametrize(
    ("zone", "day", "taken"),
    [
        ("America/Los_Angeles", 4, True),
        ("America/Los_Angeles", 3, False),
        ("Europe/London", 4, False),
        ("Asia/Tokyo", 5, True),
    ],
)
def test_add_action_today_is_the_day_where_the_person_is(
    manager: User, zone: str, day: int, taken: bool
) -> None:
    review = a_review()
    manager.time_zone = zone
    with time_machine.travel(datetime(2026, 11, 5, 1, 30, tzinfo=UTC), tick=False):
        given = {"review": review, "text": "Rehearse", "owner": manager, "due_on": date(2026, 11, day)}
        if taken:
            assert services.add_action(actor=person(manager), **given).due_on == given["due_on"]
        else:
            with pytest.raises(Invalid, match="Choose today or a later day."):
                services.add_action(actor=person(manager), **given)


def test_signed_review_no_longer_changes(manager: User) -> None:
    review = sign(written(a_review(), manager), manager)
    with pytest.raises(Forbidden, match="signed"):
        written(review, manager)
    with pytest.raises(Forbidden, match="already signed"):
        sign(review, manager)


def test_close_change_needs_its_review_signed(manager: User) -> None:
    change = a_change()
    review = written(end(change), manager)

    with pytest.raises(PolicyBlocked, match=f"PIR-{change.number} of this change is not signed"):
        advance(change, "close", actor=person(manager))
    sign(review, manager)
    assert advance(change, "close", actor=person(manager)).state == "closed"


def test_close_change_that_never_ended_is_illegal(manager: User) -> None:
    with pytest.raises(IllegalTransition):
        advance(a_change(), "close", actor=person(manager))


@time_machine.travel(NOW, tick=False)
def test_add_action_tells_its_owner(manager: User) -> None:
    owner = add_person("diego", Role.OWNER)
    review = a_review()

    action = services.add_action(
        actor=person(manager),
        review=review,
        text=" Rehearse the undo ",
        owner=owner,
        due_on=date(2026, 11, 13),
    )

    assert action.text == "Rehearse the undo"
    told = Notification.objects.get(user=owner)
    assert told.url == f"/reviews/{review.ref}/"
    assert "Rehearse the undo" in told.body


@time_machine.travel(NOW, tick=False)
def test_add_action_bad_input_is_named_at_each_field(manager: User) -> None:
    gone = add_person("gone")
    gone.is_active = False
    gone.save()
    with pytest.raises(Invalid) as caught:
        services.add_action(
            actor=person(manager), review=a_review(), text=" ", owner=gone, due_on=date(2026, 11, 4)
        )
    assert set(caught.value.fields) == {"text", "owner", "due_on"}


@pytest.mark.parametrize("day", [date(3000, 1, 1), date.max])
def test_action_past_the_years_that_the_portal_counts_is_refused_at_its_day(manager: User, day: date) -> None:
    with pytest.raises(Invalid) as caught:
        services.add_action(actor=person(manager), review=a_review(), text="Go", owner=manager, due_on=day)
    assert list(caught.value.fields) == ["due_on"]


@time_machine.travel(NOW, tick=False)
def test_complete_action_by_its_owner_and_nobody_else(manager: User) -> None:
    owner, stranger = add_person("", Role.OWNER), add_person("", Role.OWNER)
    action = services.add_action(
        actor=person(manager), review=a_review(), text="Rehearse", owner=owner, due_on=date(2026, 11, 13)
    )
    with pytest.raises(Forbidden, match="Only its owner"):
        services.complete_action(actor=person(stranger), action=action)
    assert services.complete_action(actor=person(owner), action=action).done_at == NOW
    with pytest.raises(Forbidden, match="already done"):
        services.complete_action(actor=person(owner), action=action)


def test_remind_reviews_tells_each_person_once_however_often_it_runs(manager: User) -> None:
    owner = add_person("", Role.OWNER)
    with time_machine.travel(NOW, tick=False):
        review = a_review()
        services.add_action(
            actor=person(manager), review=review, text="Rehearse", owner=owner, due_on=date(2026, 11, 12)
        )
    Notification.objects.all().delete()

    def told(moment: datetime) -> list[tuple[str, str]]:
        with time_machine.travel(moment, tick=False):
            services.remind_reviews()
            services.remind_reviews()
        found = Notification.objects.order_by("pk").values_list("user__username", "rule")
        rules = [
            (user, rule.rsplit(".", 1)[0] if rule.startswith("action") else rule) for user, rule in found
        ]
        Notification.objects.all().delete()
        return sorted(rules)

    requester = review.change.requester.username
    due = review.due_at
    assert told(due - timedelta(days=1, seconds=1)) == []
    assert told(due - timedelta(days=1)) == [(requester, "review.due")]
    assert told(due) == sorted(
        [(owner.username, "action.due"), ("leila", "review.overdue"), (requester, "review.overdue")]
    )
    assert told(due + timedelta(days=30)) == []
