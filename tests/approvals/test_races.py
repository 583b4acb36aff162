"""Many at once, with real threads and real transactions."""

from functools import partial

import pytest

from apps.accounts.enums import Role
from apps.approvals import services as approvals
from apps.approvals.enums import RoundState
from apps.approvals.models import Round, Signature
from apps.approvals.rules.checklists import checklist
from apps.approvals.services import close_round, deciding, on_signed
from apps.approvals.services.reminding import remind
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Conflict, Stale
from apps.outbox.models import Notification
from tests.faults.amount import amount
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, prove
from tests.races import at_once, signing

pytestmark = pytest.mark.django_db(transaction=True)


def test_sign_when_sent_twenty_times_at_once_signs_once() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = asked_of(a_round(), Role.VALIDATOR)
    results = at_once(*[signing(val, asked)] * 20)
    assert {result.pk for result in results if isinstance(result, Signature)} == {Signature.objects.get().pk}
    assert AuditEvent.objects.filter(event="approval.signed").count() == 1


def test_sign_when_one_page_is_sent_twenty_times_at_once_signs_once() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = asked_of(a_round(a_need(quorum=1), a_need(component="m")), Role.VALIDATOR)
    proof = prove(person(val), asked)
    send = partial(
        approvals.sign,
        actor=person(val),
        requirement=asked,
        digest=DIGEST,
        decision="approve",
        proof=proof,
        checked=checklist(asked.role),
    )
    results = at_once(*[send] * 20)
    assert {result.pk for result in results if isinstance(result, Signature)} == {Signature.objects.get().pk}
    assert len([result for result in results if isinstance(result, Signature)]) == 20
    assert AuditEvent.objects.filter(event="approval.signed").count() == 1
    assert Signature.objects.get().nonce == proof.nonce


def test_sign_when_two_last_approvers_meet_makes_one_transition(monkeypatch: pytest.MonkeyPatch) -> None:
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    for _ in range(amount(20, 200)):
        heard: list[str] = []
        monkeypatch.setitem(deciding._listeners, "change", [])
        on_signed("change", lambda round_, _, heard=heard: heard.append(round_.state))  # type: ignore[misc]
        round_ = a_round(a_need(), a_need(Role.SPONSOR))
        at_once(signing(val, asked_of(round_, Role.VALIDATOR)), signing(spo, asked_of(round_, Role.SPONSOR)))
        assert heard == [RoundState.OPEN, RoundState.APPROVED]


def test_sign_when_one_rejects_as_another_approves_keeps_one_outcome() -> None:
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    for _ in range(10):
        round_ = a_round(a_need(), a_need(Role.SPONSOR))
        results = at_once(
            signing(val, asked_of(round_, Role.VALIDATOR), "reject"),
            signing(spo, asked_of(round_, Role.SPONSOR)),
        )
        round_.refresh_from_db()
        assert round_.state == RoundState.REJECTED
        assert all(isinstance(result, Signature | Stale) for result in results)


def test_sign_when_one_person_takes_two_roles_at_once_fills_one() -> None:
    both = add_person("both", Role.VALIDATOR, Role.SPONSOR)
    add_person("val", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    for _ in range(10):
        round_ = a_round(a_need(), a_need(Role.SPONSOR))
        at_once(
            signing(both, asked_of(round_, Role.VALIDATOR)), signing(both, asked_of(round_, Role.SPONSOR))
        )
        assert Signature.objects.filter(requirement__round=round_).count() == 1


def test_sign_when_the_round_closes_at_the_same_time_is_before_it_or_stale() -> None:
    val = add_person("val", Role.VALIDATOR)
    for _ in range(10):
        round_ = a_round()
        signed, _ = at_once(
            signing(val, asked_of(round_, Role.VALIDATOR)), partial(close_round, actor=LOADER, round=round_)
        )
        round_.refresh_from_db()
        assert (round_.state == RoundState.APPROVED) is isinstance(signed, Signature)
        assert isinstance(signed, Signature | Stale)


def test_open_round_when_opened_twice_at_once_opens_one() -> None:
    add_person("val", Role.VALIDATOR)
    results = at_once(*[lambda: a_round(ref="CHG-1")] * 4)
    assert Round.objects.count() == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3


def test_remind_when_two_workers_run_tells_once() -> None:
    add_person("val", Role.VALIDATOR)
    for _ in range(5):
        a_round(a_need(hours=-1))
    at_once(*[remind] * 4)
    assert Notification.objects.filter(rule="approval.overdue").count() == 5
