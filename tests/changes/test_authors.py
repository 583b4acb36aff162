"""Nobody signs as Validator for a model that they made (DESIGN 4.3), however the version came in."""

from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.models import Requirement
from apps.catalog.models import ComponentVersion
from apps.catalog.services import add_version
from apps.changes.rules.inputs import ItemInput
from apps.changes.services import save_what, submit_change
from apps.core import actors
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from tests.changes.estate import NOW, Estate, add_component, at, draft, tie
from tests.people import sign


def validates(change: Any, actor: Actor, name: str) -> object:
    """Let somebody sign as Validator for a model."""
    asked = Requirement.objects.get(
        round=change.round, role=Role.VALIDATOR, component_key=f"model:default/{name}"
    )
    with at(NOW):
        return sign(actor=actor, requirement=asked, digest=change.round.digest, decision="approve")


def another_validator() -> Actor:
    user = User.objects.create_user("vera", "vera@example.org", "a good secret")
    RoleGrant.objects.create(user=user, role=Role.VALIDATOR, valid_from=NOW)
    return actors.person(user)


def test_sign_by_whoever_registered_the_version_with_a_token_is_refused(estate: Estate) -> None:
    vera, tomasz = another_validator(), estate.people["tomasz"]
    model = estate.components["credit-risk"]
    estate.team.members.add(tomasz)
    with at(NOW):
        add_version(actor=actors.token(tomasz, "cs_abc"), component=model, version="3")
        change = draft(estate)
        save_what(actor=estate.actor("amara"), change=change, items=[ItemInput(model.key, "3")])
        change = submit_change(actor=estate.actor("amara"), change=change)
    with pytest.raises(Forbidden, match="Nobody validates their own model"):
        validates(change, actors.person(tomasz), "credit-risk")
    assert validates(change, vera, "credit-risk")


def test_sign_by_whoever_recorded_what_another_made_is_refused_to_both(estate: Estate) -> None:
    vera, tomasz, priya = another_validator(), estate.people["tomasz"], estate.people["priya"]
    RoleGrant.objects.create(user=priya, role=Role.VALIDATOR, valid_from=NOW)
    model = estate.components["credit-risk"]
    estate.team.members.add(tomasz)
    with at(NOW):
        made = add_version(actor=actors.token(tomasz, "cs_abc"), component=model, version="3", author=priya)
        change = draft(estate)
        save_what(actor=estate.actor("amara"), change=change, items=[ItemInput(model.key, "3")])
        change = submit_change(actor=estate.actor("amara"), change=change)
    assert (made.author, made.committer) == (priya, tomasz)
    with pytest.raises(Forbidden, match="You recorded version 3 of"):
        validates(change, actors.person(tomasz), "credit-risk")
    with pytest.raises(Forbidden, match="You made version 3 of"):
        validates(change, actors.person(priya), "credit-risk")
    assert validates(change, vera, "credit-risk")


def test_sign_by_the_author_of_a_model_only_reached_is_refused(estate: Estate) -> None:
    vera, tomasz = another_validator(), estate.people["tomasz"]
    limits = add_component("model", "credit-limit", estate.team)
    tie(limits, estate.components["applications"], "trains_on")
    ComponentVersion.objects.filter(component=limits, version="1").update(author=tomasz)
    with at(NOW):
        change = submit_change(actor=estate.actor("amara"), change=draft(estate, names=("applications",)))
    with pytest.raises(Forbidden, match="Nobody validates their own model"):
        validates(change, actors.person(tomasz), "credit-limit")
    assert validates(change, vera, "credit-limit")
    assert validates(change, vera, "credit-risk")
