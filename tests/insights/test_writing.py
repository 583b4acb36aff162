"""Briefings that people write: begun from facts, measured, signed over one digest, and told when facts move."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.changes.models import Change
from apps.core import actors
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.insights.enums import BriefingState
from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import briefing_of
from apps.insights.rules.writing import Words, words_of
from apps.insights.selectors import About, about_for
from apps.insights.services import ask_briefing_signature, begin_briefing, withdraw_briefing, write_briefing
from tests.insights.build import in_review
from tests.people import add_person, sign

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
HARD = (
    "Notwithstanding considerable organisational interdependencies, implementation necessitates comprehensive "
    "reconsideration of institutional responsibilities."
)


@pytest.fixture(autouse=True)
def on_tuesday():  # type: ignore[no-untyped-def]
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def sponsor() -> User:
    return add_person("henrik", Role.SPONSOR)


@pytest.fixture
def change(sponsor: User) -> Change:  # noqa: ARG001
    return in_review(datetime(2026, 11, 12, 17, tzinfo=UTC), title="Loan scoring before the peak")


def about(user: User, change: Change) -> About:
    found = about_for(user, change.ref)
    assert found is not None
    return found


def begun(user: User, change: Change) -> BriefingVersion:
    return begin_briefing(actor=actors.person(user), about=about(user, change))


def written(version: BriefingVersion, **changed: str) -> Words:
    words = words_of(briefing_of(version.document))
    return replace(words, parts={**words.parts, **changed})


def signed(user: User, change: Change) -> BriefingVersion:
    """Begin a version, ask for its signature and have the sponsor sign it."""
    version, actor = begun(user, change), actors.person(user)
    round_ = ask_briefing_signature(
        actor=actor, about=about(user, change), version=version, seen=version.digest
    )
    asked = Requirement.objects.get(round=round_)
    sign(actor=actor, requirement=asked, decision="approve", digest=version.digest)
    version.refresh_from_db()
    return version


def test_signed_version_is_the_digest_of_what_the_sponsor_saw(sponsor: User, change: Change) -> None:
    version = signed(sponsor, change)
    assert version.state == BriefingState.SIGNED
    assert version.digest == digest(version.document)
    events = AuditEvent.objects.filter(object_id=version.ref).values_list("event", flat=True)
    assert list(events.order_by("pk")) == [
        "briefing.begun",
        "approval.asked",
        "approval.signed",
        "briefing.signed",
    ]


def test_second_signed_version_supersedes_the_first_and_keeps_it(sponsor: User, change: Change) -> None:
    first = signed(sponsor, change)
    second = signed(sponsor, change)
    first.refresh_from_db()
    assert (first.state, first.edition) == (BriefingState.SUPERSEDED, 1)
    assert (second.state, second.edition) == (BriefingState.SIGNED, 2)


def test_draft_in_hand_keeps_others_from_beginning_one(sponsor: User, change: Change) -> None:
    begun(sponsor, change)
    with pytest.raises(Conflict):
        begun(sponsor, change)


def test_write_after_asking_ends_the_round_and_what_was_asked_cannot_be_signed(
    sponsor: User, change: Change
) -> None:
    version, actor, of = begun(sponsor, change), actors.person(sponsor), about(sponsor, change)
    round_ = ask_briefing_signature(actor=actor, about=of, version=version, seen=version.digest)
    words = written(version, waiting="About ten loans a week.")
    write_briefing(actor=actor, about=of, version=version, words=words, seen=version.digest)
    round_.refresh_from_db()
    version.refresh_from_db()
    assert round_.state == "closed"
    assert version.state == BriefingState.DRAFT
    assert briefing_of(version.document).parts[-1].text == "About ten loans a week."


def test_write_on_a_draft_that_another_wrote_since_is_stale(sponsor: User, change: Change) -> None:
    version, of = begun(sponsor, change), about(sponsor, change)
    with pytest.raises(Stale):
        write_briefing(
            actor=actors.person(sponsor), about=of, version=version, words=written(version), seen="0" * 64
        )


def test_ask_above_the_limit_is_refused_until_somebody_says_why(sponsor: User, change: Change) -> None:
    version, actor, of = begun(sponsor, change), actors.person(sponsor), about(sponsor, change)
    words = written(version, **dict.fromkeys(("changes", "affects", "wrong", "undo", "waiting"), HARD))
    version = write_briefing(actor=actor, about=of, version=version, words=words, seen=version.digest)
    with pytest.raises(Invalid) as refused:
        ask_briefing_signature(actor=actor, about=of, version=version, seen=version.digest)
    assert list(refused.value.fields) == ["because"]
    ask_briefing_signature(
        actor=actor, about=of, version=version, seen=version.digest, because="The law has these words."
    )
    version.refresh_from_db()
    assert version.hard_because == "The law has these words."


def test_ask_with_too_many_words_is_refused_whatever_the_reason(sponsor: User, change: Change) -> None:
    version, actor, of = begun(sponsor, change), actors.person(sponsor), about(sponsor, change)
    words = written(version, waiting="We go on. " * 90)
    version = write_briefing(actor=actor, about=of, version=version, words=words, seen=version.digest)
    with pytest.raises(Invalid) as refused:
        ask_briefing_signature(actor=actor, about=of, version=version, seen=version.digest, because="Long.")
    assert list(refused.value.fields) == ["words"]


def test_requester_writes_the_briefing_and_may_not_sign_it(sponsor: User, change: Change) -> None:
    version = begun(change.requester, change)
    of = about(change.requester, change)
    round_ = ask_briefing_signature(
        actor=actors.person(change.requester), about=of, version=version, seen=version.digest
    )
    asked = Requirement.objects.get(round=round_)
    with pytest.raises(Forbidden):
        sign(
            actor=actors.person(change.requester),
            requirement=asked,
            decision="approve",
            digest=version.digest,
        )
    withdraw_briefing(actor=actors.person(sponsor), about=of, version=version)
    version.refresh_from_db()
    assert version.state == BriefingState.WITHDRAWN


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OWNER, Role.EXECUTIVE])
def test_begin_by_who_only_reads_is_refused(change: Change, role: Role) -> None:
    with pytest.raises(Forbidden):
        begun(add_person("reader", role), change)


def test_page_of_a_signed_briefing_says_what_has_moved_since(
    sponsor: User, change: Change, client: Client
) -> None:
    signed(sponsor, change)
    client.force_login(add_person("ruth", Role.EXECUTIVE))
    page = f"/changes/{change.ref}/briefing/"
    said = client.get(page).content.decode()
    assert "Signed by" in said
    assert "The facts are as they were then" in said
    Change.objects.filter(pk=change.pk).update(rollback_minutes=45)
    said = client.get(page).content.decode()
    assert "1 fact has moved since" in said
    assert "Time to go back" in said
    assert "45 minutes" in said
    assert "This is what the facts say now" in client.get(page + "?now").content.decode()


def test_editor_without_scripts_shows_words_numbers_and_failing_sentences_after_a_post(
    sponsor: User, change: Change, client: Client
) -> None:
    version = begun(sponsor, change)
    client.force_login(sponsor)
    page = f"/briefings/{version.ref}/edit/"
    words = words_of(briefing_of(version.document))
    typed = {"title": words.title, "heading": words.heading, "decision": words.decision, **words.parts}
    typed |= {"wrong": f"{HARD} Drift prior to launch.", "seen": version.digest, "figures": ["0"]}
    said = client.post(page, typed | {"act": "measure"}).content.decode()
    assert "Numbers</dt><dd>1 of 3" in said
    assert "reads at grade" in said
    assert "the data has changed since training" in said
    assert "Drift before launch." in client.post(page, typed | {"act": "plain"}).content.decode()
    version.refresh_from_db()
    assert HARD not in str(version.document)
    assert client.post(page, typed | {"act": "save"}).status_code == 302
    version.refresh_from_db()
    assert HARD in str(version.document)
    assert len(version.document["figures"]) == 1


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 2001])
def test_editor_with_a_bad_part_keeps_nothing_and_says_where(
    sponsor: User, change: Change, client: Client, text: str
) -> None:
    version = begun(sponsor, change)
    client.force_login(sponsor)
    words = words_of(briefing_of(version.document))
    typed = {"title": words.title, "heading": words.heading, "decision": words.decision, **words.parts}
    answer = client.post(
        f"/briefings/{version.ref}/edit/",
        typed | {"undo": text, "act": "save", "seen": version.digest},
    )
    assert answer.status_code == 422
    assert 'href="#id_undo"' in answer.content.decode()
    version.refresh_from_db()
    assert version.digest == digest(version.document)
    assert briefing_of(version.document).parts[3].text != text
