"""Registering a version over the API: only for those who have to do with the component."""

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.catalog.models import ComponentVersion
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "catalog/components/model:default/credit-risk/versions/"


@pytest.mark.parametrize("name", ["ruth", "tomasz", "meilin", "henrik"])
def test_version_by_whoever_only_judges_or_reads_is_refused_and_recorded(
    name: str, call: Caller, estate: Estate
) -> None:
    answer = call(name, "post", PATH, {"version": "3"})
    assert answer.status_code == 403
    assert not ComponentVersion.objects.filter(version="3").exists()
    assert AuditEvent.objects.filter(event="access.denied").count() == 1


@pytest.mark.parametrize("name", ["amara", "leila", "priya"])
def test_version_by_an_owner_or_a_proposer_is_registered_in_their_name(
    name: str, call: Caller, estate: Estate
) -> None:
    assert call(name, "post", PATH, {"version": "3"}).status_code == 201
    assert ComponentVersion.objects.get(version="3").author == estate.people[name]


def test_version_by_the_owner_of_another_component_is_refused(call: Caller, estate: Estate) -> None:
    RoleGrant.objects.filter(user=estate.people["priya"]).delete()
    RoleGrant.objects.create(
        user=estate.people["priya"],
        role=Role.OWNER,
        scope="component",
        component_key="service:default/loan-decision",
        valid_from=NOW,
    )
    assert call("priya", "post", PATH, {"version": "3"}).status_code == 403


def test_version_by_someone_of_the_team_is_registered(call: Caller, estate: Estate) -> None:
    estate.team.members.add(estate.people["tomasz"])
    assert call("tomasz", "post", PATH, {"version": "3"}).status_code == 201
