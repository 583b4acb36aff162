from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.services import fill_from_registry, write_edition
from apps.catalog.models import Component, ComponentVersion
from apps.core import actors, clock
from apps.web.card_page.sources import short_source
from apps.web.markdown import markdown
from apps.web.planning.measures import change, measure, metric_name
from tests.cards.filled import whole
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


def rows_of(name: str, *rows: dict[str, object]) -> dict[str, object]:
    """Return rows of a field as its form sends them."""
    sent: dict[str, object] = {f"{name}-TOTAL_FORMS": len(rows) + 1, f"{name}-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        sent |= {f"{name}-{place}-{column}": value for column, value in row.items()}
    return sent


def considered(card: ModelCard, **more: str) -> dict[str, Any]:
    """Return what the form of the considerations sends."""
    texts = {"intended_use": "Loan officers.", "limitations": "Short *histories*."}
    return texts | {"edition": card.edition} | rows_of("ethical_risks") | rows_of("fairness") | more


def measured(card: ModelCard, **more: object) -> dict[str, Any]:
    """Return what the form of the evaluation sends."""
    rows = rows_of("metrics", {"name": "AUC", "value": "0.91"}, {"name": ""})
    return {"edition": card.edition, "evaluation": "On a quarter."} | rows | more


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
    assert "of 35 fields complete" in text
    assert "Needed for a model of tier 1." in text
    assert "Registry" in text
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
    assert len(captured) == 9


@pytest.mark.parametrize("count", [1, 3])
def test_card_when_there_is_more_asks_the_same(client: Client, tomasz: User, count: int) -> None:
    card = carded(count=count)
    for number in range(count):
        card = write_edition(actor=SYSTEM, card=card, fields={"overview": f"Text {number}"})
    page(client, f"/models/{card.ref}/")
    with CaptureQueriesContext(connection) as captured:
        page(client, f"/models/{card.ref}/")
    assert len(captured) == 12


def test_edit_goes_to_the_first_section_that_lacks_something(client: Client, tomasz: User) -> None:
    card = carded()
    assert client.get(f"/models/{card.ref}/edit/").headers["Location"] == f"/models/{card.ref}/edit/identity/"
    page(client, f"/models/{card.ref}/edit/nothing/", 404)


def test_section_when_saved_makes_an_edition_and_shows_it(client: Client, tomasz: User) -> None:
    card = carded()
    path = f"/models/{card.ref}/edit/considerations/"
    assert "You write edition 2." in page(client, path)
    response = client.post(path, considered(card), follow=True)
    assert "Edition 2 is saved." in response.content.decode()
    assert "Short <em>histories</em>." in response.content.decode()
    client.post(f"/models/{card.ref}/edit/evaluation/", measured(card, edition=2))
    card.refresh_from_db()
    assert [metric["value"] for metric in card.content["metrics"]] == [0.91]
    text = page(client, f"/models/{card.ref}/editions/1/")
    assert "An earlier edition" in text
    page(client, f"/models/{card.ref}/editions/9/", 404)


def test_preview_shows_what_was_typed_and_keeps_nothing(client: Client, tomasz: User) -> None:
    card = carded()
    sent = considered(card, limitations="**Weak** <b>here</b>", do="preview")
    text = client.post(f"/models/{card.ref}/edit/considerations/", sent).content.decode()
    assert "<strong>Weak</strong> &lt;b&gt;here&lt;/b&gt;" in text
    card.refresh_from_db()
    assert card.edition == 1
    live = client.post(
        f"/models/{card.ref}/preview/", {"limitations": "**Weak**", "other": "x"}
    ).content.decode()
    assert live == "<p><strong>Weak</strong></p>\n"
    assert client.post(f"/models/{card.ref}/preview/", {"other": "x"}).content == b""


def test_edit_when_somebody_was_faster_keeps_what_was_typed(client: Client, tomasz: User) -> None:
    card = carded()
    path, data = f"/models/{card.ref}/edit/considerations/", considered(card, limitations="Mine")
    write_edition(actor=SYSTEM, card=card, fields={"limitations": "Theirs"})
    response = client.post(path, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody wrote edition 2 while you were writing." in text
    assert "Mine" in text
    client.post(path, data | {"edition": "2"})
    card.refresh_from_db()
    assert (card.content["limitations"], card.edition) == ("Mine", 3)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics-0-value": "high"}, "“high” is no number."),
        ({"metrics-0-name": ""}, "Fill this in."),
        ({"metrics-0-low": "2", "metrics-0-high": "1"}, "The interval ends before it starts."),
        ({"metrics-1-name": "AUC"}, "is there twice."),
        ({"metrics-0-sample_size": "1.5"}, "is no whole number from 1."),
        ({"metrics-TOTAL_FORMS": "x"}, "There is a problem"),
        ({"evaluation": "x" * 50_001}, "Keep it under 50,000 characters"),
        ({"evaluation": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_edit_when_something_is_wrong_says_so(
    client: Client, tomasz: User, wrong: dict[str, str], said: str
) -> None:
    card = carded()
    text = client.post(f"/models/{card.ref}/edit/evaluation/", measured(card) | wrong).content.decode()
    assert "There is a problem" in text
    assert said in text
    card.refresh_from_db()
    assert card.edition == 1


def test_edit_when_not_allowed_is_refused_with_the_reason(client: Client) -> None:
    card = carded()
    client.force_login(person("femi", Role.AUDITOR))
    assert "Only the model&#x27;s owners" in page(client, f"/models/{card.ref}/")
    for step in ("edit", "edit/identity", "submit", "take-back", "archive"):
        page(client, f"/models/{card.ref}/{step}/", 403)
    for step in ("edit/identity", "preview", "submit", "take-back", "archive", "fill"):
        assert client.post(f"/models/{card.ref}/{step}/", {"edition": "x"}).status_code == 403, step


def test_card_on_its_way_from_draft_to_archived_is_signed_and_frozen(client: Client, tomasz: User) -> None:
    card = carded()
    refused = client.post(f"/models/{card.ref}/submit/")
    assert (refused.status_code, "The card lacks its" in refused.content.decode()) == (403, True)
    owner = User.objects.get(username="owner-of-credit-risk")
    card = write_edition(actor=SYSTEM, card=card, fields=whole(owner))
    assert "Ask for approval" in page(client, f"/models/{card.ref}/")
    assert "Nobody who wrote on the card" in page(client, f"/models/{card.ref}/submit/")
    text = client.post(f"/models/{card.ref}/submit/", follow=True).content.decode()
    assert "It is out to be signed." in text
    assert "Review and sign" in text
    requirement = Requirement.objects.get(role=Role.VALIDATOR)
    judged_by = page(client, f"/approvals/{requirement.pk}/sign/")
    assert "It says **enough**." in judged_by
    assert '<td data-l="Rule">Every' in judged_by
    client.post(f"/models/{card.ref}/take-back/")
    client.post(f"/models/{card.ref}/archive/")
    card.refresh_from_db()
    assert card.state == CardState.ARCHIVED
    assert "stays as it is" in page(client, f"/models/{card.ref}/")


def test_fill_takes_what_the_records_say_and_keeps_what_people_wrote(client: Client, tomasz: User) -> None:
    card = write_edition(actor=actors.person(tomasz), card=carded(), fields={"overview": "Mine"})
    card.version.description = "Theirs"
    card.version.metrics = {"loss": 0.2}
    card.version.save()
    text = client.post(f"/models/{card.ref}/fill/", follow=True).content.decode()
    assert "Edition 3 holds what the records say now." in text
    assert "Mine" in text
    assert "Tomasz, edition 2" in text
    assert (
        "It holds it all already." in client.post(f"/models/{card.ref}/fill/", follow=True).content.decode()
    )


def test_compare_lays_any_two_versions_beside_each_other(client: Client, tomasz: User) -> None:
    new = carded(count=3)
    old = ModelCard.objects.get(version__version="1")
    write_edition(actor=SYSTEM, card=old, fields={"overview": "What it was."})
    text = page(client, f"/models/{new.ref}/compare/?before={old.ref}&after={new.ref}")
    assert "1 field differs;" in text
    assert "What it was." in text
    assert "credit-risk: version 1 and version 3" in text
    assert "version 2 and version 3" in page(client, f"/models/{new.ref}/compare/?before=CARD-99&after=%00")


def test_text_when_it_holds_markup_is_shown_as_text(client: Client, tomasz: User) -> None:
    card = write_edition(actor=SYSTEM, card=carded(), fields={"overview": "<script>alert(1)</script>"})
    text = page(client, f"/models/{card.ref}/")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](/models/)", "<p>[a](/models/)</p>"),
        ("![dot](https://else.example/x.png)", 'rel="nofollow noopener noreferrer">Picture: dot</a>'),
        ("# Title", '<p class="md-head">Title</p>'),
        ("|a|b|\n|:-|-:|\n|1|2|", '<table class="t">'),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
    ],
)
def test_markdown_is_shown_without_what_could_do_harm(text: str, shown: str) -> None:
    found = markdown(text)
    assert shown in found
    assert "<img" not in found
    assert "style=" not in found


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


def test_chart_of_the_card_has_its_table_as_a_file(client: Client, tomasz: User) -> None:
    card = carded(count=2)
    text = page(client, f"/models/{card.ref}/")
    assert "AUC by group" in text
    assert f"/models/{card.ref}/charts/metric-1/?with=CARD-1" in text
    answer = client.get(f"/models/{card.ref}/charts/metric-1/?with=CARD-1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode().splitlines()[0] == "Group,Cases,Version 2,From,To,Version 1"
    assert client.get(f"/models/{card.ref}/charts/other/").status_code == 404


def test_card_in_production_says_by_what_and_what_is_due(client: Client, tomasz: User) -> None:
    card = carded()
    triggers = [
        {"kind": "schedule", "every": 1, "unit": "day"},
        {"kind": "performance", "what": "auc", "beyond": "below", "threshold": 0.95},
        {"kind": "drift", "what": "psi", "beyond": "above", "threshold": 0.2},
    ]
    fields = {"retraining_triggers": triggers, "next_validation": "2020-02-12"}
    card = write_edition(actor=SYSTEM, card=card, fields=fields)
    text = page(client, f"/models/{card.ref}/")
    for said in ("Every day", "auc below 0.95", "0.9, beyond it", "Not measured", "Overdue", "Not recorded"):
        assert said in text
    day = (clock.now() + timedelta(days=1)).date()
    due = page(client, f"/calendar/?month={day:%Y-%m}")
    assert "Retraining is due" in due
    assert f"/models/{card.ref}/" in due
    assert "No model is due here" in page(client, f"/calendar/?month={day:%Y-%m}&kind=dataset")
