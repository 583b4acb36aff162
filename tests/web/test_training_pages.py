"""The pages of training: plain posts, errors at the field, and numbers that lead to their people."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.playbooks.models import Completion, Course
from apps.playbooks.selectors import today
from tests.people import add_person
from tests.playbooks.training import a_course, completed
from tests.web.reading import page, queries_of, text_of, words_at

pytestmark = pytest.mark.django_db
FORM: dict[str, Any] = {
    "title": "Validating a model",
    "teaches": "Read **this**. <script>alert(1)</script>",
    "roles": ["validator"],
    "days": "365",
    "owner": "leila",
}


@pytest.fixture
def leila(client: Client) -> User:
    user = add_person("leila", "change_manager")
    client.force_login(user)
    return user


@pytest.fixture
def people(leila: User) -> list[User]:
    return [add_person(name, "validator") for name in ("ada", "ben", "cem")]


def test_course_is_written_and_written_again_by_plain_posts(client: Client, leila: User) -> None:
    assert "There are no courses yet" in page(client, "/training/")
    assert client.post("/training/new/", FORM)["Location"] == "/training/TRN-1/"
    source = page(client, "/training/TRN-1/")
    assert "<strong>this</strong>" in source
    assert "<script>alert" not in source
    again = FORM | {"days": "30", "note": "Shorter.", "version": "1"}
    assert client.post("/training/TRN-1/edit/", again).status_code == 302
    late = text_of(client.post("/training/TRN-1/edit/", again | {"days": "60"}), 409)
    assert "Somebody wrote version 2" in late
    assert 'name="version" value="2"' in late
    assert 'value="60"' in late
    assert "365 days" in words_at(client, "/training/TRN-1/versions/1/")
    assert client.get("/training/TRN-1/versions/9/").status_code == 404
    said = words_at(client, "/training/TRN-1/versions/2/")
    assert "What is different from version 1" in said
    assert "Days that a completion counts 365 30" in said
    assert "Who it is for" not in said
    assert "Nothing is different" in words_at(client, "/training/TRN-1/versions/2/?against=2")


def test_form_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(client: Client, leila: User) -> None:
    wrong = FORM | {"roles": [], "days": "0", "owner": "no-such"}
    source = text_of(client.post("/training/new/", wrong), 422)
    assert "There is nobody here with the user name “no-such”" in source
    assert all(f'href="#id_{name}' in source for name in ("roles", "days", "owner"))
    assert "Validating a model" in source
    assert not Course.objects.exists()


def test_completions_of_several_people_are_recorded_at_once_and_withdrawn_with_a_reason(
    client: Client, leila: User, people: list[User]
) -> None:
    a_course(leila)
    sent = {"people": ["ada", "ben"], "completed_on": f"{today()}", "evidence": "https://lms.example/7"}
    wrong = sent | {"completed_on": f"{today() + timedelta(days=9)}"}
    assert "This day is still to come" in text_of(client.post("/training/TRN-1/record/", wrong), 422)
    answer = client.post("/training/TRN-1/record/", sent | {"people": ["leila"]})
    assert answer.status_code == 422
    done = client.post("/training/TRN-1/record/", sent, follow=True)
    assert "2 completions recorded" in text_of(done)
    assert 'href="https://lms.example/7"' in text_of(done)
    pk = Completion.objects.get(person=people[0]).pk
    path = f"/training/TRN-1/completions/{pk}/withdraw/"
    assert "Say why it does not count." in text_of(client.post(path, {"reason": " "}), 422)
    assert client.post(path, {"reason": "She was ill."}).status_code == 302
    assert "Withdrawn by Leila Doe: She was ill." in words_at(client, "/training/TRN-1/completions/")
    assert client.post("/training/TRN-1/completions/999/withdraw/", {}).status_code == 404


def test_each_number_of_a_course_leads_to_as_many_people(
    client: Client, leila: User, people: list[User]
) -> None:
    course = a_course(leila)
    completed(leila, course, people[0])
    completed(leila, course, people[1], ago=350)
    links = dict(re.findall(r'href="(/training/TRN-1/[^"]*)">(\d+)</a>', page(client, "/training/")))
    at = "/training/TRN-1/"
    expected = {at: "3", f"{at}?show=held": "2", f"{at}?show=soon": "1", f"{at}?show=lacking": "1"}
    assert links == expected
    for path, number in links.items():
        assert len(re.findall(r'<th scope="row">\w+ Doe', page(client, path))) == int(number), path
    assert client.get("/training/TRN-1/?show=x").status_code == 404


def test_person_sees_their_own_training_and_confirms_what_they_read(
    client: Client, leila: User, people: list[User]
) -> None:
    assert "Nothing is asked of you" in page(client, "/training/mine/")
    a_course(leila, own_word=True)
    client.force_login(people[0])
    assert "Lacks it" in words_at(client, "/training/mine/")
    assert client.post("/training/TRN-1/confirm/", {"version": "²"}).status_code == 409
    assert client.post("/training/TRN-1/confirm/", {"version": "1"}).status_code == 302
    assert "Holds it" in words_at(client, "/training/mine/")
    client.force_login(leila)
    assert client.post("/training/TRN-1/confirm/", {"version": "1"}).status_code == 403


def test_pages_of_training_refuse_whoever_may_not_before_reading_the_form(
    client: Client, leila: User, people: list[User]
) -> None:
    [made] = completed(leila, a_course(leila), people[0])
    client.force_login(people[1])
    paths = (
        "new/",
        "TRN-1/edit/",
        "TRN-1/retire/",
        "TRN-1/record/",
        f"TRN-1/completions/{made.pk}/withdraw/",
    )
    for path in paths:
        assert client.post(f"/training/{path}", {"days": "x"}).status_code == 403, path
    client.force_login(add_person("nobody"))
    assert client.get("/training/TRN-1/").status_code == 404
    assert "There are no courses yet" in page(client, "/training/")


def test_pages_of_training_cost_the_same_at_any_size(client: Client, leila: User, people: list[User]) -> None:
    course = a_course(leila)
    completed(leila, course, people[0])
    paths = ("/training/", "/training/TRN-1/", "/training/TRN-1/completions/", "/training/mine/")
    before = [queries_of(client, path) for path in paths]
    a_course(leila, title="Another")
    completed(leila, course, *people[1:])
    add_person("dan", "validator")
    assert [queries_of(client, path) for path in paths] == before
