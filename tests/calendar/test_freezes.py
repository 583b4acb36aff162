from dataclasses import replace

import pytest

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
from apps.calendar.rules import EVERYTHING, Recurrence, scope_from, scope_of_one
from apps.calendar.selectors import (
    bookings_between,
    conflicts_of,
    covered_components,
    find_conflicts,
    period_for,
    periods_between,
    planned_inside,
    planning_decision,
)
from apps.calendar.services import PeriodPlan, change_period, lift_period, plan_period, prove_conflicts
from apps.core import actors
from apps.core.errors import Forbidden, Invalid
from tests.planning import booked, component, frozen, person, relies, span, team

pytestmark = pytest.mark.django_db


def test_declare_when_an_owner_freezes_their_team_is_allowed() -> None:
    credit = team("credit")
    priya = person("priya", Role.OWNER, over=credit)
    freeze = frozen(priya, span(0, 24), scope_of_one("team", "credit"))
    assert freeze.ref == "FRZ-1"
    entry = AuditEvent.objects.get(object_type="freeze", object_id="FRZ-1")
    assert entry.event == "freeze.declared"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.OWNER, "Only a Change Manager may freeze more than one team's components."),
        (Role.SPONSOR, "Only a Change Manager may freeze more than one team's components."),
    ],
)
def test_declare_when_everything_by_another_than_the_manager_is_forbidden(role: Role, said: str) -> None:
    with pytest.raises(Forbidden) as caught:
        frozen(person("priya", role), span(0, 24))
    assert caught.value.reason == said


def test_declare_when_an_owner_freezes_another_team_is_forbidden() -> None:
    priya = person("priya", Role.OWNER, over=team("credit"))
    with pytest.raises(Forbidden, match="owner of this team"):
        frozen(priya, span(0, 24), scope_of_one("team", team("fraud").slug))


def test_declare_when_an_owner_of_the_team_freezes_one_component_is_allowed() -> None:
    credit = team("credit")
    scope = scope_of_one("component", component("credit-risk", owned_by=credit).key)
    assert planning_decision(actors.person(person("priya", Role.OWNER, over=credit)), scope)
    assert planning_decision(
        actors.person(person("yuki", Role.OWNER, component="model:default/credit-risk")), scope
    )
    assert not planning_decision(actors.person(person("femi", Role.AUDITOR)), scope)
    assert not planning_decision(actors.system("demo"), scope)


def test_declare_when_something_is_missing_says_so_at_the_field() -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    with pytest.raises(Invalid) as caught:
        frozen(leila, span(0, 24), scope_of_one("tier", "5"))
    assert caught.value.fields == {"scope": ["“5” is no tier."]}
    with pytest.raises(Invalid) as caught:
        frozen(leila, span(0, 24), name=" ")
    assert caught.value.fields == {"name": ["Give a name."]}
    with pytest.raises(Invalid) as caught:
        frozen(leila, span(0, 24), name="x" * 121)
    assert caught.value.fields == {"name": ["Keep the name to 120 characters."]}
    with pytest.raises(Invalid) as caught:
        frozen(leila, span(-24 * 3650, -24 * 3640))
    assert "over" in caught.value.fields["local_end"][0]


def test_scopes_when_asked_cover_the_same_in_memory_and_in_the_database() -> None:
    credit, leila = team("credit"), person("leila", Role.CHANGE_MANAGER)
    things = [
        component("credit-risk", owned_by=credit, tier=1),
        component("fraud-score", tier=1),
        component("sales", "dataset", owned_by=credit, tier=3),
    ]
    for number, thing in enumerate(things):
        booked(f"CHG-{number}", span(6, 8), thing)
    scopes = [
        EVERYTHING,
        scope_of_one("team", "credit"),
        scope_of_one("component", things[1].key),
        scope_of_one("kind", "dataset"),
        scope_of_one("tier", "1"),
        scope_from({"covers": {"tier": ["1"]}, "leaves_out": {"team": ["credit"]}}),
    ]
    for scope, count in zip(scopes, [3, 2, 1, 1, 2, 1], strict=True):
        assert (
            covered_components(scope).count()
            == len(planned_inside(scope, [(span(7, 9).start, span(7, 9).end)]))
            == count
        )
    assert leila


def test_lift_when_not_allowed_is_forbidden_and_when_lifted_twice_records_once() -> None:
    leila = person("leila", Role.CHANGE_MANAGER)
    freeze = frozen(leila, span(0, 24))
    with pytest.raises(Forbidden):
        lift_period(actor=actors.person(person("amara", Role.REQUESTER)), period=freeze, reason="Over")
    lift_period(actor=actors.person(leila), period=freeze, reason="Over")
    lift_period(actor=actors.person(leila), period=freeze, reason="Over")
    assert AuditEvent.objects.filter(event="freeze.lifted").count() == 1
    assert not periods_between(leila, span(0, 24).start, span(0, 24).end)
    found = period_for(leila, "FRZ-1")
    assert found
    assert found.lifted_at


