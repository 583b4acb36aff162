"""Dry runs: asked for once, judged part by part, resumed after a kill, and kept with their counts."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.changes.models import Change
from apps.changes.services import withdraw_change
from apps.core import actors
from apps.core.errors import Conflict, Forbidden, Stale
from apps.gates.enums import RehearsalState
from apps.gates.models import Rehearsal
from apps.gates.selectors import counted, rehearsed_for, stopped_now
from apps.gates.services import ask_rehearsal, rehearse, rehearsing, resume_rehearsals
from apps.outbox.models import Notification, OutboxMessage
from apps.policy.enums import Way
from apps.policy.models import PolicySet
from apps.policy.selectors import rules_in_force
from apps.policy.services import start_draft, withdraw_draft, write_draft
from tests.changes.estate import NOW, Estate, at, submitted
from tests.gates.conftest import RULES
from tests.people import add_person

pytestmark = pytest.mark.django_db
JOB = actors.system("rules")
WEEKEND = {"start": "2026-11-21T06:00", "end": "2026-11-21T08:00"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was handed to a worker."""
    found: list[int] = []
    monkeypatch.setattr(rehearsing, "_send", lambda pk, times: found.extend([pk] * times))
    return found


def written(estate: Estate) -> PolicySet:
    """Return a draft in hand that minds long windows in place of weekends, and warns of what is short."""
    with at(NOW):
        held = start_draft(actor=estate.actor("leila"), reason="Weekends are fine.")
    other = {**RULES["rules"][0], "expression": "change.window_hours > 2.4", "examples": []}
    warns = {**other, "id": "it-is-short", "effect": "warn", "expression": "change.window_hours < 2.4"}
    return written_on(estate, held, [other, warns])


def written_on(estate: Estate, held: PolicySet, rules: list[dict[str, Any]]) -> PolicySet:
    document = {**RULES, "rules": rules}
    seen = PolicySet.objects.get(pk=held.pk).digest
    return write_draft(
        actor=estate.actor("leila"), policy_set=held, document=document, reason="Why", seen=seen
    )


def run(sent: list[int]) -> None:
    """Work off what was handed to a worker."""
    while sent:
        rehearse(actor=JOB, rehearsal_id=sent.pop())


@pytest.fixture
def year(estate: Estate, plan: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Change]:
    """Three changes that one rule in force judges, one on a weekend, one longer; a worker takes each by itself."""
    monkeypatch.setattr(rehearsing, "A_PART", 1)
    return {
        "weekend": submitted(estate, **WEEKEND),
        "long": submitted(estate),
        "short": submitted(estate, end="2026-11-19T08:00"),
    }


def asked(estate: Estate, held: PolicySet) -> Rehearsal:
    with at(NOW + timedelta(days=1)):
        return ask_rehearsal(actor=estate.actor("leila"), policy_set=held)


def found(estate: Estate, rehearsal: Rehearsal) -> dict[str, tuple[str, list[str]]]:
    rows = rehearsed_for(estate.people["leila"], rehearsal)
    return {row.change.ref: (row.way, row.because) for row in rows}


def test_dry_run_lists_who_would_be_stopped_freed_and_warned_and_by_which_rules(
    estate: Estate, year: dict[str, Change], sent: list[int]
) -> None:
    rehearsal = asked(estate, written(estate))
    assert rehearsal.total == 3
    sent.extend([rehearsal.pk] * 2)
    run(sent)
    rehearsal.refresh_from_db()
    assert rehearsal.state == RehearsalState.DONE
    expected = {
        "weekend": (Way.FREED, ["no-weekend"]),
        "long": (Way.STOPPED, ["no-weekend"]),
        "short": (Way.WARNED, ["it-is-short"]),
    }
    assert found(estate, rehearsal) == {year[name].ref: said for name, said in expected.items()}
    counts = counted(rehearsal)
    assert (counts.looked_at, counts.stopped_by_both, counts.let_through_by_both) == (3, 0, 1)
    assert counts.rules[0] == ("no-weekend", {Way.FREED: 1, Way.STOPPED: 1})
    events = AuditEvent.objects.filter(object_type="rules").order_by("pk").values_list("event", flat=True)
    assert list(events)[-2:] == ["rules.dry_run_asked", "rules.dry_run_finished"]
    assert (
        Notification.objects.get(rule="rules.dry_run").body == "3 of 3 changes would have gone another way."
    )


def test_dry_run_is_asked_once_by_whoever_writes_rules_of_a_draft_that_can_be_read(
    estate: Estate, year: dict[str, Change]
) -> None:
    held = written(estate)
    first = asked(estate, held)
    assert asked(estate, held) == first
    assert OutboxMessage.objects.filter(topic="dry_run").count() == 1
    with pytest.raises(Forbidden):
        ask_rehearsal(actor=estate.actor("amara"), policy_set=held)
    worse = written_on(estate, held, [{**RULES["rules"][0], "expression": "change.weeknd"}])
    with pytest.raises(Conflict):
        ask_rehearsal(actor=estate.actor("leila"), policy_set=worse)
    withdraw_draft(actor=estate.actor("leila"), policy_set=worse)
    with pytest.raises(Stale):
        ask_rehearsal(actor=estate.actor("leila"), policy_set=worse)
    assert Rehearsal.objects.get() == first


def test_dry_run_whose_worker_is_killed_goes_on_where_it_was_and_one_that_kills_each_says_that_it_stopped(
    estate: Estate, year: dict[str, Change], sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = asked(estate, written(estate))
    with at(NOW + timedelta(days=1)):
        rehearse(actor=JOB, rehearsal_id=rehearsal.pk)
        assert resume_rehearsals() == 0
    sent.clear()
    counting = rehearsing._count

    def killed(*args: Any) -> None:
        counting(*args)
        raise SystemExit

    monkeypatch.setattr(rehearsing, "_count", killed)
    with pytest.raises(SystemExit):
        rehearse(actor=JOB, rehearsal_id=rehearsal.pk)
    assert (rehearsal.rows.count(), counted(rehearsal).looked_at) == (1, 1)
    assert not sent
    with at(NOW + timedelta(days=1, minutes=2)):
        assert resume_rehearsals() == 1
    for _ in range(rehearsing.MOST_LOST - 1):
        with pytest.raises(SystemExit):
            rehearse(actor=JOB, rehearsal_id=rehearsal.pk)
    other = asked(estate, written_on(estate, rehearsal.policy_set, RULES["rules"]))
    monkeypatch.setattr(rehearsing, "_count", counting)
    rehearse(actor=JOB, rehearsal_id=rehearsal.pk)
    rehearsal.refresh_from_db()
    assert (rehearsal.state, "its worker was killed" in rehearsal.error) == (RehearsalState.FAILED, True)
    run([other.pk] * 5)
    other.refresh_from_db()
    assert (other.state, counted(other).looked_at) == (RehearsalState.DONE, 3)


def test_rule_names_the_open_changes_that_it_stops_now_and_none_that_ended(
    estate: Estate, year: dict[str, Change]
) -> None:
    leila, rules = estate.people["leila"], rules_in_force()[1]
    with at(NOW):
        now = stopped_now(leila, "no-weekend", rules)
        assert [(change.ref, result.reason) for change, result in now.rows] == [
            (year["weekend"].ref, "Its window touches a weekend.")
        ]
        assert (now.looked_at, now.total) == (3, 3)
        withdraw_change(actor=estate.actor("amara"), change=year["weekend"], reason="Not now.")
        assert stopped_now(leila, "no-weekend", rules).rows == []
        assert stopped_now(add_person("nobody"), "no-weekend", rules).total == 0
