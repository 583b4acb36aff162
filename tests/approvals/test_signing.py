"""Signing at the service: what it records, whom it refuses, and what it settles."""

import json
from itertools import product
from typing import Any

import pytest

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.accounts.services import deactivate_person, revoke_role
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules import Barred
from apps.approvals.selectors import inbox_for, may_sign_now, standing
from apps.approvals.services import close_round, deciding, on_signed
from apps.audit.models import AuditEvent, AuditText
from apps.core import actors
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid, PortalError, Stale
from apps.outbox.models import Notification
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db


def put(user: User, requirement: Requirement, decision: str = "approve", **more: Any) -> Signature:
    """Sign as a person."""
    values: dict[str, Any] = {"digest": DIGEST, "note": "Too little data." if decision == "reject" else ""}
    return sign(actor=person(user), requirement=requirement, decision=decision, **(values | more))


def test_sign_when_allowed_binds_person_meaning_and_digest() -> None:
    val = add_person("val", Role.VALIDATOR)
    round_ = a_round(a_need(component="credit-risk 13"), ref="CHG-1042", revision=4)
    signature = put(
        val, asked_of(round_, Role.VALIDATOR, "credit-risk 13"), note="Widen the sample next time."
    )
    assert signature.meaning == (
        "I judge credit-risk 13 in CHG-1042, revision 4 fit for its use, as Model Validator."
    )
    assert (signature.digest, signature.auth_method) == (DIGEST, "password")
    entry = AuditEvent.objects.get(event="approval.signed")
    said = json.loads(bytes(entry.entry))
    assert said["object"]["id"] == "CHG-1042"
    assert said["actor"] == {"kind": "person", "id": str(val.pk)}
    assert said["data"]["digest"] == DIGEST
    assert said["data"]["meaning"] == signature.meaning
    assert b"Widen" not in bytes(entry.entry)
    assert AuditText.objects.get(event=entry, name="note").text == "Widen the sample next time."


def test_sign_when_everyone_has_signed_approves_the_round_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deciding._listeners, "change", [])
    heard: list[str] = []

    def listen(round_: Round, actor: actors.Actor) -> None:
        heard.append(round_.state)

    on_signed("change", listen)
    on_signed("change", listen)
    ann = add_person("ann")
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(Role.SPONSOR), a_need(), by=ann)
    put(val, asked_of(round_, Role.VALIDATOR))
    put(spo, asked_of(round_, Role.SPONSOR))
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED
    assert heard == [RoundState.OPEN, RoundState.APPROVED]
    assert Notification.objects.get(user=ann).rule == "approval.completed"


def test_sign_when_rejected_ends_the_round_and_tells_whoever_asked() -> None:
    ann = add_person("ann")
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(Role.SPONSOR), a_need(), by=ann)
    put(val, asked_of(round_, Role.VALIDATOR), "reject")
    states = {row.requirement.role: row.state for row in standing(round_)}
    assert states == {Role.VALIDATOR: RequirementState.REJECTED, Role.SPONSOR: RequirementState.LAPSED}
    assert "Too little data." in Notification.objects.get(user=ann, rule="approval.rejected").body
    assert list(inbox_for(spo, "needs_me")) == []
    with pytest.raises(Stale, match="rejected"):
        put(spo, asked_of(round_, Role.SPONSOR))


def test_sign_when_the_quorum_is_two_needs_two_people() -> None:
    val, wal = add_person("val", Role.VALIDATOR), add_person("wal", Role.VALIDATOR)
    round_ = a_round(a_need(quorum=2))
    asked = asked_of(round_, Role.VALIDATOR)
    put(val, asked)
    assert asked_of(round_, Role.VALIDATOR).state == RequirementState.OPEN
    assert list(inbox_for(val, "needs_me")) == []
    assert [row.waited_on for row in standing(round_)] == [[wal]]
    put(wal, asked)
    assert asked_of(round_, Role.VALIDATOR).state == RequirementState.MET


def test_sign_when_sent_twice_is_one_signature_and_one_entry() -> None:
    val = add_person("val", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR))
    first = put(val, asked_of(round_, Role.VALIDATOR))
    assert put(val, asked_of(round_, Role.VALIDATOR)) == first
    assert AuditEvent.objects.filter(event="approval.signed").count() == 1
    with pytest.raises(Forbidden, match="signed this already"):
        put(val, asked_of(round_, Role.VALIDATOR), "reject")


def test_sign_when_the_digest_differs_is_stale_and_signs_nothing() -> None:
    val = add_person("val", Role.VALIDATOR)
    round_ = a_round()
    with pytest.raises(Stale, match="Nothing was signed"):
        put(val, asked_of(round_, Role.VALIDATOR), digest="0" * 64)
    close_round(actor=LOADER, round=round_)
    with pytest.raises(Stale, match="no longer asked for"):
        put(val, asked_of(round_, Role.VALIDATOR))
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("note", {"decision": "reject", "note": "  "}),
        ("decision", {"decision": "maybe"}),
        ("decision", {"decision": ""}),
        ("auth_method", {"auth_method": "a nod"}),
    ],
)
def test_sign_when_the_input_is_wrong_names_the_field(field: str, values: dict[str, str]) -> None:
    val = add_person("val", Role.VALIDATOR)
    with pytest.raises(Invalid) as wrong:
        put(val, asked_of(a_round(), Role.VALIDATOR), **values)
    assert field in wrong.value.fields
    assert not Signature.objects.exists()


