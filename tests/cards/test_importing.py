import json
from pathlib import Path

import pytest

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules.formats import read_file, write_file
from apps.cards.selectors import content_of, offers_for
from apps.cards.services import draft_card, import_card, write_edition
from apps.core import actors
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, Stale
from apps.exports.selectors import card_said, said_in_files
from tests.cards.filled import version
from tests.planning import SYSTEM, person

pytestmark = pytest.mark.django_db

REAL = Path(__file__).parent / "formats" / "real"
SIMPLE = (REAL / "sample_simple_model_index.md").read_bytes()


@pytest.fixture
def card() -> ModelCard:
    made = draft_card(actor=SYSTEM, version=version())
    tomasz = actors.person(person("tomasz", Role.VALIDATOR))
    return write_edition(actor=tomasz, card=made, fields={"overview": "Mine.", "tags": ["loans"]})


def test_import_takes_what_the_card_is_silent_on_and_leaves_what_a_person_wrote(card: ModelCard) -> None:
    before = card.edition
    done = import_card(actor=SYSTEM, card=card, data=SIMPLE, file_name="README.md")
    content = content_of(done.card)
    assert content["overview"] == "Mine."
    assert set(done.fields) == {"languages", "licences", "library", "datasets", "metrics"}
    assert [metric["name"] for metric in content["metrics"]] == ["accuracy", "f1"]
    assert done.card.edition == before + 1
    assert done.card.sources["library"][0]["kind"] == "file"
    event = AuditEvent.objects.get(event="card.imported")
    assert json.loads(bytes(event.entry))["data"]["format"] == "huggingface"
    assert {each.place for each in done.left} >= {"metrics", "model-index[0].results[1].dataset.args"}


def test_offers_say_whether_a_person_wrote_what_would_be_overwritten(card: ModelCard) -> None:
    said = read_file(SIMPLE)[1].content | {"tags": ["loans"]}
    offers = {offer.field.name: offer for offer in offers_for(card, said)}
    assert "tags" not in offers
    assert (offers["overview"].by_person, offers["overview"].is_new) == (True, False)
    assert (offers["library"].by_person, offers["library"].is_new) == (False, True)


def test_import_overwrites_what_a_person_names_and_keeps_the_edition_before(card: ModelCard) -> None:
    done = import_card(actor=SYSTEM, card=card, data=SIMPLE, file_name="a.md", take=["overview"])
    assert content_of(done.card)["overview"].startswith("This is a test model card")
    assert done.fields == ("overview",)
    kept = CardEdition.objects.get(card=card, number=done.card.edition - 1)
    assert kept.content["fields"]["overview"] == "Mine."


def test_import_that_cannot_be_is_refused_and_changes_nothing(card: ModelCard) -> None:
    def refused(data: bytes = SIMPLE, **more: object) -> Invalid:
        with pytest.raises(Invalid) as caught:
            import_card(actor=SYSTEM, card=card, data=data, file_name="a", **more)  # type: ignore[arg-type]
        return caught.value

    assert "not valid JSON" in refused(b'{"a": }').reason
    assert "no format" in refused(format_name="word").reason
    assert "“colour”" in refused(take=["colour"]).reason
    assert "nothing to take" in refused(take=[]).reason
    assert "The file changes nothing." in refused(b"---\ntags: [loans]\n---\n").reason
    assert "may overwrite" in refused(b"---\ntags: [cards]\n---\n").reason
    stranger = actors.person(person("mallory", Role.REQUESTER))
    with pytest.raises(Forbidden):
        import_card(actor=stranger, card=card, data=b"\xff", file_name="a")
    with pytest.raises(Stale):
        import_card(actor=SYSTEM, card=card, data=SIMPLE, file_name="a", edition=1)
    ModelCard.objects.filter(pk=card.pk).update(state="archived")
    with pytest.raises(PolicyBlocked):
        import_card(actor=SYSTEM, card=card, data=SIMPLE, file_name="a")
    card.refresh_from_db()
    assert (card.edition, content_of(card)["overview"]) == (2, "Mine.")


def test_card_that_came_from_a_file_goes_back_into_it_with_what_the_portal_knows(card: ModelCard) -> None:
    tomasz = person("anna", Role.VALIDATOR)
    done = import_card(actor=SYSTEM, card=card, data=SIMPLE, file_name="README.md")
    written = write_file(said_in_files(tomasz, done.card), "huggingface")
    assert not written.lost
    again = read_file(written.text.encode())[1]
    assert again.stated["name"] == card.version.component.name
    assert again.stated["risk_tier"] == str(card.version.component.tier)
    assert "date: 20220120" in written.text
    assert "image-classification" in written.text
    names = {each.label for each in write_file(said_in_files(tomasz, done.card), "toolkit").lost}
    assert {"Languages", "Library", "Risk tier", "Metrics"} <= names
    assert "owners" in card_said(tomasz, done.card)


@pytest.mark.parametrize("path", sorted(REAL.glob("*")), ids=lambda path: path.name)
def test_real_card_is_imported_and_exported_in_its_format(path: Path) -> None:
    made = draft_card(actor=SYSTEM, version=version())
    done = import_card(actor=SYSTEM, card=made, data=path.read_bytes(), file_name=path.name)
    given, taken = read_file(path.read_bytes())
    back = read_file(
        write_file(said_in_files(person("anna", Role.VALIDATOR), done.card), given.name).text.encode()
    )[1]
    for name, value in taken.content.items():
        assert name == "extra" or back.content[name] == value
    unknown = {each.place for each in taken.left if each.reason == "A card has no field for it."}
    left = {each.place for each in back.left}
    assert not [place for place in unknown if not any(each.startswith(place) for each in left)]
