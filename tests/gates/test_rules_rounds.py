"""Versions of the rules and waivers of them, through the rounds in which people approve them."""

import copy
from datetime import timedelta

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.services import NobodyToSign
from apps.audit.selectors import signed_statement
from apps.core import clock
from apps.core.actors import person, system
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.evidence.enums import Stage as Checked
from apps.gates.enums import Answer
from apps.gates.rules import counting, waived_rules, waiver_roles
from apps.gates.selectors import round_over
from apps.gates.services import (
    Ask,
    ask_gate,
    ask_rule_waiver,
    ask_rules_approval,
    end_rule_waiver,
    warn_of_ending_waivers,
    withdraw_rules,
    write_rules,
)
from apps.outbox.models import Notification
from apps.policy.enums import SetState, Severity, Stage
from apps.policy.models import PolicySet, RuleWaiver
from apps.policy.rules import Waived, starter_set
from apps.policy.selectors import rules_in_force, waivers_now
from apps.policy.services import start_draft, write_draft
from tests.changes.estate import NOW, Estate, approved, at, submitted
from tests.gates.conftest import Send, auc
from tests.people import add_person, sign

pytestmark = pytest.mark.django_db
RULE = "urgent-window-short"


@pytest.fixture
def draft(estate: Estate) -> PolicySet:
    """A draft of Leila's in which urgent windows are shorter."""
    leila = estate.actor("leila")
    with at(NOW):
        begun = start_draft(actor=leila, reason="PIR-0961")
        return write_rules(
            actor=leila, policy_set=begun, document=stricter(begun), reason="PIR-0961", seen=begun.digest
        )


def stricter(begun: PolicySet, hours: str = "4.0") -> dict[str, object]:
    document = copy.deepcopy(begun.document)
    rule = next(one for one in document["rules"] if one["id"] == RULE)
    rule["expression"] = f"change.window_hours <= {hours}"
    return document


def approve(round_: Round, role: str, user: User, decision: str = "approve") -> None:
    asked = round_.requirements.select_related("round").get(role=role)
    note = "" if decision == "approve" else "Too strict."
    sign(actor=person(user), requirement=asked, digest=round_.digest, decision=decision, note=note)


def test_rules_approved_by_another_manager_judge_from_then_on(estate: Estate, draft: PolicySet) -> None:
    with at(NOW):
        noor = add_person("noor", Role.CHANGE_MANAGER)
        round_ = ask_rules_approval(actor=estate.actor("leila"), policy_set=draft)
        with pytest.raises(Conflict):
            ask_rules_approval(actor=estate.actor("leila"), policy_set=draft)
        with pytest.raises(Forbidden):
            approve(round_, Role.CHANGE_MANAGER, estate.people["leila"])
        assert rules_in_force()[0] == 1
        approve(round_, Role.CHANGE_MANAGER, noor)
    assert rules_in_force()[0] == 2


def test_rules_without_another_manager_ask_a_sponsor_and_a_refused_draft_is_mended(
    estate: Estate, draft: PolicySet
) -> None:
    with at(NOW):
        round_ = ask_rules_approval(actor=estate.actor("leila"), policy_set=draft)
        approve(round_, Role.SPONSOR, estate.people["henrik"], "reject")
        draft.refresh_from_db()
        assert (draft.state, rules_in_force()[0]) == (SetState.DRAFT, 1)
        again = ask_rules_approval(actor=estate.actor("leila"), policy_set=draft)
        assert again.revision == 2
        approve(again, Role.SPONSOR, estate.people["henrik"])
    assert rules_in_force()[0] == 2


def test_rules_edited_while_they_are_out_are_asked_again_and_never_published_as_signed(
    estate: Estate, draft: PolicySet
) -> None:
    leila, henrik = estate.actor("leila"), estate.people["henrik"]
    with at(NOW):
        round_ = ask_rules_approval(actor=leila, policy_set=draft)
        written = write_rules(
            actor=leila, policy_set=draft, document=stricter(draft, "3.0"), reason="Why", seen=draft.digest
        )
        round_.refresh_from_db()
        assert round_.state == RoundState.CLOSED
        # Even a draft that was written past the round is not published by signatures on what it said before.
        again = ask_rules_approval(actor=leila, policy_set=written)
        write_draft(
            actor=leila,
            policy_set=written,
            document=stricter(draft, "2.0"),
            reason="Why",
            seen=written.digest,
        )
        approve(again, Role.SPONSOR, henrik)
    draft.refresh_from_db()
    assert (draft.state, rules_in_force()[0]) == (SetState.DRAFT, 1)


