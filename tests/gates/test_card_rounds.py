"""Model cards through the round in which people sign them."""

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.selectors import may_sign_now
from apps.approvals.services import NobodyToSign
from apps.approvals.services.intents import meaning_on
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.selectors import latest_edition
from apps.cards.services import (
    fill_from_registry,
    settle_card,
    submit_card,
    take_back_card,
    write_edition,
)
from apps.core.actors import person as by
from apps.core.errors import Forbidden, IllegalTransition, PolicyBlocked, Stale
from apps.exports.selectors import card_said
from apps.gates.selectors import CARD, round_over, rounds_over
from tests.cards.filled import complete_card, version
from tests.people import sign
from tests.planning import SYSTEM, component, person, team
from tests.races import at_once

KEY = "model:default/credit-risk"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    ingrid = person("ingrid", Role.VALIDATOR)
    ingrid.teams.add(team())
    return {
        "amara": person("amara", Role.VALIDATOR),
        "ingrid": ingrid,
        "tomasz": person("tomasz", Role.VALIDATOR),
        "priya": person("priya", Role.OWNER, component=KEY),
    }


@pytest.fixture
def card(people: dict[str, User]) -> ModelCard:
    """A whole card, which Ingrid wrote on last, of a version that Amara made."""
    made = complete_card(
        version(component("credit-risk", owned_by=team(), tier=1), author=people["amara"]), people["priya"]
    )
    return write_edition(actor=by(people["ingrid"]), card=made, fields={"overview": "Scores loans."})


def asked(card: ModelCard) -> Round:
    found = round_over(CARD, card.ref)
    assert found is not None
    return found


def answer(card: ModelCard, role: str, user: User, decision: str = "approve") -> None:
    round_ = asked(card)
    wanted = round_.requirements.select_related("round").get(role=role)
    note = "" if decision == "approve" else "The limits are not said."
    sign(actor=by(user), requirement=wanted, digest=round_.digest, decision=decision, note=note)


def state(card: ModelCard) -> str:
    card.refresh_from_db()
    return card.state


def test_card_is_approved_once_a_validator_and_an_owner_signed_its_edition(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    assert state(card) == CardState.IN_REVIEW
    assert asked(card).digest == latest_edition(card).digest
    answer(card, Role.VALIDATOR, people["tomasz"])
    assert state(card) == CardState.IN_REVIEW
    answer(card, Role.OWNER, people["priya"])
    assert state(card) == CardState.APPROVED
    with pytest.raises(IllegalTransition):
        submit_card(actor=by(people["ingrid"]), card=card)


def test_card_is_never_signed_by_who_wrote_it_or_made_the_model(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["priya"]), card=card)
    validator = asked(card).requirements.get(role=Role.VALIDATOR)
    said = {name: may_sign_now(people[name], validator).reason for name in ("ingrid", "amara")}
    assert said["ingrid"] == "You wrote on this card. Nobody approves what they wrote."
    assert said["amara"].endswith("Nobody validates their own model.")
    assert may_sign_now(people["priya"], asked(card).requirements.get(role=Role.OWNER))
    with pytest.raises(Forbidden):
        answer(card, Role.VALIDATOR, people["ingrid"])


