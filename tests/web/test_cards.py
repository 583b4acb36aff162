from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.services import fill_from_registry, write_edition
from apps.catalog.models import Component, ComponentVersion
from apps.web.planning.intervals import figure_of
from apps.web.planning.measures import change, measure, metric_name, short_source
from tests.planning import SYSTEM, component, person, team
from tests.web.reading import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomasz(client: Client) -> User:
    user = person("tomasz", Role.VALIDATOR)
    client.force_login(user)
    return user


def version(of: Component, number: str, **more: Any) -> ComponentVersion:
    values = {"metrics": {"auc": 0.9, "auc_low": 0.88, "auc_high": 0.92, "answer_ms": None}} | more
    return ComponentVersion.objects.create(component=of, version=number, source="mlflow", **values)


def carded(name: str = "credit-risk", count: int = 1) -> ModelCard:
    """Return the newest of some cards of one model."""
    person(f"owner-of-{name}", Role.OWNER, component=f"model:default/{name}")
    model = component(name, owned_by=team(), tier=1)
    made = [version(model, str(number)) for number in range(1, count + 1)]
    fill_from_registry(actor=SYSTEM, versions=made)
    card: ModelCard = made[-1].card
    return card


def form_of(card: ModelCard, **more: str) -> dict[str, Any]:
    return {
        "edition": card.edition,
        "overview": "It scores loans.",
        "intended_use": "Loan officers.",
        "limitations": "Short histories.",
        "training_data": "Loans of 2025.",
        "retraining_triggers": "Each quarter\r\n\r\nDrift above 0.2",
        "owners": [owner.pk for owner in card.owners.all()],
        "metrics-TOTAL_FORMS": "2",
        "metrics-INITIAL_FORMS": "0",
        "metrics-0-name": "AUC",
        "metrics-0-value": "0.91",
        "metrics-1-name": "",
    } | more


def test_card_when_read_says_what_is_measured_missing_and_different(client: Client, tomasz: User) -> None:
    card = carded(count=2)
    text = page(client, f"/models/{card.ref}/")
    for said in (
        "Not measured",
        "0.88 to 0.92",
        "Not written yet.",
        "Compare with",
        "No change",
        "Version 1",
    ):
        assert said in text
    assert "of 10 fields complete" in text
    assert "Complete the card" in text


def test_card_when_hidden_or_missing_is_not_found_and_recorded(client: Client) -> None:
    card = carded()
    client.force_login(person("nobody"))
    page(client, f"/models/{card.ref}/", 404)
    page(client, "/models/CARD-99/", 404)
    assert AuditEvent.objects.filter(event="access.denied", object_id=card.ref).count() == 1
    assert "There are no models yet" in page(client, "/models/")


def test_models_when_listed_show_versions_and_what_is_still_needed(client: Client, tomasz: User) -> None:
    card = carded()
    card.version.aliases = ["champion"]
    card.version.save()
    bare = version(component("fraud-score"), "7")
    text = page(client, "/models/")
    assert "Start the card of 7" in text
    assert "still needed" in text
    assert "No model matches" in page(client, "/models/?q=nothing&team=credit")
    response = client.post("/models/start/", {"component": bare.component.key, "version": "7"}, follow=True)
    assert "Model card: fraud-score 7" in response.content.decode()
    assert client.post("/models/start/", {"component": "model:default/x", "version": "7"}).status_code == 404
    assert (
        client.post("/models/start/", {"component": bare.component.key, "version": "7\0"}).status_code == 404
    )


@pytest.mark.parametrize("count", [1, 3])
def test_models_when_there_are_more_ask_the_same(client: Client, tomasz: User, count: int) -> None:
    for number in range(count):
        carded(f"model-{number}", count=count)
    page(client, "/models/")
    with CaptureQueriesContext(connection) as captured:
        page(client, "/models/")
    assert len(captured) == 10


@pytest.mark.parametrize("count", [1, 3])
def test_card_when_there_is_more_asks_the_same(client: Client, tomasz: User, count: int) -> None:
    card = carded(count=count)
    for number in range(count):
        card = write_edition(actor=SYSTEM, card=card, fields={"overview": f"Text {number}"})
    page(client, f"/models/{card.ref}/")
    with CaptureQueriesContext(connection) as captured:
        page(client, f"/models/{card.ref}/")
    assert len(captured) == 12


def test_edit_when_saved_makes_an_edition_and_shows_it(client: Client, tomasz: User) -> None:
    card = carded()
    assert "You write edition 2." in page(client, f"/models/{card.ref}/edit/")
    response = client.post(f"/models/{card.ref}/edit/", form_of(card), follow=True)
    assert "Edition 2 is saved." in response.content.decode()
    card.refresh_from_db()
    assert card.retraining_triggers == ["Each quarter", "Drift above 0.2"]
    assert [metric["value"] for metric in card.metrics] == [0.91]
    text = page(client, f"/models/{card.ref}/editions/1/")
    assert "An earlier edition" in text
    page(client, f"/models/{card.ref}/editions/9/", 404)


