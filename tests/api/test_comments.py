"""Comments over REST: reading, writing, who may, and what it costs."""

import pytest

from apps.discussions.models import Comment
from apps.discussions.services import edit_comment, reply, start_thread, withdraw_comment
from tests.api.conftest import Caller
from tests.api.test_queries import queries_of
from tests.changes.estate import Estate, draft, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(estate: Estate) -> str:
    return f"changes/{submitted(estate).ref}/comments/"


def test_comment_is_written_answered_and_read(call: Caller, path: str) -> None:
    made = call("tomasz", "post", path, {"text": "Is September in, @amara?", "about": "plan"})
    assert made.status_code == 201, made.content
    thread = made.json()["thread"]
    assert call("amara", "post", path, {"text": "It is.", "thread": thread}).status_code == 201
    rows = call("ruth", "get", path).json()["results"]
    assert [(row["author"], row["text"], row["about"], row["mentions"]) for row in rows] == [
        ("amara", "It is.", "plan", []),
        ("tomasz", "Is September in, @amara?", "plan", ["amara"]),
    ]


def test_comment_that_was_edited_or_withdrawn_says_so(call: Caller, estate: Estate, path: str) -> None:
    first = start_thread(
        actor=estate.actor("tomasz"), subject_type="change", ref=path.split("/")[1], text="One"
    )
    edit_comment(actor=estate.actor("tomasz"), comment=first, text="Two")
    gone = reply(actor=estate.actor("amara"), thread=first.thread, text="Three")
    withdraw_comment(actor=estate.actor("amara"), comment=gone)
    rows = call("ruth", "get", path).json()["results"]
    assert [(row["text"], row["edited"], row["withdrawn_at"] is not None) for row in rows] == [
        ("", False, True),
        ("Two", True, False),
    ]


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("tomasz", {"text": ""}, 422),
        ("tomasz", {}, 422),
        ("tomasz", {"text": "x" * 4001}, 422),
        ("tomasz", {"text": "@zebra"}, 422),
        ("tomasz", {"text": "x", "about": "nowhere"}, 422),
        ("tomasz", {"text": "x", "thread": 987654}, 404),
        ("ruth", {"text": "x"}, 403),
    ],
)
def test_comment_that_cannot_be_taken_is_refused(
    call: Caller, path: str, who: str, body: dict[str, object], status: int
) -> None:
    answer = call(who, "post", path, body)
    assert answer.status_code == status, answer.content
    assert not Comment.objects.exists()


def test_comment_needs_a_token_that_may_write(call: Caller, path: str) -> None:
    assert call("tomasz", "post", path, {"text": "x"}, scopes=("read",)).status_code == 403
    assert call("tomasz", "get", path, scopes=("read",)).status_code == 200


def test_comments_on_a_draft_are_nowhere(call: Caller, estate: Estate) -> None:
    path = f"changes/{draft(estate).ref}/comments/"
    for who in ("amara", "tomasz"):
        assert call(who, "get", path).status_code == 404
        assert call(who, "post", path, {"text": "x"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_comments_at_1_and_3_take_the_same_queries(estate: Estate, path: str, number: int) -> None:
    for n in range(number):
        start_thread(
            actor=estate.actor("tomasz"), subject_type="change", ref=path.split("/")[1], text=f"{n} @priya"
        )
    assert queries_of(estate, path) == 9
