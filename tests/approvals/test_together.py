"""Signing several together: which can be, and that each is signed by itself or left with its reason."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import Band, SubjectClass
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules import Barred
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.together import MOST, Joining, may_join
from apps.approvals.selectors import items_to_sign, right_to_sign, rights_to_sign, verified_signature
from apps.approvals.services import Chosen, Outcome, Proof, close_round, show_together, sign_together
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid, PortalError, Stale
from tests.approvals.test_matrix import PEOPLE, people_of
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db


def standard(*needs: Any, **more: Any) -> Round:
    """Open a round over a standard change of low risk."""
    return a_round(*needs, **({"risk": 1, "subject_class": "standard"} | more))


def several(count: int, role: str = Role.VALIDATOR, **more: Any) -> list[Requirement]:
    """Return what as many standard changes of low risk ask of a role."""
    return [asked_of(standard(a_need(role), **more), role) for _ in range(count)]


def chosen(user: User, asked: list[Requirement], session: str = "test") -> list[Chosen]:
    """Open the page of several, tick them all."""
    shown = show_together(actor=person(user), requirements=asked, session=session)
    return [Chosen(one, shown[one.pk].digest, shown[one.pk].nonce, checklist(one.role)) for one in asked]


def proof(**more: Any) -> Proof:
    values = {"nonce": "", "session": "test", "method": "password", "at": clock.now()}
    return Proof(**(values | more))


def put(user: User, asked: list[Requirement]) -> Outcome:
    """Sign several as a person does."""
    return sign_together(actor=person(user), chosen=chosen(user, asked), proof=proof())


# The rule


@pytest.mark.parametrize(
    ("kind", "risk", "outdated"), list(product(["", *SubjectClass.values], range(1, 5), [False, True]))
)
def test_may_join_is_for_standard_changes_of_low_risk_alone_and_says_why(
    kind: str, risk: int, outdated: bool
) -> None:
    answer = may_join(Joining(kind, risk, outdated))
    assert bool(answer) is (kind == "standard" and risk == 1 and not outdated)
    if kind != "standard":
        assert "Only standard changes of low risk" in answer.reason
    elif risk > 1:
        assert Band.values[risk - 1] in answer.reason
    elif outdated:
        assert "earlier revision" in answer.reason
    assert bool(answer.remedy) is not bool(answer)


def test_may_join_names_the_class() -> None:
    assert may_join(Joining("normal", 1)).reason.startswith("This is a normal change.")
    assert may_join(Joining("urgent", 1)).reason.startswith("This is an urgent change.")
    assert may_join(Joining("", 1)).reason.startswith("This is no standard change.")


# What the page says of each


def test_rights_to_sign_of_many_is_what_each_is_by_itself() -> None:
    """Everyone of the matrix, over rounds that ask in different ways, all at once and one by one."""
    who, first = people_of(Role.VALIDATOR)
    bare = standard(a_need(component="m"), a_need(Role.SPONSOR))
    closed = standard(a_need(component="m"))
    staged = standard(a_need(Role.SPONSOR), a_need(component="m", stage=2))
    close_round(actor=LOADER, round=closed)
    rows = [
        first,
        *[asked_of(one, Role.VALIDATOR, "m") for one in (bare, closed, staged)],
        *[asked_of(one, Role.SPONSOR) for one in (bare, staged)],
    ]
    for name in PEOPLE:
        user = User.objects.get(pk=who[name].pk)
        together = rights_to_sign(user, rows)
        for row in rows:
            alone = right_to_sign(user, row)
            assert together[row.pk].decision == alone.decision, (name, row)
            assert together[row.pk].delegation == alone.delegation, (name, row)


def test_items_to_sign_asks_as_often_for_twenty_as_for_one() -> None:
    both = add_person("both", Role.VALIDATOR, Role.SPONSOR)
    add_person("spo", Role.SPONSOR)
    rows = [asked_of(standard(a_need(), a_need(Role.SPONSOR), revision=2), Role.VALIDATOR) for _ in range(20)]
    counts = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as caught:
            assert all(one.allowed for one in items_to_sign(both, [row.pk for row in some]))
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 12


def test_items_to_sign_when_someone_holds_no_role_shows_them_nothing() -> None:
    add_person("val", Role.VALIDATOR)
    nobody, ann = add_person("nobody"), add_person("ann")
    asked = asked_of(standard(by=ann), Role.VALIDATOR)
    assert items_to_sign(nobody, [asked.pk]) == []
    (item,) = items_to_sign(ann, [asked.pk])
    assert "do not hold the role" in item.allowed.reason


def test_items_to_sign_when_someone_decided_on_an_earlier_revision_sends_them_to_what_changed() -> None:
    val = add_person("val", Role.VALIDATOR)
    first, second = standard(), standard(revision=2)
    before = asked_of(first, Role.VALIDATOR)
    given = sign(actor=person(val), requirement=before, digest=DIGEST, decision="approve")
    asked = asked_of(second, Role.VALIDATOR)
    EarlierSignature.objects.create(requirement=asked, signature=given, counts=False, because="It moved.")
    (item,) = items_to_sign(val, [asked.pk])
    assert "something that you judge has changed" in item.allowed.reason
    assert item.allowed.remedy == "Read what is different, and sign it by itself."
    (left,) = put(val, [asked]).left
    assert left[1].reason == item.allowed.reason
    assert not Signature.objects.filter(requirement=asked).exists()


# Signing


def test_sign_together_gives_each_its_own_signature_attestation_and_entry() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = several(3)
    outcome = put(val, asked)
    assert outcome.left == []
    assert [one.requirement for one in outcome.signed] == asked
    assert (
        len({one.nonce for one in outcome.signed})
        == len({one.attestation_digest for one in outcome.signed})
        == 3
    )
    for one in outcome.signed:
        assert one.checked == list(checklist(Role.VALIDATOR))
        assert one.intent.requirement_id == one.requirement_id
        assert verified_signature(one).said.subject == f"{one.requirement.round.subject_ref}, revision 1"
    entries = AuditEvent.objects.filter(event="approval.signed")
    assert {entry.object_id for entry in entries} == {one.round.subject_ref for one in asked}
    assert entries.count() == 3


def moved(row: Requirement) -> None:
    Round.objects.filter(pk=row.round_id).update(digest="0" * 64)


def closed(row: Requirement) -> None:
    close_round(actor=LOADER, round=row.round)


def of_class(row: Requirement) -> None:
    Round.objects.filter(pk=row.round_id).update(subject_class="normal")


def riskier(row: Requirement) -> None:
    Round.objects.filter(pk=row.round_id).update(risk=2)


def renamed(row: Requirement) -> None:
    Requirement.objects.filter(pk=row.pk).update(component_label="another")


ILLEGAL: dict[str, tuple[Callable[[Requirement], None], type[PortalError], str]] = {
    "its digest moved": (moved, Stale, "no longer what you were shown"),
    "its round closed": (closed, Stale, "no longer asked for"),
    "it is no standard change": (of_class, Forbidden, "This is a normal change"),
    "its risk is not low": (riskier, Forbidden, "Its risk is moderate"),
    "its meaning moved": (renamed, Stale, "What you would say"),
}


@pytest.mark.parametrize(("place", "why"), list(product(range(3), ILLEGAL)))
def test_sign_together_with_one_illegal_item_signs_each_legal_one_and_names_that_one(
    place: int, why: str
) -> None:
    """What the page says: each legal one is signed, whichever place the other stands in."""
    val = add_person("val", Role.VALIDATOR)
    asked = several(3)
    ticked = chosen(val, asked)
    spoil, kind, words = ILLEGAL[why]
    spoil(asked[place])
    outcome = sign_together(actor=person(val), chosen=ticked, proof=proof())
    assert [one.requirement for one in outcome.signed] == [*asked[:place], *asked[place + 1 :]]
    ((left, error),) = outcome.left
    assert left == asked[place]
    assert isinstance(error, kind)
    assert words in error.reason
    assert not Signature.objects.filter(requirement=asked[place]).exists()
    assert AuditEvent.objects.filter(event="approval.signed").count() == 2


def test_sign_together_when_one_is_barred_or_not_theirs_leaves_it() -> None:
    val = add_person("val", Role.VALIDATOR)
    add_person("wal", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    barred = asked_of(standard(barred=[Barred(val.pk, "You asked for this.")]), Role.VALIDATOR)
    other = asked_of(standard(a_need(Role.SPONSOR)), Role.SPONSOR)
    (legal,) = several(1)
    outcome = put(val, [barred, other, legal])
    assert [one.requirement for one in outcome.signed] == [legal]
    assert [error.reason for _, error in outcome.left] == [
        "You asked for this.",
        "You do not hold the role Change Sponsor.",
    ]


def test_sign_together_when_a_nonce_is_of_another_item_session_or_person_leaves_that_one() -> None:
    val, wal = add_person("val", Role.VALIDATOR), add_person("wal", Role.VALIDATOR)
    asked = several(4)
    mine, theirs = chosen(val, asked), chosen(wal, asked)
    elsewhere = chosen(val, asked, session="another")
    sent = [
        mine[0],
        replace(mine[1], nonce=mine[0].nonce),
        replace(mine[2], nonce=theirs[2].nonce),
        replace(mine[3], nonce=elsewhere[3].nonce),
    ]
    outcome = sign_together(actor=person(val), chosen=sent, proof=proof())
    assert [one.requirement for one in outcome.signed] == [asked[0]]
    assert all("not shown to you in this session" in error.reason for _, error in outcome.left)
    assert len(outcome.left) == 3


def test_sign_together_when_a_check_is_left_out_leaves_that_one() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = several(2)
    first, second = chosen(val, asked)
    short = replace(first, checked=checklist(Role.VALIDATOR)[:1])
    outcome = sign_together(actor=person(val), chosen=[short, second], proof=proof())
    assert [one.requirement for one in outcome.signed] == [asked[1]]
    assert "Confirm each point" in outcome.left[0][1].reason


def test_sign_together_when_sent_twice_is_the_same_signatures() -> None:
    val = add_person("val", Role.VALIDATOR)
    ticked = chosen(val, several(3))
    first = sign_together(actor=person(val), chosen=ticked, proof=proof())
    assert sign_together(actor=person(val), chosen=ticked, proof=proof()).signed == first.signed
    assert Signature.objects.count() == AuditEvent.objects.filter(event="approval.signed").count() == 3


def test_sign_together_when_the_proof_is_old_signs_nothing() -> None:
    val = add_person("val", Role.VALIDATOR)
    outcome = sign_together(
        actor=person(val), chosen=chosen(val, several(2)), proof=proof(at=clock.now(), earlier=True)
    )
    assert outcome.signed == []
    assert len(outcome.left) == 2
    assert not Signature.objects.exists()


def test_sign_together_when_there_are_none_too_many_or_one_twice_signs_nothing() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = several(MOST + 1)
    ticked = chosen(val, asked)
    for some in ([], ticked, [ticked[0], ticked[0]]):
        with pytest.raises(Invalid):
            sign_together(actor=person(val), chosen=some, proof=proof())
    assert not Signature.objects.exists()
    assert len(sign_together(actor=person(val), chosen=ticked[:MOST], proof=proof()).signed) == MOST


def test_sign_together_when_a_job_of_the_system_tries_signs_nothing() -> None:
    val = add_person("val", Role.VALIDATOR)
    outcome = sign_together(actor=LOADER, chosen=chosen(val, several(2)), proof=proof())
    assert [error.reason for _, error in outcome.left] == ["Only a person can sign."] * 2
    assert not Signature.objects.exists()
