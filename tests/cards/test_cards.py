import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.cards.models import CardEdition, ModelCard
from apps.cards.selectors import (
    card_for,
    cards_visible_to,
    compare,
    content_of,
    fields_of,
    list_models,
    write_decision,
)
from apps.cards.services import archive_card, draft_card, fill_from_registry, write_edition
from apps.catalog.models import Component
from apps.core import actors
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked, Stale
from tests.cards.filled import version
from tests.planning import SYSTEM, component, person, team

pytestmark = pytest.mark.django_db


def events(card: ModelCard) -> list[str]:
    return list(AuditEvent.objects.filter(object_id=card.ref).order_by("pk").values_list("event", flat=True))


def text(card: ModelCard, name: str = "overview") -> str:
    return str(content_of(card)[name])


def kinds(card: ModelCard, name: str) -> list[str]:
    return [one["kind"] for one in card.sources[name]]


def test_draft_when_done_twice_is_the_same_card() -> None:
    made = version()
    card = draft_card(actor=SYSTEM, version=made)
    assert draft_card(actor=SYSTEM, version=made) == card
    assert (card.ref, events(card)) == ("CARD-1", ["card.drafted"])


def test_draft_when_the_version_is_of_a_dataset_is_refused() -> None:
    with pytest.raises(Invalid):
        draft_card(actor=SYSTEM, version=version(component("sales", "dataset")))


def test_write_when_read_edition_is_old_is_stale() -> None:
    validator = actors.person(person("tomasz", Role.VALIDATOR))
    card = draft_card(actor=SYSTEM, version=version())
    write_edition(actor=validator, card=card, fields={"overview": "One"}, edition=1)
    with pytest.raises(Stale, match="edition 2"):
        write_edition(actor=validator, card=card, fields={"overview": "Two"}, edition=1)
    with pytest.raises(Stale):
        write_edition(actor=validator, card=card, fields={"overview": "Two"})
    assert text(ModelCard.objects.get()) == "One"


def test_write_when_nothing_changed_makes_no_edition() -> None:
    card = draft_card(actor=SYSTEM, version=version())
    card = write_edition(actor=SYSTEM, card=card, fields={"overview": "One"})
    card = write_edition(actor=SYSTEM, card=card, fields={"overview": " One "})
    assert card.edition == 2
    assert list(CardEdition.objects.values_list("number", flat=True)) == [2, 1]


def test_edition_keeps_what_was_written_by_whom_and_never_changes() -> None:
    tomasz = person("tomasz", Role.VALIDATOR)
    card = draft_card(actor=SYSTEM, version=version())
    fields = {"overview": "One", "owners": [tomasz.pk], "tags": ["loans"]}
    card = write_edition(actor=actors.person(tomasz), card=card, fields=fields)
    write_edition(actor=actors.person(tomasz), card=card, fields={"overview": "Two"})
    kept = CardEdition.objects.get(number=2)
    assert (fields_of(kept), kept.written_by) == (fields, tomasz)
    assert kept.content["version"] == "13"
    assert kept.content["sources"]["overview"] == [{"kind": "person", "ref": str(tomasz.pk), "edition": "2"}]
    for change in ("UPDATE cards_cardedition SET number = 9", "DELETE FROM cards_cardedition"):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            connection.cursor().execute(change)


def test_archived_card_is_frozen_by_the_service_and_by_the_database() -> None:
    owner = person("priya", Role.OWNER, over=team())
    card = draft_card(actor=SYSTEM, version=version())
    card = write_edition(actor=SYSTEM, card=card, fields={"owners": [owner.pk]})
    card = archive_card(actor=SYSTEM, card=card)
    with pytest.raises(PolicyBlocked):
        write_edition(actor=SYSTEM, card=card, fields={"overview": "New"})
    with pytest.raises(IllegalTransition):
        archive_card(actor=SYSTEM, card=card)
    for change in (
        "UPDATE cards_modelcard SET state = 'draft'",
        "INSERT INTO cards_cardedition (number, content, digest, written_at, card_id) "
        "SELECT 9, '{}', '', now(), id FROM cards_modelcard",
    ):
        with pytest.raises(DatabaseError, match="archived card never changes"), transaction.atomic():
            connection.cursor().execute(change)
    assert fill_from_registry(actor=SYSTEM, versions=[card.version]).unchanged == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"licence": "MIT"}, "A card has no field “licence”."),
        ({"approvals": []}, "The portal fills this in from its own records."),
        ({"owners": [999_999]}, "There is nobody with the number 999999."),
        ({"metrics": [{"name": "auc", "value": float("nan")}]}, "no number"),
        ({"overview": "a\0b"}, "a character that nobody can see or keep"),
    ],
)
def test_write_when_a_field_cannot_be_taken_says_which(fields: dict[str, object], said: str) -> None:
    card = draft_card(actor=SYSTEM, version=version())
    with pytest.raises(Invalid) as caught:
        write_edition(actor=SYSTEM, card=card, fields=fields)
    assert said in caught.value.fields[next(iter(fields))][0]