def test_rules_that_are_not_ready_are_not_asked_about_and_a_draft_is_given_up_with_its_round(
    estate: Estate, draft: PolicySet
) -> None:
    leila = estate.actor("leila")
    broken = stricter(draft, "four")
    with at(NOW):
        kept = write_rules(actor=leila, policy_set=draft, document=broken, reason="Why", seen=draft.digest)
        with pytest.raises(Invalid):
            ask_rules_approval(actor=leila, policy_set=kept)
        mended = write_rules(
            actor=leila, policy_set=kept, document=stricter(draft), reason="Why", seen=kept.digest
        )
        with pytest.raises(Forbidden):
            ask_rules_approval(actor=estate.actor("henrik"), policy_set=mended)
        ask_rules_approval(actor=leila, policy_set=mended)
        withdraw_rules(actor=leila, policy_set=mended)
    assert round_over("rules", mended.ref) is None


def waiver_of(estate: Estate, scope: str, by: str = "amara", rule: str = RULE, days: int = 5) -> RuleWaiver:
    return ask_rule_waiver(
        actor=estate.actor(by),
        rule=rule,
        scope=scope,
        reason="The supplier needs a day.",
        compensating="Two people on call.",
        until=clock.now() + timedelta(days=days),
    )


def test_waiver_counts_once_all_have_signed_and_never_by_who_asks_or_whose_change_it_is(
    estate: Estate,
) -> None:
    change = submitted(estate)
    with at(NOW):
        anna = add_person("anna", Role.SPONSOR)
        waiver = waiver_of(estate, change.ref.lower(), by="henrik")
        round_ = round_over("rule_waiver", waiver.ref)
        assert round_ is not None
        barred = {bar.user_id for bar in round_.bars.all()}
        assert barred == {estate.people["henrik"].pk, estate.people["amara"].pk}
        assert not waivers_now([change.ref])
        approve(round_, Role.SPONSOR, anna)
        assert [one.rule for one in waivers_now([change.ref])] == [RULE]
        waiver.refresh_from_db()
        assert warn_of_ending_waivers(actor=system("x")) == warn_of_ending_waivers(actor=system("x")) == 1
        told = Notification.objects.filter(rule="rule_waiver.ending").values_list("user__username", flat=True)
        assert {"henrik", "anna"} <= set(told)
        assert len(told) == len(set(told))
        end_rule_waiver(actor=estate.actor("henrik"), waiver=waiver)
        assert not waivers_now([change.ref])


def test_waiver_that_is_refused_or_taken_back_sets_nothing_aside(estate: Estate) -> None:
    with at(NOW):
        key = estate.components["credit-risk"].key
        waiver = waiver_of(estate, key)
        round_ = round_over("rule_waiver", waiver.ref)
        assert round_ is not None
        approve(round_, Role.SPONSOR, estate.people["henrik"], "reject")
        waiver.refresh_from_db()
        assert (waiver.ended_because, waivers_now([key])) == ("refused", [])
        another = waiver_of(estate, key)
        end_rule_waiver(actor=estate.actor("amara"), waiver=another)
        assert round_over("rule_waiver", another.ref) is None


def test_waiver_for_what_nobody_sees_or_that_nobody_can_grant_is_refused_and_leaves_nothing(
    estate: Estate,
) -> None:
    with at(NOW):
        with pytest.raises(Invalid) as refused:
            waiver_of(estate, "CHG-999999")
        assert [*refused.value.fields] == ["scope"]
        with pytest.raises(NobodyToSign):
            waiver_of(estate, estate.components["credit-risk"].key, by="henrik")
    assert not RuleWaiver.objects.exists()


def test_waiver_roles_are_the_stages_owner_and_one_more_where_it_is_critical() -> None:
    owners = {Checked.DATA: Role.STEWARD}
    assert waiver_roles(Stage.DATA, Severity.MAJOR, owners) == [Role.STEWARD]
    assert waiver_roles(Stage.MODEL, Severity.MAJOR, {}) == [Role.VALIDATOR]
    assert waiver_roles(Stage.SUBMISSION, Severity.CRITICAL, owners) == [Role.SPONSOR, Role.CHANGE_MANAGER]
    # Whoever asks for changes may own a stage, and waives nothing.
    assert waiver_roles(Stage.DATA, Severity.MAJOR, {Checked.DATA: Role.REQUESTER}) == [Role.SPONSOR]


