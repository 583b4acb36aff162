import html
import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.selectors import content_of
from apps.cards.services import draft_card, write_edition
from apps.core import actors
from tests.cards.filled import version
from tests.planning import SYSTEM, person

pytestmark = pytest.mark.django_db

REAL = Path(__file__).parents[1] / "cards" / "formats" / "real"


@pytest.fixture
def tomasz(client: Client) -> User:
    user = person("tomasz", Role.VALIDATOR)
    client.force_login(user)
    return user


@pytest.fixture
def card(tomasz: User) -> ModelCard:
    made = draft_card(actor=SYSTEM, version=version())
    return write_edition(actor=actors.person(tomasz), card=made, fields={"overview": "Mine."})


def said_by(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def sent(client: Client, card: ModelCard, data: bytes, **more: str) -> Any:
    file = io.BytesIO(data)
    file.name = "README.md"
    return client.post(f"/models/{card.ref}/files/", {"file": file, "step": "look", **more})


def test_file_is_looked_at_and_then_only_what_is_chosen_is_taken(client: Client, card: ModelCard) -> None:
    looked = sent(client, card, (REAL / "sample_simple_model_index.md").read_bytes())
    said = said_by(looked)
    assert "The file is of “my-cool-model”" in said
    assert "Overwrite what a person wrote" in said
    assert "model-index[0].results[1].dataset.args" in said
    assert 'value="library" id="take-library" checked' in said
    assert 'value="overview" id="take-overview">' in said
    step = {"step": "import", "packed": looked.context["packed"], "take": ["library", "metrics"]}
    answer = client.post(f"/models/{card.ref}/files/", step, follow=True)
    assert "Edition 3 has 2 fields of “README.md”." in said_by(answer)
    card.refresh_from_db()
    content = content_of(card)
    assert (content["overview"], content["library"], content["languages"]) == ("Mine.", "timm", [])
    again = client.post(f"/models/{card.ref}/files/", step | {"take": "languages"})
    assert again.status_code == 409


def test_file_that_cannot_be_read_is_refused_at_its_field(client: Client, card: ModelCard) -> None:
    for data, says in (
        (b"\xff\xfe", "not text in UTF-8"),
        (b'{"a": ', "line 1"),
        (b"x" * 2**21, "more than 1 MB"),
    ):
        assert says in said_by(sent(client, card, data))
    assert "The file is missing" in said_by(client.post(f"/models/{card.ref}/files/", {"step": "look"}))
    assert ModelCard.objects.get().edition == 2


def test_packed_file_of_somebody_else_or_for_another_card_is_stale(client: Client, card: ModelCard) -> None:
    packed = sent(client, card, b"---\ntags: [a]\n---\n").context["packed"]
    client.force_login(person("sofia", Role.VALIDATOR))
    step = {"step": "import", "packed": packed, "take": "tags"}
    assert client.post(f"/models/{card.ref}/files/", step).status_code == 409
    assert client.post(f"/models/{card.ref}/files/", step | {"packed": "x"}).status_code == 409


def test_who_may_not_write_the_card_is_refused_before_the_form_is_read(
    client: Client, card: ModelCard
) -> None:
    client.force_login(person("mallory", Role.REQUESTER))
    assert client.post(f"/models/{card.ref}/files/", {"step": "import", "packed": "x"}).status_code == 403
    shown = said_by(client.get(f"/models/{card.ref}/files/"))
    assert "Only the model’s owners" in shown.replace("'", "’")
    assert 'type="file"' not in shown


def test_card_is_offered_in_every_format_with_what_is_lost_and_comes_as_a_file(
    client: Client, card: ModelCard
) -> None:
    with CaptureQueriesContext(connection) as seen:
        shown = said_by(client.get(f"/models/{card.ref}/files/"))
    assert "Model Card Toolkit" in shown
    assert "Risk tier" in shown
    assert len(seen) <= 40
    for name, kind, starts in (
        ("pdf", "application/pdf", b"%PDF"),
        ("huggingface", "text/markdown", b"---\n"),
        ("toolkit", "application/json", b"{"),
        ("cyclonedx", "application/vnd.cyclonedx+json", b"{"),
    ):
        answer = client.get(f"/models/{card.ref}/files/{name}/")
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.content.startswith(starts)
        assert f'filename="{card.ref}.' in answer.headers["Content-Disposition"]
    assert client.get(f"/models/{card.ref}/files/word/").status_code == 404


def test_card_too_long_for_a_pdf_says_so_where_the_file_would_be(client: Client, card: ModelCard) -> None:
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 4_500
    fields = {"documentation": table, "limitations": table, "intended_use": table}
    write_edition(actor=SYSTEM, card=card, fields=fields)
    shown = said_by(client.get(f"/models/{card.ref}/files/"))
    assert "This card is too long for a PDF" in shown
    assert f"/models/{card.ref}/files/pdf/" not in shown
    answer = client.get(f"/models/{card.ref}/files/pdf/")
    assert (answer.status_code, "too long for a PDF" in said_by(answer)) == (409, True)


def test_markup_of_a_file_stays_text_on_the_said_by(client: Client, card: ModelCard) -> None:
    evil = b"# a\n\n## Limitations\n\n<script>alert(1)</script> ![x](http://example.com/a.png)\n"
    said = sent(client, card, evil).content.decode()
    assert "<script>alert" not in said
    assert "<img" not in said.split("<main")[1]
