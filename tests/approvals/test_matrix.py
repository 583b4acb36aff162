"""Separation of duties, every person × every path that could sign. What is refused says why and is written down.

A path that is not listed here fails ``test_every_path_that_signs_is_in_the_matrix``.
"""

import hashlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django.plugin import DjangoDbBlocker

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import grants_of
from apps.accounts.services import deactivate_person, grant_role, revoke_role
from apps.approvals.models import Requirement, Signature
from apps.approvals.rules import Barred
from apps.approvals.rules.checklists import checklist
from apps.approvals.selectors import asked_in_mail, token_of
from apps.audit.models import AuditEvent
from apps.core.actors import Actor, person, system
from apps.core.errors import Forbidden
from tests.api.conftest import secret_of
from tests.approvals.test_covering import covering, offered
from tests.house.source import modules
from tests.people import (
    DIGEST,
    LOADER,
    PASSWORD,
    a_need,
    a_round,
    add_person,
    add_team,
    asked_of,
    prove,
    sign,
)
from tests.scenes import standing

pytestmark = pytest.mark.django_db

HERE = "model:default/m"
# Who, and why they may not; an empty reason: they may. "404": they may not even see it.
PEOPLE = {
    "holder": "",
    "holder through the team": "",
    "deputy": "",
    "administrator who holds the role": "",
    "administrator": "do not hold the role",
    "administrator who asked for it": "You asked for this",
    "administrator without a role": "404",
    "requester": "You asked for this",
    "author": "You made it",
    "committer": "You recorded it",
    "requester through the team": "You asked for this",
    "author through the team": "You made it",
    "wrong role": "do not hold the role",
    "auditor": "do not hold the role",
    "stranger": "404",
    "revoked": "404",
    "elsewhere": "do not hold the role",
    "other role signed": "One person never fills two roles",
    "deputy of the requester": "You would sign for",
    "deputy of the author": "You would sign for",
    "deputy who asked for it": "You asked for this",
    "deputy of another role's signer": "You would sign for",
    "deputy not accepted": "do not hold the role",
    "deputy of a deputy": "do not hold the role",
    "signed in another role as deputy": "One person never fills two roles",
}


Scene = tuple[dict[str, User], Requirement]


@pytest.fixture(scope="module")
def scenes(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[Role, Scene]]:
    """Everyone of the matrix for each role, side by side."""
    with standing(django_db_blocker):
        yield {role: people_of(role) for role in APPROVING_ROLES}


@pytest.fixture
def scene_of(scenes: dict[Role, Scene]) -> Callable[[Role], Scene]:
    """Return what tells a test the scene of a role; what it does to a person there, no other test sees."""
    return lambda role: deepcopy(scenes[role])


def people_of(role: Role) -> Scene:
    """Return everyone of the matrix, and what a round asks of a role."""
    other = next(each for each in APPROVING_ROLES if each != role)
    plain = Role.EXECUTIVE
    who = {name: add_person(f"{role}{n}") for n, name in enumerate(PEOPLE)}
    for name in ("holder", "administrator who holds the role", "administrator who asked for it"):
        _give(who[name], role)
    for name in ("requester", "author", "revoked"):
        _give(who[name], role)
    team = add_team(f"group-{role}")
    for name in PEOPLE:
        if name.endswith("through the team"):
            _give(who[name], role, team=team)
    _give(who["committer"], role)
    _give(who["other role signed"], role)
    _give(who["other role signed"], other)
    _give(who["wrong role"], other)
    _give(who["auditor"], Role.AUDITOR)
    _give(who["elsewhere"], role, component_key="model:default/elsewhere")
    _give(who["administrator"], plain)
    for name, user in who.items():
        if "deputy" in name:
            _give(user, plain)
        if name.startswith("administrator"):
            User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    second = add_person("", role)
    otherwise = add_person("", other)
    round_ = a_round(
        a_need(role, "m", quorum=2, team_id=team.pk),
        a_need(other, quorum=3),
        barred=[
            *[
                Barred(who[name].pk, "You asked for this.")
                for name in (
                    "requester",
                    "requester through the team",
                    "administrator who asked for it",
                    "deputy who asked for it",
                )
            ],
            Barred(who["author"].pk, "You made it.", role, HERE),
            Barred(who["author through the team"].pk, "You made it.", role, HERE),
            Barred(who["committer"].pk, "You recorded it.", role, HERE),
        ],
        # What may be signed together with others too, so that a batch is refused for the person and not for this.
        risk=1,
        subject_class="standard",
    )
    covering(second, who["deputy"])
    covering(who["requester"], who["deputy of the requester"])
    covering(who["author"], who["deputy of the author"])
    covering(second, who["deputy who asked for it"])
    covering(who["other role signed"], who["deputy of another role's signer"], role=role)
    offered(second, who["deputy not accepted"])
    covering(who["deputy"], who["deputy of a deputy"])
    covering(second, who["signed in another role as deputy"])
    covering(otherwise, who["signed in another role as deputy"])
    for name in ("other role signed", "signed in another role as deputy"):
        sign(
            actor=person(who[name]),
            requirement=asked_of(round_, other),
            digest=DIGEST,
            decision="approve",
        )
    revoke_role(actor=LOADER, grant=grants_of(who["revoked"])[0])
    return who, asked_of(round_, role, "m")