def test_check_that_fails_is_set_aside_for_its_change_alone_once_its_stage_owner_signed(
    estate: Estate, plan: None, send: Send
) -> None:
    send(auc(0.5))
    change = approved(estate)
    ask = Ask(stage=Checked.MODEL)
    with at(NOW):
        assert ask_gate(actor=estate.actor("amara"), change=change, ask=ask).answer == Answer.DENIED
        waiver = waiver_of(estate, change.ref, rule="PERF-01")
        round_ = round_over("rule_waiver", waiver.ref)
        assert round_ is not None
        [asked] = round_.requirements.all()
        assert (asked.role, asked.component_key) == (Role.VALIDATOR, "model:default/credit-risk")
        approve(round_, Role.VALIDATOR, estate.people["tomasz"])
        decision = ask_gate(actor=estate.actor("amara"), change=change, ask=ask)
        assert (decision.answer, decision.checks[0]["state"]) == (Answer.PASS, "waived")
        assert decision.checks[0]["reason"].startswith(f"{waiver.ref} sets it aside. ")
        told = signed_statement(decision.attestation.encode()).statement
        assert told["predicate"]["countersign"]["waivers"] == [waiver.ref]
        other = submitted(estate, start="2026-12-03T06:00", end="2026-12-03T08:00")
        assert ask_gate(actor=estate.actor("amara"), change=other, ask=ask).answer == Answer.DENIED
    with at(waiver.until):
        assert ask_gate(actor=estate.actor("amara"), change=change, ask=ask).answer == Answer.DENIED


@pytest.mark.parametrize("rule", ["no-such-rule", "TEST-02", "track-record"])
def test_waiver_of_what_stops_nothing_is_refused_at_its_field(estate: Estate, plan: None, rule: str) -> None:
    with at(NOW), pytest.raises(Invalid) as refused:
        waiver_of(estate, submitted(estate).ref, rule=rule)
    assert refused.value.fields == {"rule": ["Choose a rule or a check in force that can stop a change."]}


def test_rules_are_approved_by_nobody_who_wrote_any_of_them(estate: Estate, draft: PolicySet) -> None:
    leila = estate.actor("leila")
    with at(NOW):
        marek = add_person("marek", Role.CHANGE_MANAGER)
        written = write_rules(
            actor=person(marek),
            policy_set=draft,
            document=stricter(draft, "3.0"),
            reason="PIR-0962",
            seen=draft.digest,
        )
        with pytest.raises(Stale, match="Somebody has written on this draft"):
            ask_rules_approval(actor=leila, policy_set=draft)
        with pytest.raises(Stale, match="Somebody has written on this draft"):
            withdraw_rules(actor=leila, policy_set=draft)
        round_ = ask_rules_approval(actor=leila, policy_set=written)
        assert {bar.user_id for bar in round_.bars.all()} == {estate.people["leila"].pk, marek.pk}


def test_waiver_is_granted_by_nobody_whose_change_or_model_it_frees(estate: Estate) -> None:
    model = estate.components["credit-risk"]
    with at(NOW):
        change = submitted(estate)
        maker = add_person("maker", Role.VALIDATOR)
        model.versions.filter(version="2").update(author=maker)
        for scope in (change.ref, model.key):
            waiver = waiver_of(estate, scope, by="leila")
            round_ = round_over("rule_waiver", waiver.ref)
            assert round_ is not None
            barred = {bar.user_id for bar in round_.bars.all()}
            assert barred == {estate.people["leila"].pk, estate.people["amara"].pk, maker.pk}


def test_waivers_count_for_what_they_say_and_for_all_that_moves_alone() -> None:
    def waived(scope: str, *, says: str = "", by: int = 1) -> Waived:
        return Waived("RWV-1", RULE, scope, NOW, NOW, says=says or rule.says, granted_by=frozenset([by]))

    rule = next(one for one in starter_set().rules if one.id == RULE)
    moved = ["model:a", "model:b"]

    def names(*waivers: Waived) -> frozenset[str]:
        return waived_rules([rule], waivers, "CHG-7", moved)

    assert names(waived("CHG-7")) == {RULE}
    assert names(waived("model:a")) == names() == frozenset()
    assert names(waived("model:a"), waived("model:b")) == {RULE}
    assert names(waived("CHG-7", says="0" * 64)) == frozenset()
    assert counting([waived("CHG-7", by=4)], {4, 5}) == []
    assert len(counting([waived("CHG-7", by=4)], {5})) == 1
