"""Model cards over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.services import fill_from_registry
from apps.core import clock
from tests.api.conftest import secret_of
from tests.cards.filled import version, whole
from tests.planning import SYSTEM, person, team

pytestmark = pytest.mark.django_db
API = "/api/v1/cards/"


@pytest.fixture
def api() -> APIClient:
    """A client of a validator who may write the cards."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret_of(person('tomasz', Role.VALIDATOR))}")
    return client


def carded(count: int = 1) -> ModelCard:
    owner = person("priya", Role.OWNER, over=team())
    person("ruth", Role.VALIDATOR)
    first = version(number="1", metrics={"auc": 0.8})
    more = [version(first.component, str(one), metrics={"auc": 0.9}) for one in range(2, count + 1)]
    fill_from_registry(actor=SYSTEM, versions=[first, *more])
    card: ModelCard = [first, *more][-1].card
    assert card.content["owners"] == [owner.pk]
    return card


def patched(api: APIClient, card: ModelCard, content: Any, **more: Any) -> Any:
    return api.patch(f"{API}{card.ref}/", {"content": content} | more, format="json")


def test_card_over_rest_is_written_signed_for_and_frozen(api: APIClient) -> None:
    card = carded()
    owner = User.objects.get(username="priya")
    said = patched(api, card, whole(owner), edition=1).json()
    assert (said["edition"], said["complete"], said["owners"]) == (2, True, ["priya"])
    assert said["content"]["datasets"][0]["name"] == "loans"
    assert said["sources"]["overview"][0]["kind"] == "person"
    assert said["retraining"][0]["rule"] == "Every 3 months"
    assert said["validate_by"] == "2031-02-12"
    sent = api.post(f"{API}{card.ref}/submit/").json()
    assert [one["role"] for one in sent["asked"]] == ["validator", "owner"]
    assert sent["state"] == "in_review"
    assert api.post(f"{API}{card.ref}/fill/").status_code == 409
    assert api.post(f"{API}{card.ref}/take-back/").json()["state"] == "draft"
    assert api.post(f"{API}{card.ref}/archive/").json()["state"] == "archived"
    assert patched(api, card, {"overview": "New"}).status_code == 409
    editions = api.get(f"{API}{card.ref}/editions/").json()
    assert [(one["number"], one["written_by"]) for one in editions] == [(2, "tomasz"), (1, None)]


@pytest.mark.parametrize(
    "content",
    [
        {"licence": "MIT"},
        {"overview": ["a"]},
        {"owners": ["tomasz"]},
        {"metrics": [{"name": "auc", "value": "NaN"}]},
        {"retraining_triggers": [{"kind": "sometimes"}]},
        {"overview": "a\0b"},
        ["overview"],
        None,
    ],
)
def test_content_that_cannot_be_taken_changes_nothing(api: APIClient, content: Any) -> None:
    card = carded()
    assert patched(api, card, content).status_code == 422
    card.refresh_from_db()
    assert card.edition == 1


def test_compare_and_history_and_due_over_rest(api: APIClient) -> None:
    card = carded(2)
    patched(api, card, {"retraining_triggers": [{"kind": "schedule", "every": 2, "unit": "day"}]})
    said = api.get(f"{API}{card.ref}/compare/?with=CARD-1").json()
    assert said["metrics"][0]["change"] == pytest.approx(0.1)
    assert [one["name"] for one in said["content"]] == ["retraining_triggers"]
    assert api.get(f"{API}{card.ref}/compare/?with=CARD-9").status_code == 422
    history = api.get(f"{API}{card.ref}/history/").json()
    assert (history["version"], history["change"], history["touches"]) == ("2", None, [])
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    assert api.get(f"{API}due/?first={day}&last={day}").json() == [
        {
            "card": card.ref,
            "component": "model:default/credit-risk",
            "version": "2",
            "what": "retrain",
            "day": day,
        }
    ]
    assert api.get(f"{API}due/?first=tomorrow&last={day}").status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_for_one_card_and_for_three(api: APIClient, count: int) -> None:
    carded(count)
    api.get(API)
    with CaptureQueriesContext(connection) as captured:
        assert len(api.get(API).json()["results"]) == count
    assert len(captured) == 3