def test_sign_when_a_job_of_the_system_tries_is_refused() -> None:
    add_person("val", Role.VALIDATOR)
    with pytest.raises(Forbidden, match="Only a person"):
        sign(actor=LOADER, requirement=asked_of(a_round(), Role.VALIDATOR), digest=DIGEST, decision="approve")


# Separation of duties: each role asked × each way to be out of place


def in_place(role: Role) -> dict[str, User]:
    """Return people around a round of all four roles, each out of place in one way."""
    return {
        "holder": add_person("holder", role),
        "wrong role": add_person("wrong", *[other for other in APPROVING_ROLES if other != role]),
        "wrong component": add_person("elsewhere", role, component_key="model:default/other"),
        "no role": add_person("nobody"),
        "administrator": administrator(),
        "requester": add_person("requester", *APPROVING_ROLES),
        "author": add_person("author", role),
        "inactive": add_person("inactive", role),
        "revoked": add_person("revoked", role),
    }


def administrator() -> User:
    """Return a person with every power that Django knows, and none that counts here."""
    user = add_person("root")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    user.refresh_from_db()
    return user


WORDS = {
    "wrong role": "do not hold the role",
    "wrong component": "do not hold the role",
    "no role": "do not hold the role",
    "administrator": "do not hold the role",
    "requester": "You asked for this change",
    "author": "You made credit-risk 13",
    "inactive": "account is closed",
    "revoked": "do not hold the role",
}


@pytest.mark.parametrize(("role", "path"), list(product(APPROVING_ROLES, WORDS)))
@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_sign_when_out_of_place_is_refused_with_the_reason(role: Role, path: str, decision: str) -> None:
    people = in_place(role)
    for other in APPROVING_ROLES:
        add_person(f"second-{other.value}", other)
    round_ = a_round(
        *[a_need(each, "credit-risk") for each in APPROVING_ROLES],
        barred=[
            Barred(people["requester"].pk, "You asked for this change, so you cannot approve it."),
            Barred(people["author"].pk, "You made credit-risk 13.", role, "model:default/credit-risk"),
        ],
    )
    deactivate_person(actor=LOADER, user=people["inactive"])
    revoke_role(actor=LOADER, grant=grants_of(people["revoked"])[0])
    asked = asked_of(round_, role, "credit-risk")
    user = people[path]
    with pytest.raises(Forbidden) as refused:
        put(user, asked, decision)
    assert WORDS[path] in refused.value.reason
    assert may_sign_now(user, asked).reason == refused.value.reason
    assert not Signature.objects.exists()
    assert asked not in inbox_for(user, "needs_me")
    assert put(people["holder"], asked, decision).signer == people["holder"]


@pytest.mark.parametrize(
    ("first", "second"), [pair for pair in product(APPROVING_ROLES, APPROVING_ROLES) if pair[0] != pair[1]]
)
def test_sign_when_one_person_tries_two_roles_is_refused(first: Role, second: Role) -> None:
    both = add_person("both", first, second)
    add_person("other", second)
    round_ = a_round(a_need(first), a_need(second))
    put(both, asked_of(round_, first))
    with pytest.raises(Forbidden, match="One person never fills two roles"):
        put(both, asked_of(round_, second))
    assert list(inbox_for(both, "needs_me")) == []


def test_sign_when_one_person_validates_two_models_may() -> None:
    val = add_person("val", Role.VALIDATOR)
    round_ = a_round(a_need(component="m"), a_need(component="n"))
    for name in "mn":
        put(val, asked_of(round_, Role.VALIDATOR, name))
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED


def test_sign_when_it_would_use_up_the_last_person_of_another_role_is_refused() -> None:
    both, val = add_person("both", Role.SPONSOR, Role.VALIDATOR), add_person("val", Role.VALIDATOR)
    round_ = a_round(a_need(Role.SPONSOR), a_need())
    with pytest.raises(Forbidden, match="nobody is left who can sign as Change Sponsor"):
        put(both, asked_of(round_, Role.VALIDATOR))
    put(val, asked_of(round_, Role.VALIDATOR))
    put(both, asked_of(round_, Role.SPONSOR))
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED


def test_sign_when_an_effect_fails_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deciding._listeners, "change", [])

    def break_down(round_: Round, actor: actors.Actor) -> None:
        raise PortalError("The calendar is shut.")

    on_signed("change", break_down)
    val = add_person("val", Role.VALIDATOR)
    with pytest.raises(PortalError):
        put(val, asked_of(a_round(), Role.VALIDATOR))
    assert not Signature.objects.exists()
    assert not AuditEvent.objects.filter(event="approval.signed").exists()
    assert Round.objects.get().state == RoundState.OPEN