def test_edit_when_somebody_was_faster_keeps_what_was_typed(client: Client, tomasz: User) -> None:
    card = carded()
    data = form_of(card, overview="Mine")
    write_edition(actor=SYSTEM, card=card, fields={"overview": "Theirs"})
    response = client.post(f"/models/{card.ref}/edit/", data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody wrote edition 2 while you were writing." in text
    assert "Mine" in text
    client.post(f"/models/{card.ref}/edit/", data | {"edition": "2"})
    card.refresh_from_db()
    assert (card.overview, card.edition) == ("Mine", 3)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics-0-value": "high"}, "Enter a number."),
        ({"metrics-0-name": ""}, "Give the metric a name."),
        ({"metrics-0-low": "2", "metrics-0-high": "1"}, "The interval of AUC ends before it starts."),
        ({"metrics-1-name": "AUC"}, "is there twice."),
        ({"overview": "x" * 20_001}, "Keep it under 20,000 characters"),
        ({"retraining_triggers": "x" * 301}, "Keep each trigger under 300 characters."),
    ],
)
def test_edit_when_something_is_wrong_says_so(
    client: Client, tomasz: User, wrong: dict[str, str], said: str
) -> None:
    card = carded()
    text = client.post(f"/models/{card.ref}/edit/", form_of(card) | wrong).content.decode()
    assert "There is a problem" in text
    assert said in text
    card.refresh_from_db()
    assert card.edition == 1


def test_edit_when_not_allowed_is_refused_with_the_reason(client: Client) -> None:
    card = carded()
    client.force_login(person("femi", Role.AUDITOR))
    assert "Only the model&#x27;s owners" in page(client, f"/models/{card.ref}/")
    page(client, f"/models/{card.ref}/edit/", 403)
    assert client.post(f"/models/{card.ref}/publish/").status_code == 403


def test_publish_when_complete_publishes_and_when_not_says_what_lacks(client: Client, tomasz: User) -> None:
    card = carded()
    response = client.post(f"/models/{card.ref}/publish/")
    assert response.status_code == 403
    assert "The card lacks its" in response.content.decode()
    client.post(f"/models/{card.ref}/edit/", form_of(card))
    assert "Publish" in page(client, f"/models/{card.ref}/")
    assert "Everyone reads this edition" in page(client, f"/models/{card.ref}/publish/")
    assert (
        "The card is published." in client.post(f"/models/{card.ref}/publish/", follow=True).content.decode()
    )
    assert "nobody can write it any more" in page(client, f"/models/{card.ref}/archive/")
    client.post(f"/models/{card.ref}/archive/")
    card.refresh_from_db()
    assert card.state == CardState.ARCHIVED
    assert "stays as it is" in page(client, f"/models/{card.ref}/")


def test_text_when_it_holds_markup_is_shown_as_text(client: Client, tomasz: User) -> None:
    card = write_edition(actor=SYSTEM, card=carded(), fields={"overview": "<script>alert(1)</script>"})
    assert "<script>alert" not in page(client, f"/models/{card.ref}/")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Not measured"),
        (0, "0"),
        (0.84216, "0.8422"),
        (-2.5, "−2.5"),
        (1311906.0, "1,311,906"),
        (53.0, "53"),
    ],
)
def test_measure_when_written_is_short_and_honest(value: float | None, said: str) -> None:
    assert measure(value) == said


def test_words_of_metrics_when_written_are_for_people() -> None:
    assert (change(0.0114), change(-0.007), change(None), change(1e-9 - 1e-9)) == (
        "+0.0114",
        "−0.007",
        "—",
        "No change",
    )
    assert (metric_name("log_loss"), metric_name("auc")) == ("Log loss", "AUC")
    assert short_source("run 9b0b62a5221745ab98b1407ee5fdb4e2") == "run 9b0b62a5"


def metric(
    group: str, value: float | None, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    return {"name": "auc", "slice": group, "value": value, "low": low, "high": high, "source": ""}


def test_figure_when_groups_have_intervals_places_each_within_the_axis() -> None:
    rows = [metric("", 0.9, 0.88, 0.92), metric("Ages 18 to 24", 0.8, 0.7, 0.95), metric("Over 60", None)]
    figure = figure_of(rows, [metric("", 0.85), metric("Over 60", 0.4)])
    assert figure
    assert [mark.label for mark in figure.marks] == ["All cases", "Ages 18 to 24"]
    assert all(330 <= place <= 890 for mark in figure.marks for place in (mark.low, mark.at, mark.high))
    assert [mark.other is None for mark in figure.marks] == [False, True]
    assert figure.ticks[0].x == 330
    assert figure.ticks[-1].x == 890
    assert "Ages 18 to 24 0.8, between 0.7 and 0.95" in figure.said


def test_figure_when_nothing_has_an_interval_is_none() -> None:
    assert figure_of([metric("", 0.9)], []) is None


def test_figure_when_the_interval_is_a_point_still_has_an_axis() -> None:
    figure = figure_of([metric("", 0.0, 0.0, 0.0)], [])
    assert figure
    assert len(figure.ticks) == 2