def test_edit_makes_a_draft_of_a_card_in_review_and_asks_nobody_any_more(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    held = asked(card)
    with pytest.raises(Stale):
        # What somebody read before an edit is not what would be asked about.
        submit_card(actor=by(people["ingrid"]), card=ModelCard(pk=card.pk, number=card.number, edition=1))
    write_edition(actor=by(people["ingrid"]), card=card, fields={"overview": "Scores all loans."})
    held.refresh_from_db()
    assert (state(card), held.state) == (CardState.DRAFT, RoundState.CLOSED)
    with pytest.raises(Stale):
        sign(actor=by(people["tomasz"]), requirement=held.requirements.get(role=Role.VALIDATOR),
             digest=held.digest, decision="approve")  # fmt: skip
    submit_card(actor=by(people["ingrid"]), card=card)
    assert asked(card).revision == 2


def test_card_that_is_refused_or_taken_back_is_a_draft_and_its_edition_stays(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    answer(card, Role.VALIDATOR, people["tomasz"], "reject")
    assert (state(card), card.edition) == (CardState.DRAFT, 3)
    submit_card(actor=by(people["ingrid"]), card=card)
    take_back_card(actor=by(people["ingrid"]), card=card)
    assert state(card) == CardState.DRAFT
    assert round_over(CARD, card.ref) is None
    assert [one.state for one in rounds_over(CARD, card.ref)] == [RoundState.CLOSED, RoundState.REJECTED]


def test_submit_of_a_card_that_lacks_what_its_tier_needs_says_what(
    card: ModelCard, people: dict[str, User]
) -> None:
    card = write_edition(actor=SYSTEM, card=card, fields={"fairness": [], "limitations": " "})
    with pytest.raises(PolicyBlocked) as caught:
        submit_card(actor=by(people["ingrid"]), card=card)
    assert caught.value.reason == "The card lacks its limitations and fairness."
    lesser = card.version.component
    lesser.tier = 2
    lesser.save()
    card = write_edition(actor=SYSTEM, card=card, fields={"limitations": "Short files."})
    assert submit_card(actor=by(people["ingrid"]), card=card).state == CardState.IN_REVIEW


def test_submit_where_nobody_can_sign_leaves_a_draft(card: ModelCard, people: dict[str, User]) -> None:
    write_edition(actor=by(people["tomasz"]), card=card, fields={"overview": "New."})
    card.refresh_from_db()
    with pytest.raises(NobodyToSign):
        submit_card(actor=by(people["ingrid"]), card=card)
    assert state(card) == CardState.DRAFT


def test_registry_leaves_a_card_in_review_and_reopens_one_that_is_approved(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    made = card.version
    made.metrics = {"loss": 0.2}
    made.save()
    assert fill_from_registry(actor=SYSTEM, versions=[made]).unchanged == 1
    answer(card, Role.VALIDATOR, people["tomasz"])
    answer(card, Role.OWNER, people["priya"])
    assert fill_from_registry(actor=SYSTEM, versions=[made]).updated == 1
    assert (state(card), card.edition) == (CardState.DRAFT, 4)


def test_settle_of_another_digest_than_was_signed_is_stale(card: ModelCard, people: dict[str, User]) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    with pytest.raises(Stale):
        settle_card(actor=SYSTEM, card=card, digest="0" * 64, approved=True)


@pytest.mark.django_db(transaction=True)
def test_edit_while_the_last_signs_never_approves_what_nobody_signed(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    answer(card, Role.VALIDATOR, people["tomasz"])
    signed = asked(card).digest
    at_once(
        lambda: answer(card, Role.OWNER, people["priya"]),
        lambda: write_edition(actor=by(people["ingrid"]), card=card, fields={"overview": "Other."}),
    )
    approved = state(card) == CardState.APPROVED
    assert approved == (latest_edition(card).digest == signed)


def test_approvals_on_the_card_are_those_of_its_edition_with_the_digest_that_was_signed(
    card: ModelCard, people: dict[str, User]
) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    answer(card, Role.VALIDATOR, people["tomasz"])
    answer(card, Role.OWNER, people["priya"])
    rows = card_said(people["priya"], card)["approvals"]
    assert {(one["role"], one["decision"], one["digest"], one["link"]) for one in rows} == {
        (role, "Approve", latest_edition(card).digest, f"{card.ref}, edition {card.edition}")
        for role in ("Model Validator", "Service Owner")
    }
    card.refresh_from_db()
    write_edition(actor=by(people["ingrid"]), card=card, fields={"overview": "Scores all loans."})
    card.refresh_from_db()
    assert card_said(people["priya"], card)["approvals"] == []


def test_signature_on_a_card_says_what_its_role_answers_for(card: ModelCard, people: dict[str, User]) -> None:
    submit_card(actor=by(people["ingrid"]), card=card)
    title = f"“Model card of credit-risk 13, edition {card.edition}”"
    says = {one.role: meaning_on(one, "approve") for one in asked(card).requirements.select_related("round")}
    assert says == {
        "validator": f"I judge {title} true and whole, and the model fit for the use that it names,"
        " as Model Validator.",
        "owner": f"I answer for this model as {title} describes it, as Service Owner.",
    }
    validator = asked(card).requirements.select_related("round").get(role=Role.VALIDATOR)
    assert meaning_on(validator, "reject").startswith(f"I reject {title}, for the reason")
