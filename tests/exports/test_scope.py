"""A scope's filters: what is about a component or a change, and what a person did."""

from datetime import date

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.audit.selectors import Filters
from apps.audit.selectors.filters import matching
from apps.audit.services import record_event
from apps.core import actors, clock
from apps.core.errors import Invalid
from apps.exports.rules.orders import Scope
from apps.exports.selectors.scope import resolved
from apps.exports.services.reading import filters_of, refuse_unknown
from tests.changes.estate import Estate, submitted

pytestmark = pytest.mark.django_db


def found(**asked: str | tuple[str, ...]) -> set[tuple[str, str]]:
    today = clock.now().date()
    events = matching(filters_of(Scope(date(2020, 1, 1), today.replace(year=today.year + 1), **asked)))
    return {(event.object_type, event.object_id) for event in events}


def test_scope_of_a_change_or_component_holds_what_is_about_it_and_nothing_else(estate: Estate) -> None:
    mine, other = submitted(estate), submitted(estate)
    assert ("change", mine.ref) in found(change=mine.ref.lower())
    assert ("change", other.ref) not in found(change=mine.ref)
    key = mine.items.first().component.key
    assert ("change", mine.ref) in found(component=key)
    assert found(change=mine.ref, events=("nothing.",)) == set()


@pytest.mark.parametrize("ref", ["CARD-5", "chg-5", "CHG-", "CHG-9999999999"])
def test_filters_by_what_is_no_change_find_nothing(estate: Estate, ref: str) -> None:
    submitted(estate)
    assert not matching(resolved(Filters(change=ref))).exists()


@pytest.mark.parametrize("given", ["CHG-1042", "chg-1042", " 1042 ", "chg-01042"])
def test_scope_names_change_and_component_as_the_ledger_does(given: str) -> None:
    scope = Scope(date(2020, 1, 1), date(2020, 1, 2), change=given, component=" Model:default/Credit-Risk ")
    assert (scope.change, scope.component) == ("CHG-1042", "model:default/credit-risk")


def test_scope_of_a_person_holds_what_they_did_also_by_token(estate: Estate) -> None:
    one, other = (User.objects.create(username=name) for name in ("one", "other"))
    with transaction.atomic():
        record_event(event="change.noted", actor=actors.person(one), obj=("change", "CHG-1"))
        record_event(event="change.noted", actor=actors.token(one, "ab12"), obj=("change", "CHG-2"))
        record_event(event="change.noted", actor=actors.person(other), obj=("change", "CHG-3"))
        record_event(event="change.noted", actor=actors.token(other, "cd34"), obj=("change", "CHG-4"))
    assert found(person="one") == {("change", "CHG-1"), ("change", "CHG-2")}
    assert AuditEvent.objects.filter(object_id="CHG-3").exists()


def test_scope_of_a_person_who_left_is_found(estate: Estate) -> None:
    gone = User.objects.create(username="gone", is_active=False)
    with transaction.atomic():
        record_event(event="change.noted", actor=actors.person(gone), obj=("change", "CHG-1"))
    assert found(person="gone") == {("change", "CHG-1")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("component", "model:default/nowhere"),
        ("component", "\x00"),
        ("change", "CHG-99999"),
        ("change", "nonsense"),
        ("change", "\x00"),
        ("person", "nobody"),
        ("person", "\x00"),
    ],
)
def test_scope_of_what_is_unknown_is_invalid_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_unknown(Scope(date(2020, 1, 1), date(2020, 1, 2), **{field: value}))
    assert set(refused.value.fields) == {field}
