"""The page of a change's messages, and what the page of the change says of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.changes.models import PlannedMessage
from apps.changes.tasks import task_send_messages
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, make_estate

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate() -> Estate:
    return make_estate()


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def plan(client: Client, change: Any, **data: str) -> Any:
    given = {"at": "day", "audience": "crew", "text": "Be ready."} | data
    return client.post(f"/changes/{change.ref}/messages/", given)


def test_message_is_planned_and_the_page_of_the_change_says_when_it_was_sent(
    estate: Estate, client: Client
) -> None:
    change = approved(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        assert plan(client, change).status_code == 302
        assert "Goes out Wed 18 Nov, 06:00." in shown(client, f"/changes/{change.ref}/")
    with at(IN_WINDOW - timedelta(days=1)):
        task_send_messages()
        assert "Sent Wed 18 Nov, 06:30 to 2 people." in shown(client, f"/changes/{change.ref}/")


def test_message_is_taken_back_by_whoever_runs_the_change(estate: Estate, client: Client) -> None:
    change = approved(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        plan(client, change)
        number = PlannedMessage.objects.get().pk
        page = f"/changes/{change.ref}/messages/"
        assert "Take it back" in shown(client, page)
        assert client.post(page, {"drop": "zebra"}).status_code == 404
        assert client.post(page, {"drop": str(number)}).status_code == 302
        assert client.post(page, {"drop": str(number)}).status_code == 404
    assert PlannedMessage.objects.get().dropped_at is not None


def test_form_says_at_the_field_what_is_missing_and_others_are_refused(
    estate: Estate, client: Client
) -> None:
    change = approved(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        answer = plan(client, change, text="", at="two_weeks")
        assert answer.status_code == 422
        assert "This time is over." in answer.content.decode()
        client.force_login(estate.people["ruth"])
        assert plan(client, change).status_code == 403
        assert "Plan it" not in shown(client, f"/changes/{change.ref}/messages/")
    assert not PlannedMessage.objects.exists()


def test_page_asks_the_same_whatever_is_planned(estate: Estate, client: Client) -> None:
    change = approved(estate)
    client.force_login(estate.people["ruth"])
    counts = []
    with at(NOW):
        amara = Client()
        amara.force_login(estate.people["amara"])
        for number in (1, 2, 3):
            plan(amara, change)
            if number != 2:
                shown(client, f"/changes/{change.ref}/messages/")
                with CaptureQueriesContext(connection) as asked:
                    shown(client, f"/changes/{change.ref}/messages/")
                counts.append(len(asked))
    assert counts == [8, 8]


def test_page_shows_both_texts_before_they_go_and_as_they_went(estate: Estate, client: Client) -> None:
    change = approved(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        plan(client, change, text="")
        page = f"/changes/{change.ref}/messages/"
        said = shown(client, page)
        assert "What it will say" in said
        assert "We plan to make this change on Thu 19 Nov, 06:00." in said
        assert "Moves: " in said
    with at(IN_WINDOW - timedelta(days=1)):
        task_send_messages()
        said = shown(client, page)
        assert "As it was sent" in said
        assert "What it will say" not in said
