"""Who holds what, where and when."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import may_change_grants, reaches
from apps.accounts.selectors import (
    active_person,
    grants_of,
    has_role,
    people_with_role,
    remember_grants,
    roles_of,
    with_any_role,
)
from apps.accounts.services import deactivate_person, grant_role, revoke_role
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid
from tests.people import LOADER, add_person, add_team


@dataclass
class Thing:
    key: str
    owner_team_id: int | None = None


MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("revoked", "at", "holds"),
    [(None, 0, False), (None, 1, True), (None, 4, True), (None, 5, False), (3, 2, True), (3, 3, False)],
)
def test_grants_of_a_person_at_any_minute_are_half_open(revoked: int | None, at: int, holds: bool) -> None:
    zero, user = clock.now(), add_person()
    grant = RoleGrant.objects.create(
        user=user,
        role=Role.OWNER,
        valid_from=zero + MINUTE,
        valid_to=zero + 5 * MINUTE,
        revoked_at=None if revoked is None else zero + revoked * MINUTE,
    )
    assert list(grants_of(user, zero + at * MINUTE)) == ([grant] if holds else [])


@given(
    scope=st.sampled_from(GrantScope),
    team=st.sampled_from([1, 2]),
    key=st.sampled_from(["a", "b"]),
    asked_team=st.sampled_from([None, 1, 2]),
    asked_key=st.sampled_from(["", "a", "b"]),
)
def test_grant_when_scoped_reaches_only_its_scope(
    scope: str, team: int, key: str, asked_team: int | None, asked_key: str
) -> None:
    grant = RoleGrant(
        scope=scope,
        team_id=team if scope == GrantScope.TEAM else None,
        component_key=key if scope == GrantScope.COMPONENT else "",
    )
    expected = {
        GrantScope.EVERYTHING: True,
        GrantScope.TEAM: asked_team == team,
        GrantScope.COMPONENT: asked_key == key,
    }
    assert reaches(grant, asked_key, asked_team) is expected[GrantScope(scope)]


@pytest.mark.django_db
def test_people_with_role_when_scopes_differ_are_those_whose_scope_reaches() -> None:
    risk, data = add_team("risk"), add_team("data")
    everywhere = add_person("ann", Role.OWNER)
    in_risk = add_person("bob", Role.OWNER, team=risk)
    add_person("cat", Role.OWNER, team=data)
    on_fraud = add_person("dan", Role.OWNER, component_key="service:default/fraud")
    add_person("eve", Role.STEWARD)

    assert set(people_with_role(Role.OWNER)) == {everywhere}
    assert set(people_with_role(Role.OWNER, "service:default/fraud", risk.pk)) == {
        everywhere,
        in_risk,
        on_fraud,
    }
    assert set(people_with_role(Role.OWNER, "service:default/other")) == {everywhere}
    assert has_role(in_risk, Role.OWNER, Thing("x", risk.pk))
    assert not has_role(in_risk, Role.OWNER, Thing("x", data.pk))
    assert has_role(in_risk, Role.OWNER)
    assert not has_role(in_risk, Role.STEWARD)


@pytest.mark.django_db
def test_people_with_role_when_inactive_or_not_in_force_are_left_out() -> None:
    now = clock.now()
    gone = add_person("gone", Role.STEWARD)
    deactivate_person(actor=LOADER, user=gone)
    add_person("early", Role.STEWARD, valid_from=now + MINUTE)
    add_person("late", Role.STEWARD, valid_from=now - 2 * MINUTE, valid_to=now - MINUTE)
    revoked = add_person("revoked", Role.STEWARD)
    revoke_role(actor=LOADER, grant=grants_of(revoked)[0])
    held = add_person("held", Role.STEWARD, Role.VALIDATOR)

    assert list(people_with_role(Role.STEWARD)) == [held]
    assert roles_of(held) == [Role.STEWARD, Role.VALIDATOR]
    assert active_person("gone") is None
    assert active_person("held") == held


@pytest.mark.django_db
def test_grant_role_when_repeated_is_one_grant_and_one_entry() -> None:
    user = add_person("ann")
    first = grant_role(actor=LOADER, user=user, role=Role.SPONSOR)
    assert grant_role(actor=LOADER, user=user, role=Role.SPONSOR) == first
    assert AuditEvent.objects.filter(event="role.granted").count() == 1


@pytest.mark.django_db
def test_grant_role_when_input_is_wrong_names_the_field() -> None:
    user, team = add_person("ann"), add_team()
    with pytest.raises(Invalid) as unknown:
        grant_role(actor=LOADER, user=user, role="king")
    assert "role" in unknown.value.fields
    with pytest.raises(Invalid) as both:
        grant_role(actor=LOADER, user=user, role=Role.OWNER, team=team, component_key="a")
    assert "scope" in both.value.fields
    with pytest.raises(Invalid) as backwards:
        grant_role(actor=LOADER, user=user, role=Role.OWNER, valid_to=clock.now() - MINUTE)
    assert "valid_to" in backwards.value.fields


@pytest.mark.django_db
def test_grants_when_a_person_gives_them_need_another_change_manager() -> None:
    manager, other = add_person("mia", Role.CHANGE_MANAGER), add_person("ann")
    other.is_superuser = True
    assert grant_role(actor=person(manager), user=other, role=Role.OWNER).user == other
    with pytest.raises(Forbidden, match="own roles"):
        grant_role(actor=person(manager), user=manager, role=Role.OWNER)
    with pytest.raises(Forbidden, match="Only a Change Manager"):
        grant_role(actor=person(other), user=manager, role=Role.OWNER)
    with pytest.raises(Forbidden):
        revoke_role(actor=person(other), grant=grants_of(manager)[0])


@pytest.mark.django_db
def test_revoke_role_when_repeated_leaves_one_entry() -> None:
    user = add_person("ann", Role.SPONSOR)
    grant = grants_of(user)[0]
    revoke_role(actor=LOADER, grant=grant)
    revoke_role(actor=LOADER, grant=grant)
    assert grants_of(user) == []
    assert AuditEvent.objects.filter(event="role.revoked").count() == 1


def test_may_change_grants_when_the_system_asks_is_allowed() -> None:
    assert may_change_grants(LOADER, subject_id=1, is_change_manager=False)


@pytest.mark.django_db
@pytest.mark.parametrize("remembered", [False, True])
@pytest.mark.parametrize("role", [Role.VALIDATOR, None])
def test_condition_of_any_role_is_the_same_in_every_combination(
    role: Role | None, *, remembered: bool
) -> None:
    user = add_person("ann", *([role] if role else []))
    if remembered:
        remember_grants(user)
    holds, nothing, everything = with_any_role(user), Q(pk__in=[]), Q(pk=user.pk)
    for condition, expected in (
        (holds, bool(role)),
        (~holds, not role),
        (holds | nothing, bool(role)),
        (holds & everything, bool(role)),
        (holds | everything, True),
        (~holds | nothing, not role),
    ):
        assert User.objects.filter(condition, pk=user.pk).exists() is expected, str(condition)
