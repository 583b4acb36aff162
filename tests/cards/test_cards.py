import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.cards.enums import CardState
from apps.cards.models import CardEdition, ModelCard
from apps.cards.selectors import (
    card_for,
    cards_visible_to,
    compare,
    content_of,
    list_models,
    write_decision,
)
from apps.cards.services import archive_card, draft_card, fill_from_registry, publish_card, write_edition
from apps.catalog.models import Component, ComponentVersion
from apps.core import actors
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked, Stale
from tests.planning import SYSTEM, component, person, team

pytestmark = pytest.mark.django_db

FULL = {
    "overview": "It scores loans.",
    "intended_use": "Loan officers refer or approve.",
    "limitations": "Short histories.",
    "training_data": "Loans of 2025.",
    "metrics": [{"name": "auc", "value": 0.9}],
    "retraining_triggers": ["Each quarter"],
}


def version(
    of: Component | None = None, number: str = "13", author: User | None = None, **more: object
) -> ComponentVersion:
    values = {"metrics": {"auc": 0.9}, "source": "mlflow", "description": "Scores loans."} | more
    return ComponentVersion.objects.create(
        component=of or component("credit-risk", owned_by=team()), version=number, author=author, **values
    )


def events(card: ModelCard) -> list[str]:
    return list(AuditEvent.objects.filter(object_id=card.ref).order_by("pk").values_list("event", flat=True))


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
    assert ModelCard.objects.get().overview == "One"


def test_write_when_nothing_changed_makes_no_edition() -> None:
    card = draft_card(actor=SYSTEM, version=version())
    card = write_edition(actor=SYSTEM, card=card, fields={"overview": "One"})
    card = write_edition(actor=SYSTEM, card=card, fields={"overview": " One "})
    assert card.edition == 2
    assert list(CardEdition.objects.values_list("number", flat=True)) == [2, 1]


def test_write_when_published_makes_a_draft_edition_and_keeps_the_one_before() -> None:
    tomasz = person("tomasz", Role.VALIDATOR)
    card = draft_card(actor=SYSTEM, version=version())
    card = write_edition(actor=actors.person(tomasz), card=card, fields=FULL | {"owners": [tomasz]})
    card = publish_card(actor=actors.person(tomasz), card=card)
    assert card.state == CardState.PUBLISHED
    card = write_edition(actor=actors.person(tomasz), card=card, fields={"overview": "New"})
    assert (card.state, card.edition) == (CardState.DRAFT, 3)
    kept = CardEdition.objects.get(number=2)
    assert (kept.content["overview"], kept.written_by) == ("It scores loans.", tomasz)
    assert kept.content["owners"] == [tomasz.pk]
    assert events(card) == ["card.drafted", "card.edited", "card.published", "card.reopened", "card.edited"]


def test_publish_when_something_is_missing_says_what() -> None:
    card = draft_card(actor=SYSTEM, version=version())
    card = write_edition(actor=SYSTEM, card=card, fields=FULL)
    with pytest.raises(PolicyBlocked) as caught:
        publish_card(actor=SYSTEM, card=card)
    assert caught.value.reason == "The card lacks its owners."


def test_archive_when_done_freezes_the_card() -> None:
    card = archive_card(actor=SYSTEM, card=draft_card(actor=SYSTEM, version=version()))
    with pytest.raises(PolicyBlocked):
        write_edition(actor=SYSTEM, card=card, fields={"overview": "New"})
    with pytest.raises(IllegalTransition):
        archive_card(actor=SYSTEM, card=card)


def test_write_when_field_is_unknown_is_refused_by_name() -> None:
    card = draft_card(actor=SYSTEM, version=version())
    with pytest.raises(Invalid) as caught:
        write_edition(actor=SYSTEM, card=card, fields={"licence": "MIT"})
    assert caught.value.fields == {"licence": ["A card has no field “licence”."]}


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


def test_fill_when_run_again_changes_nothing_and_leaves_what_people_wrote() -> None:
    tomasz = person("tomasz", Role.VALIDATOR)
    made = version(
        metrics={"auc": 0.9, "auc_low": 0.88, "auc_high": 0.92},
        datasets=[{"name": "loans", "digest": "9f3c", "context": "training"}],
        source_ref="4471",
    )
    owner = person("priya", Role.OWNER, over=team())
    report = fill_from_registry(actor=SYSTEM, versions=[made])
    assert (report.created, report.updated, report.unchanged) == (1, 0, 0)
    card = ModelCard.objects.get()
    assert (card.overview, card.edition, card.editions.count()) == ("Scores loans.", 1, 1)
    assert card.metrics[0] == {
        "name": "auc",
        "slice": "",
        "value": 0.9,
        "low": 0.88,
        "high": 0.92,
        "source": "run 4471",
    }
    assert content_of(card)["owners"] == [owner.pk]
    entries = AuditEvent.objects.count()
    assert fill_from_registry(actor=SYSTEM, versions=[made]).unchanged == 1
    assert AuditEvent.objects.count() == entries

    card = write_edition(actor=actors.person(tomasz), card=card, fields={"overview": "Mine", "owners": []})
    made.description, made.metrics = "Theirs", {"auc": 0.91}
    made.save()
    assert fill_from_registry(actor=SYSTEM, versions=[made.pk]).updated == 1
    card.refresh_from_db()
    assert (card.overview, card.edition, content_of(card)["owners"]) == ("Mine", 3, [])
    assert card.metrics[0]["value"] == 0.91
    assert card.editions.get(number=3).written_by is None


def test_fill_when_archived_leaves_the_card() -> None:
    made = version()
    archive_card(actor=SYSTEM, card=draft_card(actor=SYSTEM, version=made))
    assert fill_from_registry(actor=SYSTEM, versions=[made]).unchanged == 1


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
