"""Going ahead before everyone has signed: who may, what it writes, who is told, and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import BreakGlassEnd, RequirementState, RoundState
from apps.approvals.models import BreakGlass, Requirement, Round
from apps.approvals.rules import FIRST_POLICY, Earlier, rules_of
from apps.approvals.rules.breakglass import Authority, authority_of, is_link
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import may_sign_now, passed_over, policy_in_force
from apps.approvals.services import close_round, escalate_unsigned, go_ahead, remind, show_go_ahead
from apps.approvals.services.breakglass import Place
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, system
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.models import Notification
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign, take_back

pytestmark = pytest.mark.django_db

OVER: list[Place] = [("model:default/m", None)]
LINK = "https://incidents.example.org/INC-7"


def urgent(*needs: Any, by: User | None = None, **more: Any) -> Round:
    """Open a round under the policy in force, with a validator and a sponsor to sign."""
    return a_round(*needs or (a_need(), a_need(Role.SPONSOR)), by=by, policy=policy_in_force(), **more)


def let_go(user: User, round_: Round, session: str = "test", **more: Any) -> BreakGlass:
    """Let a round go ahead as a person does: open the page, give a reason and the incident, prove who one is."""
    intent = show_go_ahead(actor=person(user), round=round_, session=session)
    values = {
        "digest": DIGEST,
        "reason": "Refusals doubled within the hour.",
        "incident": LINK,
        "over": OVER,
        "proof": Proof(intent.nonce, session, "password", clock.now()),
    }
    return go_ahead(actor=person(user), round=round_, **(values | more))


@pytest.fixture
def crew() -> dict[str, User]:
    """Return who signs, who manages, who reads, and who asked."""
    return {
        "val": add_person("val", Role.VALIDATOR),
        "spo": add_person("spo", Role.SPONSOR),
        "man": add_person("man", Role.CHANGE_MANAGER),
        "exe": add_person("exe", Role.EXECUTIVE),
        "req": add_person("req", Role.REQUESTER),
    }


def test_go_ahead_keeps_the_round_open_asks_everyone_and_bars_whoever_did_it(crew: dict[str, User]) -> None:
    round_ = urgent(a_need(), a_need(Role.SPONSOR, stage=2), by=crew["req"])
    assert not round_.may_go
    broken = let_go(crew["man"], round_)
    round_.refresh_from_db()
    assert round_.state == RoundState.OPEN
    assert round_.may_go
    states = set(Requirement.objects.filter(round=round_).values_list("state", "due_at"))
    assert states == {(RequirementState.OPEN, broken.due_at)}
    assert broken.due_at - broken.at == timedelta(hours=48)
    reason = may_sign_now(crew["man"], asked_of(round_, Role.SPONSOR)).reason
    assert "You let this go ahead" in reason
    entry = AuditEvent.objects.get(event="approval.went_ahead")
    assert b"Refusals doubled" not in bytes(entry.entry)
    assert LINK.encode() not in bytes(entry.entry)
    assert broken.attestation_digest.encode() in bytes(entry.entry)


def test_go_ahead_tells_at_once_those_passed_over_the_managers_and_whoever_asked(
    crew: dict[str, User],
) -> None:
    another = add_person("man2", Role.CHANGE_MANAGER)
    round_ = urgent(by=crew["req"])
    sign(
        actor=person(crew["val"]),
        requirement=asked_of(round_, "validator"),
        digest=DIGEST,
        decision="approve",
    )
    let_go(crew["man"], round_)
    told = set(
        Notification.objects.filter(rule__in=["approval.passed_over", "approval.went_ahead"]).values_list(
            "user__username", "rule"
        )
    )
    assert told == {
        ("spo", "approval.passed_over"),
        ("req", "approval.went_ahead"),
        (another.username, "approval.went_ahead"),
    }
    bodies = " ".join(Notification.objects.values_list("body", flat=True))
    assert "Refusals" not in bodies
    assert LINK not in bodies


def test_go_ahead_when_all_sign_afterwards_ends_as_signed_and_their_words_say_so(
    crew: dict[str, User],
) -> None:
    round_ = urgent(by=crew["req"])
    broken = let_go(crew["man"], round_)
    for name, role in (("val", "validator"), ("spo", "sponsor")):
        given_ = sign(
            actor=person(crew[name]), requirement=asked_of(round_, role), digest=DIGEST, decision="approve"
        )
        assert "now that it has gone ahead" in given_.meaning
    broken.refresh_from_db()
    assert broken.end == BreakGlassEnd.SIGNED
    assert AuditEvent.objects.filter(event="approval.signed_afterwards").count() == 1


def test_go_ahead_when_one_rejects_afterwards_ends_as_refused_and_executives_hear_it(
    crew: dict[str, User],
) -> None:
    round_ = urgent(by=crew["req"])
    broken = let_go(crew["man"], round_)
    sign(
        actor=person(crew["val"]),
        requirement=asked_of(round_, "validator"),
        digest=DIGEST,
        decision="reject",
        note="It was not needed.",
    )
    broken.refresh_from_db()
    assert broken.end == BreakGlassEnd.REFUSED
    assert AuditEvent.objects.filter(event="approval.refused_afterwards").count() == 1
    told = Notification.objects.filter(rule="approval.refused_afterwards").values_list(
        "user__username", flat=True
    )
    assert set(told) == {"req", "man", "exe"}


def test_go_ahead_when_the_round_is_closed_ends_as_never_used(crew: dict[str, User]) -> None:
    round_ = urgent()
    broken = let_go(crew["man"], round_)
    close_round(actor=LOADER, round=round_)
    broken.refresh_from_db()
    assert broken.end == BreakGlassEnd.UNUSED
    round_.refresh_from_db()
    assert not round_.may_go


def test_go_ahead_not_signed_in_time_goes_once_to_those_who_owe_it_managers_and_executives(
    crew: dict[str, User],
) -> None:
    round_ = urgent(by=crew["req"])
    broken = let_go(crew["man"], round_)
    sign(
        actor=person(crew["val"]),
        requirement=asked_of(round_, "validator"),
        digest=DIGEST,
        decision="approve",
    )
    actor = system("approvals")
    with clock.moved_to(broken.due_at - timedelta(seconds=1)):
        assert escalate_unsigned(actor=actor) == 0
    with clock.moved_to(broken.due_at + timedelta(days=3)):
        assert escalate_unsigned(actor=actor) == 1
        assert escalate_unsigned(actor=actor) == 0
        while remind():
            pass
    told = Notification.objects.filter(rule="approval.afterwards_overdue").values_list(
        "user__username", flat=True
    )
    assert sorted(told) == ["exe", "man", "spo"]
    assert AuditEvent.objects.filter(event="approval.afterwards_overdue").count() == 1
    round_.refresh_from_db()
    assert round_.state == RoundState.OPEN, "silence decides nothing"


@pytest.mark.parametrize(
    "incident",
    ["", "javascript:alert(1)", "ftp://example.org/x", "https://", "//example.org", "https://a b/", "INC-7",
     "https://user:secret@example.org/", "http://[bad", "https://example.org/\n"],
)  # fmt: skip
def test_go_ahead_with_an_incident_that_is_no_http_address_is_refused(
    crew: dict[str, User], incident: str
) -> None:
    incident_ = incident if incident != "https://example.org/\n" else "https://example.org/\x07"
    with pytest.raises(Invalid) as error:
        let_go(crew["man"], urgent(), incident=incident_)
    assert set(error.value.fields) == {"incident"}


@given(st.text(max_size=40))
def test_link_is_never_one_that_a_browser_would_run(text: str) -> None:
    assert is_link(text) == (is_link(text) and text.startswith(("http://", "https://")))


def test_go_ahead_without_a_reason_is_refused(crew: dict[str, User]) -> None:
    with pytest.raises(Invalid):
        let_go(crew["man"], urgent(), reason="  ")


def test_go_ahead_of_another_digest_or_from_another_session_signs_nothing(crew: dict[str, User]) -> None:
    round_ = urgent()
    with pytest.raises(Stale):
        let_go(crew["man"], round_, digest="0" * 64)
    for proof in (
        Proof("none", "test", "password", clock.now()),
        Proof(
            show_go_ahead(actor=person(crew["man"]), round=round_, session="other").nonce,
            "test",
            "password",
            clock.now(),
        ),
    ):
        with pytest.raises(Forbidden):
            let_go(crew["man"], round_, proof=proof)
    assert not BreakGlass.objects.exists()


def test_go_ahead_on_a_page_older_than_five_minutes_signs_nothing(crew: dict[str, User]) -> None:
    round_ = urgent()
    intent = show_go_ahead(actor=person(crew["man"]), round=round_, session="test")
    with clock.moved_to(clock.now() + timedelta(minutes=5)), pytest.raises(Stale, match="minutes ago"):
        let_go(crew["man"], round_, proof=Proof(intent.nonce, "test", "password", clock.now()))


def test_go_ahead_sent_twice_is_one_and_another_person_comes_too_late(crew: dict[str, User]) -> None:
    round_ = urgent()
    first = let_go(crew["man"], round_)
    assert let_go(crew["man"], round_) == first
    with pytest.raises(Stale, match="let .* go ahead already"):
        let_go(add_person("man2", Role.CHANGE_MANAGER), round_)


def test_go_ahead_by_the_only_one_who_could_sign_afterwards_is_refused() -> None:
    both = add_person("both", Role.CHANGE_MANAGER, Role.SPONSOR)
    round_ = urgent(a_need(Role.SPONSOR))
    with pytest.raises(Forbidden, match="nobody is left who can sign afterwards as Change Sponsor"):
        let_go(both, round_)
    add_person("spo", Role.SPONSOR)
    let_go(both, round_)
    assert [[str(user) for user in people] for _, people in passed_over(round_)] == [["Spo Doe"]]
    assert "You let this go ahead" in may_sign_now(both, asked_of(round_, "sponsor")).reason


def test_go_ahead_by_the_only_one_who_took_back_what_was_kept_of_theirs_is_refused() -> None:
    both, _ = add_person("both", Role.CHANGE_MANAGER, Role.SPONSOR), add_person("val", Role.VALIDATOR)
    needs = [a_need(Role.SPONSOR), a_need()]
    first = urgent(*needs, ref="CHG-9")
    signed = sign(
        actor=person(both), requirement=asked_of(first, Role.SPONSOR), digest=DIGEST, decision="approve"
    )
    close_round(actor=LOADER, round=first)
    earlier = [Earlier(signed.pk, Role.SPONSOR, "", True, "Nothing has changed.")]
    second = urgent(*needs, ref="CHG-9", revision=2, earlier=earlier)
    take_back(both, asked_of(second, Role.SPONSOR))
    with pytest.raises(Forbidden, match="nobody is left who can sign afterwards as Change Sponsor"):
        let_go(both, second)


def test_signature_shown_before_it_went_ahead_is_not_taken_for_one_afterwards(crew: dict[str, User]) -> None:
    from apps.approvals import services
    from apps.approvals.rules.checklists import checklist
    from tests.people import prove

    round_ = urgent()
    asked = asked_of(round_, "validator")
    proof = prove(person(crew["val"]), asked)
    let_go(crew["man"], round_)
    asked.round.refresh_from_db()
    with pytest.raises(Stale, match="no longer what you were shown"):
        services.sign(
            actor=person(crew["val"]), requirement=asked, digest=DIGEST, decision="approve", proof=proof,
            checked=checklist("validator"),
        )  # fmt: skip


def _policy(**more: Any) -> dict[str, Any]:
    return {"v": 1, "rules": FIRST_POLICY["rules"]} | more


def test_policy_that_says_nothing_lets_nobody_go_ahead() -> None:
    rules_of(_policy())
    assert authority_of(_policy()) == Authority()
    assert authority_of(FIRST_POLICY).roles == ("change_manager",)


@pytest.mark.parametrize(
    ("given_", "place"),
    [
        ({}, "break_glass"),
        ([], "break_glass"),
        ({"hours": 4}, "break_glass"),
        ({"roles": ["auditor"], "hours": 4}, "break_glass.roles"),
        ({"roles": [], "hours": 4}, "break_glass.roles"),
        ({"roles": [["x"]], "hours": 4}, "break_glass.roles"),
        ({"people": ["nobody"], "hours": 4}, "break_glass.people"),
        ({"roles": ["sponsor"], "hours": 0}, "break_glass.hours"),
        ({"roles": ["sponsor"], "hours": True}, "break_glass.hours"),
        ({"roles": ["sponsor"], "hours": 4, "more": 1}, "break_glass"),
    ],
)
def test_policy_with_a_wrong_authority_says_where(given_: Any, place: str) -> None:
    with pytest.raises(Invalid) as error:
        rules_of(_policy(break_glass=given_))
    assert set(error.value.fields) == {place}
