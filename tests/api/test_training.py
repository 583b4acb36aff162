"""Courses over REST."""

from typing import Any

import pytest

from apps.playbooks.models import Completion, Course
from apps.playbooks.selectors import today
from tests.api.conftest import Caller
from tests.changes.estate import Estate
from tests.people import add_person

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {
    "title": "Validating a model",
    "teaches": "Read the guide.",
    "roles": ["validator"],
    "days": 365,
    "own_word": True,
    "owner": "leila",
}


def test_course_over_rest_is_added_completed_withdrawn_and_retired(call: Caller, estate: Estate) -> None:
    made = call("leila", "post", "training/", SAID)
    assert (made.status_code, made.json()["ref"]) == (201, "TRN-1"), made.json()
    again = SAID | {"days": 30, "note": "Shorter.", "version": 1}
    assert call("leila", "put", "training/TRN-1/", again).json()["version"] == 2
    assert call("leila", "put", "training/TRN-1/", again).status_code == 409
    assert call("amara", "get", "training/").json()["results"][0]["days"] == 30
    at = "training/TRN-1/completions/"
    add_person("cem", "validator")
    done = call("leila", "post", at, {"people": ["cem", "cem"], "completed_on": f"{today()}"})
    assert done.status_code == 201, done.json()
    assert [(one["person"], one["version"]) for one in done.json()] == [("cem", 2)]
    number = done.json()[0]["id"]
    assert call("amara", "post", f"{at}{number}/withdraw/", {}).status_code == 403
    gone = call("leila", "post", f"{at}{number}/withdraw/", {"reason": "Another Cem."})
    assert gone.json()["withdrawn_reason"] == "Another Cem."
    assert call("amara", "get", at).json()["results"][0]["withdrawn_at"]
    assert call("amara", "post", "training/TRN-1/confirm/", {}).status_code == 403
    said = call("leila", "post", "training/TRN-1/retire/", {"reason": "Unused."})
    assert said.json()["state"] == "retired"


def test_course_over_rest_is_refused_with_the_place(call: Caller, estate: Estate) -> None:
    for wrong, place in (
        ({"owner": "no-such"}, "owner"),
        ({"days": 0}, "days"),
        ({"roles": []}, "roles"),
        ({"title": "a\0b"}, "title"),
    ):
        answer = call("leila", "post", "training/", SAID | wrong)
        assert answer.status_code == 422, wrong
        assert place in str(answer.json())
    assert call("amara", "post", "training/", {}).status_code == 403
    assert call("leila", "post", "training/", SAID, scopes=("read",)).status_code == 403
    assert not Course.objects.exists()
    call("leila", "post", "training/", SAID)
    body = {"people": ["leila"], "completed_on": f"{today()}"}
    answer = call("leila", "post", "training/TRN-1/completions/", body)
    assert "Nobody records a course for themself" in str(answer.json())
    assert call("leila", "get", "training/TRN-9/").status_code == 404
    assert not Completion.objects.exists()
