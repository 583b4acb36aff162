"""Versions of the rules and waivers, kept in the database."""

import copy
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, system, token
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.policy.enums import Overall, SetState, Stage
from apps.policy.models import PolicySet, RuleWaiver
from apps.policy.rules import judge, sheet_of, starter_set
from apps.policy.selectors import (
    draft_for,
    rules_in_force,
    rules_numbered,
    set_for,
    set_in_force,
    sets_for,
    unready,
    waiver_for,
    waivers_for,
    waivers_now,
)
from apps.policy.services import (
    ask_waiver,
    end_waiver,
    grant_waiver,
    publish_set,
    refuse_waiver,
    start_draft,
    withdraw_draft,
    write_draft,
)
from tests.people import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return add_person("leila", Role.CHANGE_MANAGER)


@pytest.fixture
def draft(manager):
    return start_draft(actor=person(manager), reason="PIR-0961")


def _stricter(document):
    changed = copy.deepcopy(document)
    rule = next(one for one in changed["rules"] if one["id"] == "urgent-window-short")
    rule["expression"] = "change.window_hours <= 4.0"
    return changed


def _write(manager, draft, document, **more):
    values = {"reason": "PIR-0961", "seen": draft.digest} | more
    return write_draft(actor=person(manager), policy_set=draft, document=document, **values)


def _publish(manager, draft):
    written = _write(manager, draft, _stricter(draft.document))
    return publish_set(actor=system("round"), policy_set=written, approved=written.digest)


def test_draft_that_is_approved_judges_from_then_on_and_the_one_before_is_kept(manager, draft):
    assert rules_in_force() == (1, starter_set())
    _publish(manager, draft)
    number, rules = rules_in_force()
    six_hours = sheet_of({"change.class": "urgent", "change.window_hours": 6})
    outcomes = [
        {one.rule.id: one.outcome for one in judge(each, six_hours).results}["urgent-window-short"]
        for each in (rules_numbered(1), rules)
    ]
    assert (number, outcomes) == (2, ["met", "not_met"])
    assert [(one.number, one.state) for one in sets_for(manager)] == [(2, "in_force"), (1, "superseded")]
    assert set_for(manager, 1).state == SetState.SUPERSEDED
    another = start_draft(actor=person(manager), reason="Back")
    assert another.document == set_in_force().document
    events = (
        AuditEvent.objects.filter(event__startswith="rules.").order_by("pk").values_list("event", flat=True)
    )
    assert [*events] == ["rules.begun", "rules.written", "rules.published", "rules.begun"]


def test_draft_with_an_error_is_kept_and_is_not_published_until_it_is_mended(manager, draft):
    broken = _stricter(draft.document)
    broken["rules"][0]["expression"] = "change.is_standrd ? 'standard' : ''"
    kept = _write(manager, draft, broken)
    (problem,) = unready(kept)
    assert (problem.place, problem.line, problem.column) == ("rules[0].expression", 1, 1)
    with pytest.raises(Invalid) as refused:
        publish_set(actor=system("round"), policy_set=kept, approved=kept.digest)
    assert [*refused.value.fields] == ["rules[0].expression"]
    assert rules_in_force()[0] == 1


def test_draft_whose_example_does_not_hold_or_that_changes_nothing_is_not_published(manager, draft):
    assert [one.place for one in unready(draft)] == ["document"]
    wrong = _stricter(draft.document)
    wrong["rules"][0]["examples"][0]["expected"] = "inconclusive"
    kept = _write(manager, draft, wrong)
    (problem,) = unready(kept)
    assert problem.place == "rules[0].examples[0]"
    assert problem.message == "“It goes within one” should be Not known, and is Met."


def test_publish_of_another_digest_than_was_approved_is_stale(manager, draft):
    before = draft.digest
    written = _write(manager, draft, _stricter(draft.document))
    with pytest.raises(Stale):
        publish_set(actor=system("round"), policy_set=written, approved=before)
    published = publish_set(actor=system("round"), policy_set=written, approved=written.digest)
    with pytest.raises(Stale):
        publish_set(actor=system("round"), policy_set=published, approved=published.digest)
    with pytest.raises(Stale):
        _write(manager, published, draft.document, seen=published.digest)


def test_write_over_what_somebody_else_wrote_is_stale(manager, draft):
    seen = draft.digest
    _write(manager, draft, _stricter(draft.document))
    with pytest.raises(Stale):
        _write(manager, draft, draft.document, seen=seen)


@pytest.mark.parametrize(
    "document",
    [None, [], {"title": float("nan")}, {"title": "\x00"}, {"title": "x" * 1_000_001}, {"a": 2**60}],
)
def test_document_that_cannot_be_kept_is_refused_and_changes_nothing(manager, draft, document):
    with pytest.raises(Invalid) as refused:
        _write(manager, draft, document)
    assert [*refused.value.fields] == ["document"]
    assert draft_for(manager).digest == draft.digest


def test_only_a_change_manager_over_everything_writes_rules(manager, draft):
    owner = add_person("omar", Role.OWNER)
    for actor in (person(owner), token(owner, "ab12"), system("job")):
        with pytest.raises(Forbidden):
            start_draft(actor=actor, reason="x")
        with pytest.raises(Forbidden):
            write_draft(actor=actor, policy_set=draft, document={}, reason="x", seen=draft.digest)
        with pytest.raises(Forbidden):
            withdraw_draft(actor=actor, policy_set=draft)