def _give(user: User, role: Role, **where: Any) -> None:
    grant_role(actor=LOADER, user=user, role=role, **where)


def shown(actor: Actor, asked: Requirement, session: str) -> dict[str, Any]:
    """Return what a page that was really shown would send: whoever is refused has no lack of that."""
    nonce = prove(actor, asked, session=session).nonce
    return {"nonce": nonce, "checked": list(checklist(asked.role, asked.round.subject_type))}


def by_page(user: User, asked: Requirement) -> Any:
    client = Client()
    client.force_login(user)
    session = hashlib.sha256(str(client.session.session_key).encode()).hexdigest()
    values: dict[str, Any] = {
        "digest": asked.round.digest,
        "decision": "approve",
        "note": "",
        "password": PASSWORD,
    }
    values |= shown(person(user), asked, f"session:{session}")
    return client.post(f"/approvals/{asked.pk}/sign/", values)


def by_htmx(user: User, asked: Requirement) -> Any:
    client = Client(headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/"})
    client.force_login(user)
    session = hashlib.sha256(str(client.session.session_key).encode()).hexdigest()
    values: dict[str, Any] = {
        "digest": asked.round.digest,
        "decision": "approve",
        "note": "",
        "password": PASSWORD,
    }
    values |= shown(person(user), asked, f"session:{session}")
    return client.post(f"/approvals/{asked.pk}/sign/", values)


def by_api(user: User, asked: Requirement) -> Any:
    client = Client(headers={"Authorization": f"Bearer {secret_of(user)}"})
    token = ApiToken.objects.filter(user=user).latest("pk")
    values: dict[str, Any] = {"digest": asked.round.digest, "decision": "approve", "password": PASSWORD}
    values |= shown(person(user), asked, f"token:{user.pk}/{token.prefix}")
    return client.post(f"/api/v1/approvals/{asked.pk}/sign/", values, content_type="application/json")


def by_mail(user: User, asked: Requirement) -> Any:
    client = Client()
    client.force_login(user)
    led = client.get("/approvals/mail/", {"link": token_of(asked_in_mail(user, asked))})
    session = hashlib.sha256(str(client.session.session_key).encode()).hexdigest()
    values: dict[str, Any] = {
        "digest": asked.round.digest,
        "decision": "approve",
        "note": "",
        "password": PASSWORD,
    }
    values |= shown(person(user), asked, f"session:{session}")
    return client.post(led.headers["Location"], values)


def by_batch(user: User, asked: Requirement) -> Any:
    client = Client()
    client.force_login(user)
    session = hashlib.sha256(str(client.session.session_key).encode()).hexdigest()
    nonce = shown(person(user), asked, f"session:{session}")["nonce"]
    values = {"item": asked.pk, "chosen": asked.pk, "password": PASSWORD}
    values |= {f"digest-{asked.pk}": asked.round.digest, f"nonce-{asked.pk}": nonce}
    return client.post("/inbox/together/", values)


def by_api_batch(user: User, asked: Requirement) -> Any:
    client = Client(headers={"Authorization": f"Bearer {secret_of(user)}"})
    token = ApiToken.objects.filter(user=user).latest("pk")
    one = {"requirement": asked.pk, "digest": asked.round.digest}
    one |= shown(person(user), asked, f"token:{user.pk}/{token.prefix}")
    values = {"items": [one], "password": PASSWORD}
    return client.post("/api/v1/approvals/together/", values, content_type="application/json")


PATHS = {
    "page": by_page,
    "htmx": by_htmx,
    "api": by_api,
    "mail link": by_mail,
    "batch": by_batch,
    "batch of the api": by_api_batch,
}
SIGNING = {
    "apps/web/views/signing.py": {"sign"},
    "apps/api/views/approvals.py": {"sign"},
    "apps/web/views/mail_links.py": {"sign_from_mail"},
    "apps/web/views/together.py": {"sign_together"},
    "apps/api/views/together.py": {"sign_together"},
}
SERVICES = {f"apps.approvals.services.{name}" for name in ("sign", "sign_from_mail", "sign_together")}


@pytest.fixture(autouse=True)
def _tries() -> None:
    cache.clear()


@pytest.mark.parametrize(("role", "path"), list(product(APPROVING_ROLES, PATHS)))
def test_matrix_of_roles_and_paths_refuses_with_the_reason_and_writes_it_down(
    scene_of: Callable[[Role], Scene], role: Role, path: str
) -> None:
    who, asked = scene_of(role)
    kept = Signature.objects.count()
    for name, reason in PEOPLE.items():
        if not reason:
            continue
        user = who[name]
        denials = AuditEvent.objects.filter(event="access.denied", actor_key__contains=f":{user.pk}")
        before = denials.count()
        answer = PATHS[path](user, asked)
        assert answer.status_code == (404 if reason == "404" else 403), (name, answer.content[:300])
        if reason != "404":
            assert reason in answer.content.decode(), name
        assert denials.count() == before + 1, name
        assert Signature.objects.count() == kept, name


@pytest.mark.parametrize(
    ("who", "path"), list(product([name for name, reason in PEOPLE.items() if not reason], PATHS))
)
def test_matrix_lets_sign_who_may_on_every_path(
    scene_of: Callable[[Role], Scene], who: str, path: str
) -> None:
    people, asked = scene_of(Role.VALIDATOR)
    kept = Signature.objects.count()
    answer = PATHS[path](people[who], asked)
    assert answer.status_code in (200, 201, 302), answer.content[:300]
    assert Signature.objects.count() == kept + 1


def test_token_alone_and_a_closed_account_sign_nothing(scene_of: Callable[[Role], Scene]) -> None:
    people, asked = scene_of(Role.VALIDATOR)
    kept = Signature.objects.count()
    user = people["holder"]
    secret = secret_of(user)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve"}
    values |= shown(person(user), asked, f"token:{user.pk}/{secret}")
    for more in ({}, {"password": ""}, {"password": "guess"}):
        answer = client.post(
            f"/api/v1/approvals/{asked.pk}/sign/", values | more, content_type="application/json"
        )
        assert answer.status_code in (403, 422), answer.content
    deactivate_person(actor=LOADER, user=user)
    answer = client.post(
        f"/api/v1/approvals/{asked.pk}/sign/",
        values | {"password": PASSWORD},
        content_type="application/json",
    )
    assert answer.status_code == 401
    assert by_page(user, asked).headers.get("Location", "").startswith("/accounts/login/")
    assert Signature.objects.count() == kept


@pytest.mark.parametrize("path", PATHS)
def test_service_account_signs_on_no_path(scene_of: Callable[[Role], Scene], path: str) -> None:
    """It holds the role and a token, but no password: nothing proves that a person is there."""
    people, asked = scene_of(Role.VALIDATOR)
    kept = Signature.objects.count()
    service = people["holder"]
    service.set_unusable_password()
    service.save()
    answer = PATHS[path](service, asked)
    assert answer.status_code in (403, 422), answer.content[:300]
    assert "password" in answer.content.decode().lower()
    for actor in (system("deploy"), system("approvals")):
        with pytest.raises(Forbidden, match="Only a person can sign"):
            sign(actor=actor, requirement=asked, digest=DIGEST, decision="approve")
    assert Signature.objects.count() == kept


def test_every_path_that_signs_is_in_the_matrix() -> None:
    """Whoever signs from a page or a resource adds their path above. There is no admin site."""
    calling = {
        module.name: {name.rpartition(".")[2] for name in SERVICES & set(module.imports())}
        for module in modules()
        if module.app in ("web", "api")
    }
    assert {name: services for name, services in calling.items() if services} == SIGNING
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    assert Client().get("/admin/").status_code == 404