def test_selectors_when_the_person_holds_no_role_show_nothing() -> None:
    nobody = person("nobody")
    booked("CHG-1", span(6, 8), component("credit-risk"))
    frozen(person("leila", Role.CHANGE_MANAGER), span(0, 24))
    window = span(0, 24)
    assert not bookings_between(nobody, window.start, window.end).exists()
    assert not periods_between(nobody, window.start, window.end)
    assert period_for(nobody, "FRZ-1") is None


@pytest.mark.parametrize("ref", ["FRZ-9", "FRZ-", "CHG-1", "FRZ-99999999999999999999", "FRZ-x"])
def test_freeze_for_when_there_is_none_is_none(ref: str) -> None:
    assert period_for(person("leila", Role.CHANGE_MANAGER), ref) is None


def test_maintenance_window_when_weekly_binds_from_its_first_start_to_its_last_end() -> None:
    leila, model = person("leila", Role.CHANGE_MANAGER), component("credit-risk")
    times = {"before": -24, "into": -1, "first": 0, "between": 48, "last": 7 * 24, "after": 8 * 24}
    for ref, hour in times.items():
        booked(ref, span(hour, hour + 2), model)
    once = span(0, 2)
    weekly = Recurrence(once.local_start, once.local_end, once.time_zone, "FREQ=WEEKLY;COUNT=2")
    scope = scope_of_one("component", model.key)
    plan = PeriodPlan("Nightly work", "It is quiet then.", weekly, PeriodKind.MAINTENANCE, scope)
    window = plan_period(actor=actors.person(leila), plan=plan)
    found = {ref: [one.sentence for one in conflicts_of(ref) if one.kind == "outside"] for ref in times}
    assert [ref for ref, said in found.items() if said] == ["into", "between"]
    assert found["into"] == [
        "credit-risk may change only in its maintenance windows, and this time is outside Nightly work."
    ]
    lift_period(actor=actors.person(leila), period=window, reason="Over")
    assert not any(one.kind == "outside" for ref in times for one in conflicts_of(ref))


def test_freeze_over_what_a_change_only_reaches_is_a_notice_until_it_is_lifted() -> None:
    credit, leila = team("credit"), person("leila", Role.CHANGE_MANAGER)
    sales, model, service = (
        component("sales", "dataset"),
        component("risk"),
        component("loans", owned_by=credit),
    )
    relies(model, sales)
    relies(service, model)
    booked("CHG-1", span(6, 8), sales)
    booked("CHG-2", span(9, 10), sales)
    freeze = frozen(leila, span(0, 8), scope_of_one("team", "credit"))
    [found] = conflicts_of("CHG-1")
    assert (found.kind, found.severity, found.ref) == ("reaches_frozen", "notice", freeze.ref)
    assert found.path == (sales.key, model.key, service.key)
    assert found.sentence == "Peak trading covers loans, and sales reaches it."
    assert conflicts_of("CHG-2") == []
    [drafted] = find_conflicts([sales.pk], span(2, 4))
    assert drafted.sentence == found.sentence
    # A freeze over what is moved comes beside it. The nightly proof finds the same.
    frozen(leila, span(0, 8), scope_of_one("component", sales.key))
    assert {each.kind for each in conflicts_of("CHG-1")} == {"freeze", "reaches_frozen"}
    assert prove_conflicts(actor=actors.system("calendar")) == set()
    lift_period(actor=actors.person(leila), period=freeze, reason="Over")
    assert {each.kind for each in conflicts_of("CHG-1")} == {"freeze"}
    assert prove_conflicts(actor=actors.system("calendar")) == set()


def test_change_of_a_period_to_what_it_is_writes_nothing_and_to_other_people_writes_once() -> None:
    first, second = person("femi", Role.CHANGE_MANAGER), person("ada")
    shift = Recurrence("2030-11-19T09:00", "2030-11-19T17:00", "UTC", "FREQ=WEEKLY;COUNT=4")
    plan = PeriodPlan("Shift", "Watch.", shift, PeriodKind.ON_CALL, on_call=(first, second))
    period = plan_period(actor=actors.person(first), plan=plan)

    def written() -> tuple[object, ...]:
        held = Period.objects.get(pk=period.pk)
        rows = [set(each.values_list("pk", flat=True)) for each in (held.occurrences, held.people)]
        return (held.updated_at, held.sequence, rows, AuditEvent.objects.count())

    before = written()
    change_period(actor=actors.person(first), period=period, plan=replace(plan, on_call=(second, first)))
    assert written() == before
    change_period(actor=actors.person(first), period=period, plan=replace(plan, on_call=(second,)))
    held = Period.objects.get(pk=period.pk)
    assert (held.sequence, [each.user for each in held.people.all()]) == (1, [second])
    assert AuditEvent.objects.filter(event="period.changed").count() == 1
