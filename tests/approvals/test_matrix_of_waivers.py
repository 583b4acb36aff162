"""Who may sign the waiver of a conflict, on every path that signs: the owners of both sides, never for themselves."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django.plugin import DjangoDbBlocker

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import grant_role
from apps.approvals.models import Requirement, Signature
from apps.audit.models import AuditEvent
from apps.calendar.models import Conflict, Disposition
from apps.changes.models import Change
from apps.changes.services import ask_waiver
from apps.core.actors import person
from tests.approvals.test_covering import covering
from tests.approvals.test_matrix import PATHS
from tests.changes.estate import NOW, Estate, at, make_estate, submitted
from tests.house.source import modules
from tests.people import LOADER, add_person
from tests.scenes import standing

pytestmark = pytest.mark.django_db

MODEL, SERVICE = "model:default/credit-risk", "service:default/loan-decision"
# Who, and why they may not sign for the owner of the model; an empty reason: they may. "404": they may not see it.
PEOPLE = {
    "owner": "",
    "owner through the team": "",
    "deputy": "",
    "owner of the other side alone": "do not hold the role",
    "owner elsewhere": "do not hold the role",
    "requester": "Nobody waives a conflict of their own change",
    "requester of the other side as a deputy": "Nobody waives a conflict of their own change",
    "asker": "You asked for this waiver",
    "deputy of the requester": "You would sign for",
    "deputy of the asker": "You would sign for",
    "change manager": "do not hold the role",
    "sponsor": "do not hold the role",
    "auditor": "do not hold the role",
    "administrator": "do not hold the role",
    "stranger": "404",
}


@pytest.fixture(autouse=True)
def _now() -> Any:
    cache.clear()
    with at(NOW):
        yield


def people_of(estate: Estate) -> dict[str, User]:
    held: dict[str, tuple[str, dict[str, Any]]] = {
        "owner": (Role.OWNER, {"component_key": MODEL}),
        "owner through the team": (Role.OWNER, {"team": estate.team}),
        "deputy": (Role.EXECUTIVE, {}),
        "owner of the other side alone": (Role.OWNER, {"component_key": SERVICE}),
        "owner elsewhere": (Role.OWNER, {"component_key": "model:default/elsewhere"}),
        "requester of the other side as a deputy": (Role.REQUESTER, {}),
        "deputy of the requester": (Role.EXECUTIVE, {}),
        "deputy of the asker": (Role.EXECUTIVE, {}),
        "change manager": (Role.CHANGE_MANAGER, {}),
        "sponsor": (Role.SPONSOR, {}),
        "auditor": (Role.AUDITOR, {}),
        "administrator": (Role.EXECUTIVE, {}),
    }
    who = {}
    for number, name in enumerate(PEOPLE):
        role, where = held.get(name, (Role.OWNER, {}))
        who[name] = add_person(f"w{number}", *([] if name == "stranger" else [role]), **where)
    User.objects.filter(pk=who["administrator"].pk).update(is_superuser=True, is_staff=True)
    covering(who["owner"], who["deputy"])
    covering(who["owner"], who["requester of the other side as a deputy"])
    covering(who["requester"], who["deputy of the requester"])
    covering(who["asker"], who["deputy of the asker"])
    return who


Scene = tuple[dict[str, User], Requirement, Requirement]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with standing(django_db_blocker):
        with at(NOW):
            made = build()
        yield made


@pytest.fixture
def scene(built: Scene) -> Scene:
    """Return everyone, and what the waiver of a conflict between a model and its reader asks of the two owners."""
    return deepcopy(built)


def build() -> Scene:
    estate = make_estate()
    who = people_of(estate)
    one, other = submitted(estate), submitted(estate, names=("loan-decision",))
    Change.objects.filter(pk=one.pk).update(requester=who["requester"])
    Change.objects.filter(pk=other.pk).update(requester=who["requester of the other side as a deputy"])
    grant_role(actor=LOADER, user=who["asker"], role=Role.CHANGE_MANAGER)
    made = ask_waiver(
        actor=person(who["asker"]),
        conflict=Conflict.objects.get(kind="reads"),
        until=NOW + timedelta(days=20),
        reason="Both teams agreed on it.",
        compensating="Both are watched by one person.",
    )
    asked = {
        each.component_key: each
        for each in Requirement.objects.filter(round__subject_ref=made.ref).select_related("round")
    }
    assert set(asked) == {MODEL, SERVICE}
    return who, asked[MODEL], asked[SERVICE]


@pytest.mark.parametrize("path", PATHS)
def test_matrix_of_waivers_refuses_with_the_reason_and_writes_it_down(path: str, scene: Scene) -> None:
    who, asked, _ = scene
    for name, reason in PEOPLE.items():
        if not reason:
            continue
        denials = AuditEvent.objects.filter(event="access.denied", actor_key__contains=f":{who[name].pk}")
        before = denials.count()
        answer = PATHS[path](who[name], asked)
        assert answer.status_code == (404 if reason == "404" else 403), (name, answer.content[:300])
        if reason != "404":
            assert reason in answer.content.decode(), name
        assert denials.count() == before + 1, name
    assert not Signature.objects.exists()
    assert Disposition.objects.get(part_of=None).granted_at is None


@pytest.mark.parametrize("path", PATHS)
def test_matrix_of_waivers_grants_when_the_owners_of_both_sides_have_signed(path: str, scene: Scene) -> None:
    who, asked, of_the_other_side = scene
    signing = ((who["deputy"], asked), (who["owner of the other side alone"], of_the_other_side))
    for user, requirement in signing:
        assert Disposition.objects.get(part_of=None).granted_at is None
        answer = PATHS[path](user, requirement)
        if "batch" in path:
            assert answer.status_code == 403, answer.content[:300]
            assert "Only standard changes of low risk are signed together." in answer.content.decode()
        else:
            assert answer.status_code in (200, 201, 302), answer.content[:300]
    assert (Disposition.objects.get(part_of=None).granted_at is None) == ("batch" in path)


def test_every_path_that_grants_a_waiver_follows_its_signatures() -> None:
    """Nothing calls for the grant but what hears that everyone has signed: for a conflict, and for a rule."""
    granting = {
        module.name for module in modules() if any(_name(call) == "grant_waiver" for call in module.calls())
    }
    assert granting == {"apps/changes/services/waivers.py", "apps/gates/services/rule_waivers.py"}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