def test_one_draft_is_in_hand_at_a_time(manager, draft):
    with pytest.raises(Conflict):
        start_draft(actor=person(manager), reason="Another")
    withdraw_draft(actor=person(manager), policy_set=draft)
    assert start_draft(actor=person(manager), reason="Another").number == 3


def test_rules_are_read_by_people_with_a_role_alone(draft):
    outsider = add_person("nobody")
    assert sets_for(outsider) == []
    assert set_for(outsider, 1) is draft_for(outsider) is None
    assert not waivers_for(outsider)


@pytest.mark.parametrize(
    "values",
    [{"document": {}}, {"digest": "0" * 64}, {"state": "draft"}, {"number": 9}],
)
def test_published_set_refuses_any_change_in_the_database(manager, draft, values):
    published = _publish(manager, draft)
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicySet.objects.filter(pk=published.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        published.delete()


def _ask(user, **more):
    values = {
        "rule": "urgent-window-short",
        "title": "An urgent window is short",
        "says": "0" * 64,
        "scope": "CHG-7",
        "reason": "The supplier needs a day.",
        "compensating": "Two people on call.",
        "until": clock.now() + timedelta(days=3),
    } | more
    return ask_waiver(actor=person(user), **values)


def waived(*args):
    return {one.rule for one in waivers_now(*args)}


def test_waiver_sets_its_rule_aside_for_its_scope_until_it_ends(manager):
    waiver = _ask(manager)
    assert waived(["CHG-7"]) == set()
    granted = grant_waiver(actor=system("round"), waiver=waiver, approved=waiver.digest, granted_by=[])
    assert waived(["CHG-7", "model:x"]) == {"urgent-window-short"}
    assert waived(["CHG-8"]) == set()
    assert waived(["CHG-7"], granted.granted_at - timedelta(seconds=1)) == set()
    assert waived(["CHG-7"], granted.until) == set()
    facts = {"change.class": "urgent", "change.urgent_because": "x", "change.window_hours": 24}
    results = judge(
        starter_set(), sheet_of(facts), stages={Stage.SUBMISSION}, waived=frozenset(waived(["CHG-7"]))
    )
    (result,) = (one for one in results.results if one.rule.id == "urgent-window-short")
    assert (result.outcome, result.stops) == ("waived", False)
    assert results.overall != Overall.PASS
    end_waiver(actor=person(manager), waiver=granted)
    assert waived(["CHG-7"]) == set()
    events = AuditEvent.objects.filter(event__startswith="rule_waiver.").order_by("pk")
    assert [one.event for one in events] == [
        f"rule_waiver.{word}" for word in ("asked", "granted", "withdrawn")
    ]
    assert waiver_for(manager, granted.number).ended_because == "withdrawn"


def test_waiver_that_ran_out_is_not_taken_back_afterwards(manager):
    waiver = _ask(manager)
    granted = grant_waiver(actor=system("round"), waiver=waiver, approved=waiver.digest, granted_by=[])
    with time_machine.travel(granted.until + timedelta(minutes=1), tick=False):
        assert end_waiver(actor=person(manager), waiver=granted).ended_at is None
    assert not AuditEvent.objects.filter(event="rule_waiver.withdrawn").exists()


def test_waiver_that_was_refused_or_signed_otherwise_is_never_granted(manager):
    waiver = _ask(manager)
    with pytest.raises(Stale):
        grant_waiver(actor=system("round"), waiver=waiver, approved="0" * 64, granted_by=[])
    refuse_waiver(actor=system("round"), waiver=waiver)
    assert (
        grant_waiver(actor=system("round"), waiver=waiver, approved=waiver.digest, granted_by=[]).granted_at
        is None
    )
    again = _ask(manager)
    grant_waiver(actor=system("round"), waiver=again, approved=again.digest, granted_by=[])
    with pytest.raises(Stale):
        refuse_waiver(actor=system("round"), waiver=again)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scope", ""),
        ("scope", "CHG-7\x00"),
        ("reason", " "),
        ("reason", "x" * 2_001),
        ("compensating", "\x00"),
    ],
)
def test_waiver_that_cannot_be_asked_for_is_refused_at_its_field(manager, field, value):
    with pytest.raises(Invalid) as refused:
        _ask(manager, **{field: value})
    assert [*refused.value.fields] == [field]
    assert not RuleWaiver.objects.exists()


def test_waiver_ends_in_the_future_and_within_90_days(manager):
    for days in (0, -1, 91):
        with pytest.raises(Invalid):
            _ask(manager, until=clock.now() + timedelta(days=days))


def test_waiver_is_asked_for_once_and_ended_by_its_asker_or_a_manager(manager):
    owner, other = add_person("omar", Role.OWNER), add_person("olga", Role.OWNER)
    waiver = _ask(owner)
    with pytest.raises(Conflict):
        _ask(manager)
    with pytest.raises(Forbidden):
        end_waiver(actor=person(other), waiver=waiver)
    with pytest.raises(Forbidden):
        _ask(add_person("nobody"), scope="CHG-8")
    end_waiver(actor=person(owner), waiver=waiver)
    assert _ask(manager).ref == "RWV-2"


def test_waiver_that_was_asked_for_refuses_any_change_in_the_database(manager):
    waiver = _ask(manager)
    for values in ({"until": clock.now() + timedelta(days=900)}, {"scope": "CHG-8"}, {"content": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RuleWaiver.objects.filter(pk=waiver.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        waiver.delete()