def test_write_when_allowed_depends_on_what_someone_is_to_the_model() -> None:
    author, member, other = person("amara", Role.REQUESTER), person("ingrid"), person("yuki", Role.REQUESTER)
    member.teams.add(team())
    card = draft_card(actor=SYSTEM, version=version(author=author))
    allowed = [
        author,
        member,
        person("tomasz", Role.VALIDATOR),
        person("priya", Role.OWNER, over=team()),
        person("ruth", Role.VALIDATOR, component="model:default/credit-risk"),
    ]
    assert all(write_decision(actors.person(each), card) for each in allowed)
    for each in (other, person("femi", Role.AUDITOR), person("sofia", Role.OWNER, over=team("shop"))):
        decision = write_decision(actors.person(each), card)
        assert not decision
        assert decision.remedy == "Ask someone in Credit."
    with pytest.raises(Forbidden):
        write_edition(actor=actors.person(other), card=card, fields={"overview": "Mine"})
    with pytest.raises(Forbidden):
        draft_card(actor=actors.person(other), version=version(card.version.component, "14"))


def loans(name: str = "loans") -> Component:
    made = component(name, "dataset", owned_by=team("data"))
    made.data_class = "personal"
    made.save()
    return made


def test_fill_when_run_again_changes_nothing_and_leaves_what_people_wrote() -> None:
    tomasz = person("tomasz", Role.VALIDATOR)
    loans()
    made = version(
        metrics={"auc": 0.9, "auc_low": 0.88, "auc_high": 0.92},
        datasets=[{"name": "loans", "digest": "9f3c", "context": "training"}],
        source_ref="4471",
    )
    owner = person("priya", Role.OWNER, over=team())
    report = fill_from_registry(actor=SYSTEM, versions=[made])
    assert (report.created, report.updated, report.unchanged) == (1, 0, 0)
    card = ModelCard.objects.get()
    said = content_of(card)
    assert (said["overview"], card.edition, card.editions.count()) == ("Scores loans.", 1, 1)
    [auc], [dataset] = said["metrics"], said["datasets"]
    assert (auc["value"], auc["low"], auc["high"], auc["source"]) == (0.9, 0.88, 0.92, "run 4471")
    assert (dataset["governance"], dataset["split"], dataset["revision"]) == ("Data", "training", "9f3c")
    assert said["owners"] == [owner.pk]
    assert (kinds(card, "metrics"), kinds(card, "datasets")) == (["registry"], ["lineage"])
    entries = AuditEvent.objects.count()
    assert fill_from_registry(actor=SYSTEM, versions=[made]).unchanged == 1
    assert AuditEvent.objects.count() == entries

    card = write_edition(actor=actors.person(tomasz), card=card, fields={"overview": "Mine", "owners": []})
    made.description, made.metrics = "Theirs", {"auc": 0.91}
    made.save()
    assert fill_from_registry(actor=SYSTEM, versions=[made.pk]).updated == 1
    card.refresh_from_db()
    assert (text(card), card.edition, content_of(card)["owners"]) == ("Mine", 3, [])
    assert kinds(card, "overview") == ["person"]
    assert content_of(card)["metrics"][0]["value"] == 0.91
    assert card.editions.get(number=3).written_by is None


def test_selectors_when_the_person_holds_no_role_show_nothing() -> None:
    card = draft_card(actor=SYSTEM, version=version())
    nobody, somebody = person("nobody"), person("somebody", Role.EXECUTIVE)
    assert not cards_visible_to(nobody)
    assert card_for(nobody, card.ref) is None
    assert card_for(somebody, card.ref) == card
    assert card_for(somebody, "CARD-x") is None
    assert list_models(nobody) == []


def test_compare_when_there_is_a_version_before_takes_its_card() -> None:
    first = version(number="12", metrics={"auc": 0.83}, aliases=["champion"])
    second = version(first.component, "13", metrics={"auc": 0.84})
    fill_from_registry(actor=SYSTEM, versions=[first, second])
    old, new = first.card, second.card
    [row] = compare(new, old)
    assert row.change == pytest.approx(0.01)
    [model] = list_models(person("somebody", Role.EXECUTIVE), text="credit")
    assert (model.in_use_card, model.newest, model.count) == (old, new, 2)
    assert model.completeness is not None
