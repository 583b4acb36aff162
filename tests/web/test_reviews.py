from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.calendar.rules import zone_named
from apps.changes.models import ChangeItem
from apps.core import clock
from apps.core.actors import person
from apps.evidence.models import RawFile, Report, Result
from apps.reviews import services
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from tests.people import PASSWORD, add_person
from tests.reviews.build import a_change, a_component, a_metric, a_review, a_version, end, sign

pytestmark = pytest.mark.django_db

TOLD = {"outcome": "rolled_back", "what_happened": "The bound broke at 10:48.", "went_well": ""}


@pytest.fixture
def manager() -> User:
    return add_person("leila", Role.CHANGE_MANAGER)


@pytest.fixture
def as_manager(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def told(manager: User, review: Review) -> Review:
    return services.record_review(
        actor=person(manager), review=review, digest=digest_of(review), realised={}, **TOLD
    )


def form_of(review: Review) -> dict[str, str]:
    return {**TOLD, "digest": digest_of(review)}


def test_list_each_tab_shows_its_own(as_manager: Client, manager: User) -> None:
    open_one, signed_one = a_review(title="Open one"), told(manager, a_review(title="Signed one"))
    sign(signed_one, manager)
    services.add_action(
        actor=person(manager), review=open_one, text="Rehearse", owner=manager, due_on=clock.now().date()
    )

    assert "Open one" in as_manager.get("/reviews/").content.decode()
    assert "Signed one" not in as_manager.get("/reviews/").content.decode()
    assert "Signed one" in as_manager.get("/reviews/?tab=signed").content.decode()
    assert "Rehearse" in as_manager.get("/reviews/?tab=actions").content.decode()
    assert as_manager.get("/reviews/?tab=nonsense&page=nonsense").status_code == 200


def test_detail_measure_without_a_value_says_not_measured(as_manager: Client) -> None:
    page = as_manager.get(f"/reviews/{a_review().ref}/").content.decode()
    assert "Not measured" in page
    assert "At most 200" in page
    assert "was rolled back on" in page


def test_detail_unknown_or_malformed_reference_is_not_found(as_manager: Client) -> None:
    for ref in ("PIR-999999", "CHG-1", "PIR-", "PIR-١", "PIR-99999999999999999999"):
        assert as_manager.get(f"/reviews/{ref}/").status_code == 404


def test_detail_without_a_grant_is_not_found(client: Client) -> None:
    review = a_review()
    client.force_login(add_person("nobody"))
    assert client.get(f"/reviews/{review.ref}/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", object_id=review.ref).count() == 1


def test_detail_signed_out_asks_to_sign_in(client: Client) -> None:
    assert client.get("/reviews/").status_code == 302


def test_edit_saves_what_is_said_and_leaves_blank_as_not_measured(as_manager: Client) -> None:
    review = a_review()
    metric = review.metrics.get()

    answer = as_manager.post(f"/reviews/{review.ref}/edit/", {**form_of(review), f"realised_{metric.pk}": ""})

    assert answer.status_code == 302
    metric.refresh_from_db()
    assert metric.realised is None
    page = as_manager.get(f"/reviews/{review.ref}/").content.decode()
    assert "The bound broke at 10:48." in page


def test_edit_value_that_is_no_number_is_named_at_its_field(as_manager: Client) -> None:
    review = a_review()
    metric = review.metrics.get()
    answer = as_manager.post(
        f"/reviews/{review.ref}/edit/", {**form_of(review), f"realised_{metric.pk}": "many"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_realised_{metric.pk}"' in page
    assert "The bound broke" in page
    review.refresh_from_db()
    assert review.what_happened == ""


def test_edit_when_somebody_was_faster_shows_both_and_saves_on_top_when_asked_again(
    as_manager: Client, manager: User
) -> None:
    review = a_review()
    mine = {**form_of(review), "what_happened": "Mine", "went_well": "The alarm", "outcome": "failed"}
    url = f"/reviews/{review.ref}/edit/"
    told(manager, review)

    answer = as_manager.post(url, mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody edited this review while you were writing." in page
    assert "<dt>What happened?</dt><dd>The bound broke at 10:48.</dd>" in page
    assert "<dt>How did it turn out?</dt><dd>Rolled back</dd>" in page
    assert "<dt>What went well?</dt><dd>Nothing</dd>" in page
    assert ">\nMine</textarea>" in page
    review.refresh_from_db()
    assert review.what_happened == TOLD["what_happened"]

    assert as_manager.post(url, {**mine, "digest": digest_of(review)}).status_code == 302
    review.refresh_from_db()
    assert (review.what_happened, review.went_well) == ("Mine", "The alarm")


def test_edit_by_someone_who_may_not_is_refused_with_the_reason_and_recorded(client: Client) -> None:
    review = a_review()
    client.force_login(add_person("", Role.AUDITOR))
    answer = client.get(f"/reviews/{review.ref}/edit/")
    assert answer.status_code == 403
    assert "Only the requester" in answer.content.decode()
    assert AuditEvent.objects.filter(event="access.denied", object_id=review.ref).count() == 1


def test_action_added_and_done(as_manager: Client, manager: User) -> None:
    review = a_review()
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    url = f"/reviews/{review.ref}/actions/"

    assert as_manager.post(url, {"text": "Rehearse", "owner": manager.pk, "due_on": day}).status_code == 302
    action = review.actions.get()
    assert as_manager.post(f"{url}{action.pk}/done/").status_code == 302
    action.refresh_from_db()
    assert action.done_at


def test_action_without_an_owner_is_named_and_keeps_what_was_typed(as_manager: Client) -> None:
    review = a_review()
    answer = as_manager.post(f"/reviews/{review.ref}/actions/", {"text": "Rehearse", "due_on": "2020-01-01"})
    page = answer.content.decode()
    assert 'href="#action_owner"' in page
    assert 'value="Rehearse"' in page
    assert review.actions.count() == 0


def test_action_on_a_passed_day_is_named(as_manager: Client, manager: User) -> None:
    review = a_review()
    given = {"text": "Rehearse", "owner": manager.pk, "due_on": "2020-01-01"}
    page = as_manager.post(f"/reviews/{review.ref}/actions/", given).content.decode()
    assert "Choose today or a later day." in page


def test_action_of_another_review_is_not_found(as_manager: Client, manager: User) -> None:
    mine, other = a_review(), a_review()
    action = services.add_action(
        actor=person(manager), review=other, text="Rehearse", owner=manager, due_on=clock.now().date()
    )
    assert as_manager.post(f"/reviews/{mine.ref}/actions/{action.pk}/done/").status_code == 404


def test_sign_asks_first_and_a_get_never_signs(as_manager: Client, manager: User) -> None:
    review = told(manager, a_review())

    page = as_manager.get(f"/reviews/{review.ref}/sign/").content.decode()
    review.refresh_from_db()
    assert "If you sign" in page
    assert review.state == "open"

    given = {"digest": digest_of(review), "password": PASSWORD}
    assert as_manager.post(f"/reviews/{review.ref}/sign/", given).status_code == 302
    review.refresh_from_db()
    assert review.signed_by == manager


def test_sign_with_a_wrong_password_signs_nothing_and_is_recorded(as_manager: Client, manager: User) -> None:
    review = told(manager, a_review())
    given = {"digest": digest_of(review), "password": "wrong"}
    answer = as_manager.post(f"/reviews/{review.ref}/sign/", given)
    review.refresh_from_db()
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert review.state == "open"
    assert AuditEvent.objects.filter(event="access.denied", object_id=review.ref).count() == 1


def test_sign_what_was_edited_since_is_a_conflict(as_manager: Client, manager: User) -> None:
    review = told(manager, a_review())
    given = {"digest": "0" * 64, "password": PASSWORD}
    assert as_manager.post(f"/reviews/{review.ref}/sign/", given).status_code == 409


def test_sign_that_lacks_something_says_what(as_manager: Client) -> None:
    page = as_manager.get(f"/reviews/{a_review().ref}/sign/").content.decode()
    assert "Say what happened." in page


def test_detail_for_the_requester_says_why_they_cannot_sign(client: Client) -> None:
    requester = add_person("", Role.REQUESTER)
    review = a_review(requester)
    client.force_login(requester)
    page = client.get(f"/reviews/{review.ref}/").content.decode()
    assert "You asked for this change, so someone else signs its review." in page
    assert "Sign this review" not in page


@pytest.mark.parametrize("tab", ["open", "actions"])
@pytest.mark.parametrize("number", [1, 3])
def test_list_number_of_queries_is_constant(
    as_manager: Client, manager: User, django_assert_num_queries, tab: str, number: int
) -> None:
    for _ in range(number):
        services.add_action(
            actor=person(manager),
            review=a_review(),
            text="Rehearse",
            owner=manager,
            due_on=clock.now().date(),
        )
    with django_assert_num_queries(LIST_QUERIES):
        as_manager.get(f"/reviews/?tab={tab}")


@pytest.mark.parametrize("number", [1, 3])
def test_detail_number_of_queries_is_constant(
    as_manager: Client, manager: User, django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        sign(told(manager, a_review()), manager)
    change = a_change()
    for position in range(number):
        a_metric(change, f"Measure {position}")
        service = a_component(f"service-{position}", kind="service", owner_person=manager)
        versions = {"from_version": a_version(service, "1"), "to_version": a_version(service, "2")}
        ChangeItem.objects.create(change=change, component=service, **versions)
    review = end(change)
    actor = person(manager)
    for _ in range(number):
        factor = services.add_factor(actor=actor, review=review, theme="data", text="It was so")
        services.add_moment(actor=actor, review=review, at=clock.now(), what="It broke")
        services.add_action(
            actor=actor,
            review=review,
            text="Rehearse",
            owner=manager,
            due_on=clock.now().date(),
            factor=factor,
        )
    services.begin_rules(actor=actor, action=review.actions.all()[0])
    for part, queries in DETAIL_QUERIES.items():
        with django_assert_num_queries(queries):
            assert as_manager.get(f"/reviews/{review.ref}/{part}").status_code == 200


LIST_QUERIES = 7
DETAIL_QUERIES = {"": 14, "records/": 17, "feedback/": 9}


def test_page_shows_what_the_ledger_knows_beside_what_people_add(as_manager: Client, manager: User) -> None:
    review = a_review()
    local = review.actual_start.astimezone(zone_named(review.change.time_zone))
    base = f"/reviews/{review.ref}/"
    given = {"at": f"{local:%Y-%m-%dT%H:%M}", "what": "The bound broke", "who": "on-call engineer"}
    assert as_manager.post(f"{base}timeline/", given).status_code == 302
    factor = {"theme": "tests", "text": "Noor forgot to compare it"}
    assert as_manager.post(f"{base}factors/", factor).status_code == 302

    page = as_manager.get(base).content.decode()
    for shown in (
        "rolled it back",
        "In the ledger",
        "The bound broke",
        "on-call engineer",
        "Tests and checks",
    ):
        assert shown in page
    assert "“forgot to” looks for who was at fault." in page
    moment, factor_row = review.moments.get(), review.factors.get()
    edit = f"{base}timeline/{moment.pk}/"
    assert f'value="{given["at"]}"' in as_manager.get(edit).content.decode()
    assert as_manager.post(edit, {**given, "what": "It stopped"}).status_code == 302
    assert "It stopped" in as_manager.get(base).content.decode()
    assert as_manager.post(edit, {"remove": "1"}).status_code == 302
    edit = f"{base}factors/{factor_row.pk}/"
    assert "forgot to compare" in as_manager.get(edit).content.decode()
    assert as_manager.post(edit, {"theme": "", "text": "It"}).status_code == 422
    assert as_manager.post(edit, {"theme": "data", "text": "Nothing compared it"}).status_code == 302
    assert "Nothing compared it" in as_manager.get(base).content.decode()
    assert as_manager.post(edit, {"remove": "1"}).status_code == 302
    page = as_manager.get(base).content.decode()
    assert "It stopped" not in page
    assert "Nothing compared it" not in page


@pytest.mark.parametrize("at", ["", "yesterday", "9999-01-01T00:00", "2026-03-29T01:30"])
def test_timeline_time_that_is_none_is_named_at_its_field(as_manager: Client, at: str) -> None:
    review = a_review()
    review.change.time_zone = "Europe/London"
    review.change.save()
    answer = as_manager.post(f"/reviews/{review.ref}/timeline/", {"at": at, "what": "It broke"})
    assert answer.status_code == 422
    assert 'href="#moment_at"' in answer.content.decode()
    assert review.moments.count() == 0


@pytest.mark.parametrize("path", ["timeline/", "factors/", "actions/"])
def test_what_is_added_by_someone_who_may_not_is_refused_before_it_is_read(client: Client, path: str) -> None:
    review = a_review()
    client.force_login(add_person("", Role.AUDITOR))
    assert client.post(f"/reviews/{review.ref}/{path}", {}).status_code == 403


def test_feedback_is_answered_on_a_page_of_whoever_was_asked_alone(client: Client, manager: User) -> None:
    owner = add_person("", Role.OWNER)
    review = a_review(component=a_component("limits-api", kind="service", owner_person=owner))
    url = f"/reviews/{review.ref}/feedback/{review.feedback.get().pk}/"
    client.force_login(manager)
    assert client.post(url, {"felt": "better"}).status_code == 403
    told = f"/reviews/{review.ref}/feedback/"
    assert (
        f'href="{told}">See what 0 of 1 service answered'
        in client.get(f"/reviews/{review.ref}/").content.decode()
    )
    assert "Not answered" in client.get(told).content.decode()
    client.force_login(owner)
    assert review.ref in client.get("/reviews/?mine=1").content.decode()
    assert client.post(url, {"felt": "worse"}).status_code == 422
    assert client.post(url, {"felt": "worse", "saw": "Twice the pages"}).status_code == 302
    assert "Twice the pages" in client.get(told).content.decode()


def test_action_that_became_a_draft_and_the_draft_name_each_other(as_manager: Client, manager: User) -> None:
    review = a_review()
    action = services.add_action(
        actor=person(manager), review=review, text="Ask for it", owner=manager, due_on=clock.now().date()
    )
    url = f"/reviews/{review.ref}/actions/{action.pk}/becomes/"
    assert "Begin a draft of the rules" in as_manager.get(url).content.decode()
    assert as_manager.post(url, {"made": "rules RULES-9 9"}).status_code == 422
    assert as_manager.post(url, {"begin": "rules"}).status_code == 302
    assert "/rules/versions/2/" in as_manager.get(f"/reviews/{review.ref}/").content.decode()
    page = as_manager.get("/rules/versions/2/").content.decode()
    assert f"/reviews/{review.ref}/#actions" in page
    assert review.change.ref in page


def test_evidence_that_came_after_the_start_stands_beside_its_measure(as_manager: Client) -> None:
    change = a_change(actual_start=clock.now() - timedelta(hours=1), actual_end=clock.now())
    a_metric(change, "auc")
    version = change.items.get().to_version
    report = Report.objects.create(
        component=version.component,
        version=version,
        file=RawFile.objects.create(digest="0" * 64, size=2, content=b"{}"),
        format="junit",
        outcome="passed",
        received_at=clock.now(),
        sent_by=change.requester,
    )
    Result.objects.create(
        report=report, position=1, assertion="auc", outcome="passed", category="performance",
        severity="major", metric="AUC", value=0.91, low=0.9, high=0.92,
    )  # fmt: skip
    page = as_manager.get(f"/reviews/{end(change).ref}/").content.decode()
    assert f"{report.ref}</a> measured 0.91 (0.9 to 0.92)" in page
    assert page.count("Not measured") >= 2


def test_lessons_and_the_lists_behind_its_numbers_open(as_manager: Client, manager: User) -> None:
    review = a_review()
    services.add_factor(actor=person(manager), review=review, theme="data", text="It was so")
    sign(told(manager, review), manager)
    page = as_manager.get("/reviews/lessons/").content.decode()
    assert "?tab=signed&amp;theme=data" in page
    assert "Not measured" in page
    listed = as_manager.get("/reviews/?tab=signed&theme=data&since=2020-01-01&before=x").content.decode()
    assert review.ref in listed
    assert "Only changes with trouble of the theme “Data” and that ended on" in listed
    assert review.ref not in as_manager.get("/reviews/?tab=signed&theme=timing").content.decode()
