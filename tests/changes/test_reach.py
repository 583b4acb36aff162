"""A role over a part is a role over that part alone."""

from typing import Any

import pytest

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, Team, User
from apps.accounts.services import grant_role
from apps.changes.enums import ChangeState
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors import actions_for, manages
from apps.changes.services import hold_change, save_what, submit_change
from apps.core import actors
from apps.core.errors import Forbidden, Invalid
from tests.changes.estate import NOW, Estate, add_component, at, draft, submitted


def add_manager(username: str, *keys: str, team: Team | None = None) -> User:
    """Add a Change Manager of some components, or of a team's."""
    user = User.objects.create_user(username, f"{username}@example.org", "a good secret")
    where: list[dict[str, Any]] = [{"scope": GrantScope.COMPONENT, "component_key": key} for key in keys]
    where += [{"scope": GrantScope.TEAM, "team": team}] if team else []
    for scope in where:
        RoleGrant.objects.create(user=user, role=Role.CHANGE_MANAGER, valid_from=NOW, **scope)
    return user


def test_hold_by_a_change_manager_of_another_component_is_refused(estate: Estate) -> None:
    change = submitted(estate, names=("credit-risk", "applications"))
    partial = add_manager("pia", "model:default/credit-risk")
    with at(NOW), pytest.raises(Forbidden, match="Only a Change Manager can hold"):
        hold_change(actor=actors.person(partial), change=change, reason="Mine")
    assert not manages(partial, change)


def test_hold_by_a_change_manager_of_all_that_moves_is_done(estate: Estate) -> None:
    change = submitted(estate, names=("credit-risk", "applications"))
    whole = add_manager("wim", "model:default/credit-risk", "dataset:default/applications")
    of_team = add_manager("tea", team=estate.team)
    assert actions_for(change, actors.person(of_team))["hold"]
    with at(NOW):
        held = hold_change(actor=actors.person(whole), change=change, reason="Wait for the audit")
    assert held.state == ChangeState.ON_HOLD


def test_grant_by_a_change_manager_of_one_component_is_refused(estate: Estate) -> None:
    partial = add_manager("pia", "model:default/credit-risk")
    with pytest.raises(Forbidden, match="over everything"):
        grant_role(actor=actors.person(partial), user=estate.people["tomasz"], role=Role.SPONSOR)


def narrow(estate: Estate, team: Team) -> None:
    """Let Amara propose for one team only."""
    RoleGrant.objects.filter(user=estate.people["amara"]).update(scope=GrantScope.TEAM, team=team)


def test_save_what_beyond_the_reach_of_a_requester_is_refused_at_the_field(estate: Estate) -> None:
    far = add_component("model", "far", Team.objects.create(slug="far", name="Far away"))
    change = draft(estate)
    narrow(estate, estate.team)
    near = ItemInput("model:default/credit-risk", "2")
    with at(NOW):
        save_what(actor=estate.actor("amara"), change=change, items=[near])
        with pytest.raises(Invalid) as refused:
            save_what(actor=estate.actor("amara"), change=change, items=[near, ItemInput(far.key, "2")])
    assert refused.value.fields == {
        "items.1.component": ["No role of yours to propose changes reaches far. Ask a Change Manager for it."]
    }


def test_submit_when_the_role_ended_meanwhile_is_refused(estate: Estate) -> None:
    change = draft(estate)
    narrow(estate, Team.objects.create(slug="far", name="Far away"))
    with at(NOW), pytest.raises(Invalid) as refused:
        submit_change(actor=estate.actor("amara"), change=change)
    assert set(refused.value.fields) == {"items.0.component"}
