"""Talking about a change: who sees it, who is told, what stays when words are edited, withdrawn or erased."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.accounts.services import deactivate_person, grant_role
from apps.audit.models import AuditEvent, AuditText
from apps.changes.selectors.discussed import discussed_change, readers_of
from apps.core.actors import person, system, token
from apps.core.errors import Forbidden, Invalid
from apps.discussions.models import Comment, Mention, Thread, Wording
from apps.discussions.rules.words import BURST, BURST_TIME, EDIT_TIME
from apps.discussions.selectors import comments_for, counts_for, page_for, people_to_name, subject_for
from apps.discussions.services import (
    edit_comment,
    mark_read,
    reopen_thread,
    reply,
    settle_thread,
    start_thread,
    withdraw_comment,
)
from apps.outbox.models import Notification, OutboxMessage
from apps.retention.services import erase_person, erase_texts
from tests.changes.estate import NOW, Estate, at, draft, make_estate, submitted
from tests.people import LOADER, add_person
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref(estate: Estate) -> str:
    return str(submitted(estate).ref)


def start(
    estate: Estate, ref: str, text: str = "Is September in?", *, by: str = "tomasz", about: str = ""
) -> Comment:
    return start_thread(actor=estate.actor(by), subject_type="change", ref=ref, text=text, about=about)


def subject(estate: Estate, ref: str, who: str = "ruth"):
    found = subject_for(estate.people[who], "change", ref)
    assert found is not None
    return found


def seen(estate: Estate, ref: str, who: str = "ruth"):
    return page_for(estate.people[who], subject(estate, ref, who)).talks


def told(user: User, rule: str) -> list[Notification]:
    return list(Notification.objects.filter(user=user, rule=rule))


def events(ref: str) -> list[str]:
    found = AuditEvent.objects.filter(object_type="change", object_id=ref).order_by("pk")
    return [
        event for event in found.values_list("event", flat=True) if event.startswith(("comment", "thread"))
    ]


def test_thread_is_started_answered_settled_and_reopened(estate: Estate, ref: str) -> None:
    first = start(estate, ref, about="plan")
    reply(actor=estate.actor("amara"), thread=first.thread, text="It is.")
    settle_thread(actor=estate.actor("tomasz"), thread=first.thread)
    (talk,) = seen(estate, ref)
    assert talk.part == "the plan"
    assert [one.words.text for one in talk.said] == ["Is September in?", "It is."]
    assert talk.thread.settled_by == estate.people["tomasz"]
    settle_thread(actor=estate.actor("leila"), thread=first.thread)  # twice is once
    reopen_thread(actor=estate.actor("leila"), thread=first.thread)
    assert seen(estate, ref)[0].thread.settled_at is None
    assert events(ref) == ["comment.started", "comment.added", "thread.settled", "thread.reopened"]


def test_edit_adds_a_wording_and_keeps_the_one_before(estate: Estate, ref: str) -> None:
    first = start(estate, ref)
    edit_comment(actor=estate.actor("tomasz"), comment=first, text="Is October in?")
    edit_comment(actor=estate.actor("tomasz"), comment=first, text="Is October in?")  # the same words again
    said = seen(estate, ref)[0].first
    assert said.words.text == "Is October in?"
    assert [one.text for one in said.before] == ["Is September in?"]
    assert events(ref) == ["comment.started", "comment.edited"]


def test_edit_by_another_or_too_late_is_forbidden(estate: Estate, ref: str) -> None:
    with at(NOW):
        first = start(estate, ref)
    with at(NOW), pytest.raises(Forbidden):
        edit_comment(actor=estate.actor("amara"), comment=first, text="x")
    with at(NOW + EDIT_TIME), pytest.raises(Forbidden, match="15 minutes"):
        edit_comment(actor=estate.actor("tomasz"), comment=first, text="x")
    assert Wording.objects.count() == 1


def test_withdrawn_comment_stays_in_the_record_and_says_so(estate: Estate, ref: str) -> None:
    first = start(estate, ref)
    with pytest.raises(Forbidden):
        withdraw_comment(actor=estate.actor("amara"), comment=first)
    for _ in range(2):
        withdraw_comment(actor=estate.actor("tomasz"), comment=first)
    said = seen(estate, ref)[0].first
    assert said.comment.withdrawn_at
    assert said.before == []
    assert Wording.objects.get().text == "Is September in?"
    assert events(ref) == ["comment.started", "comment.withdrawn"]


def test_people_named_are_told_once_with_a_link_and_none_of_the_words(estate: Estate, ref: str) -> None:
    first = start(estate, ref, "@amara and @amara, see @tomasz. Secret words.")
    (note,) = told(estate.people["amara"], "discussion.named")
    assert note.title == f"Tomasz Wojcik named you in a comment on {ref}"
    assert note.url == f"/changes/{ref}/discussion/?comment={first.pk}#comment-{first.pk}"
    assert "Secret" not in note.title + note.body
    assert told(estate.people["tomasz"], "discussion.named") == []  # nobody is told of their own words
    mail = OutboxMessage.objects.count()
    edit_comment(actor=estate.actor("tomasz"), comment=first, text="@amara and @priya")
    assert OutboxMessage.objects.count() == mail + 1
    assert len(told(estate.people["priya"], "discussion.named")) == 1
    assert Mention.objects.filter(comment=first).count() == 3


def test_whoever_began_is_told_of_an_answer_and_the_requester_of_a_new_thread(
    estate: Estate, ref: str
) -> None:
    first = start(estate, ref)
    assert len(told(estate.people["amara"], "discussion.started")) == 1
    reply(actor=estate.actor("amara"), thread=first.thread, text="Yes.")
    reply(
        actor=estate.actor("amara"), thread=first.thread, text="Yes, @tomasz."
    )  # named, so told of that alone
    assert len(told(estate.people["tomasz"], "discussion.answered")) == 1
    assert len(told(estate.people["tomasz"], "discussion.named")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ask @nobody", "Nobody has the name @nobody."),
        ("Ask @gone", "Gone Doe has left."),
        ("Ask @stranger", "Stranger Doe may not see CHG-"),
        ("", "Write something first."),
    ],
)
def test_comment_that_names_whom_it_cannot_reach_is_refused_at_the_field(
    estate: Estate, ref: str, text: str, said: str
) -> None:
    add_person("stranger")
    deactivate_person(actor=LOADER, user=add_person("gone", "owner"))
    with pytest.raises(Invalid) as caught:
        start(estate, ref, text)
    assert said in caught.value.fields["text"][0]
    assert not Thread.objects.exists()
    assert not Notification.objects.filter(rule__startswith="discussion").exists()


def test_comment_about_no_part_of_it_is_refused(estate: Estate, ref: str) -> None:
    with pytest.raises(Invalid) as caught:
        start(estate, ref, about="nowhere")
    assert "about" in caught.value.fields


def test_comment_sent_twice_is_one(estate: Estate, ref: str) -> None:
    first = start(estate, ref)
    assert start(estate, ref) == first
    said = [reply(actor=estate.actor("amara"), thread=first.thread, text="Yes") for _ in range(2)]
    assert said[0] == said[1]
    assert Comment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_comment_sent_by_many_clicks_at_once_is_one() -> None:
    estate = make_estate()
    ref = str(submitted(estate).ref)
    said = at_once(*[lambda: start(estate, ref)] * 6)
    assert [one for one in said if not isinstance(one, Comment)] == []
    assert Comment.objects.count() == Thread.objects.count() == 1


def test_burst_of_comments_is_stopped_for_a_while(estate: Estate, ref: str) -> None:
    with at(NOW):
        first = start(estate, ref)
        for n in range(BURST - 1):
            reply(actor=estate.actor("tomasz"), thread=first.thread, text=f"And {n}")
        with pytest.raises(Invalid, match="Wait a little"):
            reply(actor=estate.actor("tomasz"), thread=first.thread, text="One more")
        reply(actor=estate.actor("amara"), thread=first.thread, text="Others may")
    with at(NOW + BURST_TIME + timedelta(seconds=1)):
        reply(actor=estate.actor("tomasz"), thread=first.thread, text="One more")


def test_draft_is_talked_about_by_nobody_and_a_change_by_those_who_see_it(estate: Estate) -> None:
    change = draft(estate)
    assert subject_for(estate.people["amara"], "change", change.ref) is None
    ref = submitted(estate).ref
    stranger = add_person("stranger")
    for user in (*estate.people.values(), stranger):
        found = discussed_change(user, ref)
        assert (found is not None) == (user.pk in readers_of(ref, [user])) == (user != stranger)
    with pytest.raises(Forbidden):
        start_thread(actor=person(stranger), subject_type="change", ref=ref, text="Hello")
    with pytest.raises(Forbidden):
        start_thread(actor=system("x"), subject_type="change", ref=ref, text="Hello")
    with pytest.raises(Forbidden):
        start_thread(actor=estate.actor("ruth"), subject_type="unheard-of", ref=ref, text="Hello")
    assert list(comments_for(stranger, "change", ref)) == []
    assert stranger not in people_to_name(subject(estate, ref))
    assert estate.people["priya"] in people_to_name(subject(estate, ref))


def test_person_who_lost_their_role_can_neither_answer_nor_settle_nor_edit(estate: Estate, ref: str) -> None:
    guest = add_person("guest")
    grant = grant_role(actor=LOADER, user=guest, role="owner")
    first = start_thread(actor=person(guest), subject_type="change", ref=ref, text="Mine")
    type(grant).objects.filter(pk=grant.pk).update(revoked_at=NOW)
    for act in (
        lambda: reply(actor=person(guest), thread=first.thread, text="More"),
        lambda: settle_thread(actor=person(guest), thread=first.thread),
        lambda: reopen_thread(actor=person(guest), thread=first.thread),
        lambda: edit_comment(actor=person(guest), comment=first, text="Other"),
        lambda: withdraw_comment(actor=person(guest), comment=first),
        lambda: mark_read(actor=person(guest), subject_type="change", ref=ref),
    ):
        with pytest.raises(Forbidden):
            act()


def test_auditor_reads_and_takes_no_part(estate: Estate, ref: str) -> None:
    first = start(estate, ref, "@ruth, look")
    ruth = estate.actor("ruth")
    assert len(seen(estate, ref, "ruth")) == 1
    for act in (
        lambda: start(estate, ref, by="ruth"),
        lambda: reply(actor=ruth, thread=first.thread, text="More"),
        lambda: settle_thread(actor=ruth, thread=first.thread),
    ):
        with pytest.raises(Forbidden, match="takes no part"):
            act()
    grant_role(actor=LOADER, user=estate.people["ruth"], role="owner")
    reply(actor=ruth, thread=first.thread, text="More")


def test_what_a_person_has_not_read_is_counted_until_they_say_so(estate: Estate, ref: str) -> None:
    first = start(estate, ref, "@ruth, look")
    reply(actor=estate.actor("amara"), thread=first.thread, text="I see")
    ruth = estate.people["ruth"]
    counts = counts_for(ruth, subject(estate, ref))
    assert (counts.all, counts.open, counts.mine, counts.unread) == (1, 1, 1, 2)
    mark_read(actor=estate.actor("ruth"), subject_type="change", ref=ref)
    assert counts_for(ruth, subject(estate, ref)).unread == 0
    # Whoever answers has read what they answer.
    assert counts_for(estate.people["amara"], subject(estate, ref)).unread == 0
    assert counts_for(estate.people["tomasz"], subject(estate, ref)).unread == 1


def test_ledger_holds_each_wording_as_a_salted_digest(estate: Estate, ref: str) -> None:
    first = start_thread(
        actor=token(estate.people["tomasz"], "ab12"), subject_type="change", ref=ref, text="Zoë knows"
    )
    edit_comment(actor=estate.actor("tomasz"), comment=first, text="Zoë knows it")
    for wording in Wording.objects.all():
        entry = AuditEvent.objects.get(pk=wording.entry)
        assert wording.text.encode() not in bytes(entry.entry)
        assert AuditText.objects.get(event=entry).text == wording.text


@pytest.mark.django_db(transaction=True)
def test_erase_person_erases_their_comments_and_those_chosen_of_others() -> None:
    estate = make_estate()
    ref = str(submitted(estate).ref)
    zoe = add_person("zoe", "validator", name="Zoë Quine")
    first = start_thread(actor=person(zoe), subject_type="change", ref=ref, text="I am Zoë")
    edit_comment(actor=person(zoe), comment=first, text="I am Zoë Q")
    about_her = reply(actor=estate.actor("amara"), thread=first.thread, text="Zoë is right")
    reply(actor=estate.actor("amara"), thread=first.thread, text="Something else")
    deactivate_person(actor=LOADER, user=zoe)
    also = [about_her.wordings.get().entry]
    erase_person(actor=estate.actor("leila"), user=zoe, reason="She asked", also=also)
    assert sorted(Wording.objects.values_list("text", flat=True)) == ["", "", "", "Something else"]
    (talk,) = seen(estate, ref)
    assert talk.first.words.erased_at
    assert len(talk.said) == 3


@pytest.mark.django_db(transaction=True)
def test_erase_texts_of_an_entry_erases_the_comment_beside_it() -> None:
    estate = make_estate()
    first = start(estate, str(submitted(estate).ref))
    erase_texts(actor=estate.actor("leila"), entries=[first.wordings.get().entry], reason="A secret")
    assert first.wordings.get().text == ""
