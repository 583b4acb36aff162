"""The discussion of a change and the questions of its signers, as pages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.approvals.models import Inquiry, Requirement
from apps.approvals.services import ask_information
from apps.audit.models import AuditEvent
from apps.discussions.models import Comment, Thread, Wording
from apps.discussions.rules.words import EDIT_TIME
from apps.discussions.services import reply, settle_thread, start_thread
from apps.outbox.models import Notification
from tests.changes.estate import NOW, Estate, at, draft, submitted
from tests.people import add_person
from tests.web.reading import Enter, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref(estate: Estate) -> str:
    return str(submitted(estate).ref)


def talk(
    estate: Estate, ref: str, text: str = "Is September in?", by: str = "tomasz", about: str = ""
) -> Comment:
    return start_thread(actor=estate.actor(by), subject_type="change", ref=ref, text=text, about=about)


def to_validate(ref: str) -> Requirement:
    return Requirement.objects.get(round__subject_ref=ref, role=Role.VALIDATOR)


def ask(estate: Estate, ref: str, **more: Any) -> Inquiry:
    return ask_information(
        actor=estate.actor("tomasz"), requirement=to_validate(ref), question="And September?", **more
    )


def test_comment_is_written_answered_and_settled_by_plain_posts(enter: Enter, ref: str) -> None:
    client = enter("tomasz")
    url = f"/changes/{ref}/discussion/"
    sent = client.post(f"{url}new/", {"text": "Is <b>September</b> in?", "about": "plan", "also": "amara"})
    made = Comment.objects.get()
    assert sent.headers["Location"] == f"{url}?comment={made.pk}#comment-{made.pk}"
    page = text_of(client.get(sent.headers["Location"].partition("#")[0]))
    assert "Is &lt;b&gt;September&lt;/b&gt; in?" in page
    assert '<strong class="at">@Amara Okafor</strong>' in page
    assert f'About <a href="/changes/{ref}/#plan">the plan</a>' in page
    client = enter("amara")
    assert '<strong class="at me">@Amara Okafor</strong>' in text_of(client.get(url))
    client.post(f"{url}{made.thread_id}/", {"text": "It is."})
    client.post(f"{url}{made.thread_id}/settle/")
    page = text_of(client.get(url))
    assert "Settled</span> by Amara Okafor" in page
    client.post(f"{url}{made.thread_id}/settle/", {"open": "yes"})
    assert Thread.objects.get().settled_at is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": " "}, "Write something first."),
        ({"text": "x" * 4001}, "Shorten this to 4,000 characters. It has 4,001."),
        ({"text": "Ask @zebra"}, "Nobody has the name @zebra."),
        ({"text": "Hello", "also": "stranger"}, "Stranger Doe may not see CHG-"),
        ({"text": "Hello", "about": "nowhere"}, "nowhere"),
    ],
)
def test_comment_that_cannot_be_taken_says_why_at_its_field_and_keeps_it(
    enter: Enter, ref: str, sent: dict[str, str], said: str
) -> None:
    add_person("stranger")
    page = text_of(enter("tomasz").post(f"/changes/{ref}/discussion/new/", sent), 422)
    assert said in page
    assert "There is a problem" in page
    assert sent["text"].strip() in page
    assert not Comment.objects.exists()


def test_answer_that_cannot_be_taken_says_why_in_its_own_thread(
    estate: Estate, enter: Enter, ref: str
) -> None:
    first, other = talk(estate, ref), talk(estate, ref, "Another")
    page = text_of(enter("amara").post(f"/changes/{ref}/discussion/{first.thread_id}/", {"text": ""}), 422)
    assert f'id="id_t{first.thread_id}_text-error"' in page
    assert f'id="id_t{other.thread_id}_text-error"' not in page


def test_comment_edited_shows_what_it_said_before_and_too_late_says_to_reply(
    estate: Estate, enter: Enter, ref: str
) -> None:
    with at(NOW):
        made = talk(estate, ref)
        url = f"/changes/{ref}/discussion/comments/{made.pk}/edit/"
        client = enter("tomasz")
        assert "Is September in?" in text_of(client.get(url))
        assert client.post(url, {"text": "Is October in?"}).status_code == 302
        page = text_of(client.get(f"/changes/{ref}/discussion/"))
        assert "Is October in?" in page
        assert "Is September in?" in page
        assert "Edited" in page
        assert enter("amara").get(url).status_code == 403
    with at(NOW + EDIT_TIME):
        assert "Reply to it and say what you meant." in text_of(enter("tomasz").get(url), 403)
    assert Wording.objects.count() == 2


def test_comment_withdrawn_says_so_and_shows_its_words_to_nobody(
    estate: Estate, enter: Enter, ref: str
) -> None:
    made = talk(estate, ref, "Secret words")
    url = f"/changes/{ref}/discussion/comments/{made.pk}/withdraw/"
    client = enter("tomasz")
    assert "Withdraw your comment?" in text_of(client.get(url))
    client.post(url)
    page = text_of(client.get(f"/changes/{ref}/discussion/"))
    assert "Withdrawn by its author" in page
    assert "Secret words" not in page
    assert "Secret words" not in text_of(client.get(f"/changes/{ref}/"))  # nor in the timeline


def test_discussion_of_what_a_person_may_not_see_is_not_found_and_recorded(
    estate: Estate, client: Client, ref: str
) -> None:
    made = talk(estate, ref)
    asked = ask(estate, ref)
    client.force_login(add_person("stranger"))
    base = f"/changes/{ref}/discussion/"
    pages = [base, f"{base}{made.thread_id}/", f"{base}comments/{made.pk}/edit/", f"/questions/{asked.pk}/"]
    acts = [f"{base}new/", f"{base}{made.thread_id}/", f"{base}{made.thread_id}/settle/", f"{base}read/"]
    acts += [f"/questions/{asked.pk}/", f"/questions/{asked.pk}/take-back/"]
    before = AuditEvent.objects.filter(event="access.denied").count()
    for url in pages:
        assert client.get(url).status_code == 404
    for url in acts:
        assert client.post(url, {"text": "x", "answer": "x"}).status_code == 404
    assert AuditEvent.objects.filter(event="access.denied").count() == before + len(pages) + len(acts)
    assert Comment.objects.count() == 1


def test_thread_of_another_change_is_not_found_here(estate: Estate, enter: Enter, ref: str) -> None:
    other = str(submitted(estate, names=("applications",)).ref)
    made = talk(estate, other)
    client = enter("amara")
    for path in (f"{made.thread_id}/", f"comments/{made.pk}/edit/", f"comments/{made.pk}/withdraw/"):
        assert client.post(f"/changes/{ref}/discussion/{path}", {"text": "x"}).status_code == 404


def test_draft_has_no_discussion(estate: Estate, enter: Enter) -> None:
    change = draft(estate)
    assert (
        enter("amara").get(f"/changes/{change.ref}/discussion/").headers["Location"]
        == f"/changes/{change.ref}/"
    )
    answer = enter("amara").post(f"/changes/{change.ref}/discussion/new/", {"text": "x"})
    assert answer.status_code == 403


def test_old_thread_is_found_by_the_link_in_the_mail(estate: Estate, enter: Enter, ref: str) -> None:
    with at(NOW):
        first = talk(estate, ref, "The very first, @ruth")
    for n in range(31):
        with at(NOW.replace(hour=10 + n // 4, minute=n % 4 * 15)):
            talk(estate, ref, f"Thread {n}", by="amara")
    client = enter("ruth")
    page = text_of(client.get(f"/changes/{ref}/discussion/"))
    assert "The very first" not in page
    assert "Show older threads" in page
    (note,) = Notification.objects.filter(user=estate.people["ruth"], rule="discussion.named")
    page = text_of(client.get(note.url.partition("#")[0]))
    assert f'id="comment-{first.pk}"' in page


def test_new_comments_are_marked_until_they_are_read(estate: Estate, enter: Enter, ref: str) -> None:
    talk(estate, ref)
    client = enter("ruth")
    url = f"/changes/{ref}/discussion/"
    assert "Mark 1 as read" in text_of(client.get(url))
    client.post(f"{url}read/")
    assert "as read" not in text_of(client.get(url))


def test_signer_asks_and_the_requester_answers_by_plain_posts(estate: Estate, enter: Enter, ref: str) -> None:
    asked = to_validate(ref)
    with at(NOW):
        client = enter("tomasz")
        page = text_of(client.get(f"/inbox/{asked.pk}/"))
        assert f'href="/inbox/{asked.pk}/ask/"' in page
        assert "Leave it empty to ask Amara Okafor" in text_of(client.get(f"/inbox/{asked.pk}/ask/"))
        sent = client.post(f"/inbox/{asked.pk}/ask/", {"question": "And <i>September</i>?"})
        question = Inquiry.objects.get()
        assert sent.headers["Location"] == f"/questions/{question.pk}/"
        page = text_of(client.get("/inbox/"))
        assert "Waits for an answer from Amara Okafor" in page
        client = enter("amara")
        page = text_of(client.get("/inbox/"))
        assert "Tomasz Wojcik asks you" in page
        assert f'href="/questions/{question.pk}/"' in page
        assert "Waits for an answer from you" in text_of(client.get("/inbox/?tab=waiting"))
        page = text_of(client.get(f"/changes/{ref}/"))
        assert "clock paused since" in page
        page = text_of(client.get(f"/changes/{ref}/discussion/"))
        assert "The clock is paused" in page
        assert "And &lt;i&gt;September&lt;/i&gt;?" in page
        assert "Write the answer." in text_of(client.post(f"/questions/{question.pk}/", {"answer": " "}), 422)
        assert client.post(f"/questions/{question.pk}/", {"answer": "0.84"}).status_code == 302
        page = text_of(client.get(f"/changes/{ref}/discussion/"))
        assert "0.84" in page
        assert "Answered</span>" in page
        assert client.post(f"/questions/{question.pk}/", {"answer": "Again"}).status_code == 409


def test_question_of_someone_who_may_not_sign_is_refused_and_recorded(enter: Enter, ref: str) -> None:
    asked = to_validate(ref)
    client = enter("henrik")
    assert f"/inbox/{asked.pk}/ask/" not in text_of(client.get(f"/inbox/{asked.pk}/"))
    assert "You do not hold the role" in text_of(client.get(f"/inbox/{asked.pk}/ask/"), 403)
    assert client.post(f"/inbox/{asked.pk}/ask/", {"question": "x"}).status_code == 403
    assert not Inquiry.objects.exists()
    assert AuditEvent.objects.filter(event="access.denied").count() == 2


def test_question_to_nobody_is_refused_at_the_field(enter: Enter, ref: str) -> None:
    add_person("stranger")
    client = enter("tomasz")
    for name, said in (("zebra", "Nobody here has this user name."), ("stranger", "may not see CHG-")):
        page = text_of(
            client.post(f"/inbox/{to_validate(ref).pk}/ask/", {"question": "Why?", "asked": name}), 422
        )
        assert said in page
        assert 'id="id_asked-error"' in page


def test_question_is_taken_back_by_whoever_asked_it_alone(estate: Estate, enter: Enter, ref: str) -> None:
    asked = ask(estate, ref)
    url = f"/questions/{asked.pk}/take-back/"
    assert enter("amara").post(url).status_code == 403
    assert enter("tomasz").post(url).status_code == 302
    assert Inquiry.objects.get().end == "taken_back"


@pytest.mark.parametrize(
    "path", ["new/", "read/", "1/", "1/settle/", "comments/1/edit/", "comments/1/withdraw/"]
)
def test_each_post_asks_for_a_token_of_its_own_page(estate: Estate, ref: str, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(estate.people["tomasz"])
    assert client.post(f"/changes/{ref}/discussion/{path}", {"text": "x"}).status_code == 403
    assert not Comment.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_discussion_costs_the_same_however_much_is_said(
    estate: Estate, enter: Enter, ref: str, count: int
) -> None:
    for n in range(count):
        first = talk(estate, ref, f"Thread {n}, @amara")
        for m in range(count):
            reply(actor=estate.actor("amara"), thread=first.thread, text=f"Answer {m}, @tomasz and @ruth")
        settle_thread(actor=estate.actor("leila"), thread=first.thread)
    ask(estate, ref)
    client = enter("ruth")
    client.get("/help/")
    with CaptureQueriesContext(connection) as queries:
        text_of(client.get(f"/changes/{ref}/discussion/"))
    assert len(queries) == 18, "\n".join(query["sql"][:150] for query in queries)
