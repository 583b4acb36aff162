"""Letting an urgent change go ahead: its page, its resource, the banner, the lists, and who may on every path."""

import hashlib
import re
from datetime import timedelta
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import ApiToken, RoleGrant, User
from apps.approvals.models import BreakGlass
from apps.audit.models import AuditEvent
from apps.calendar.selectors import conflicts_of
from apps.changes.selectors import may_let_go_ahead_now, who_may_let_it_go_ahead
from apps.changes.services import show_letting_go
from apps.core.actors import person
from tests.api.conftest import secret_of
from tests.approvals.test_covering import covering
from tests.changes.estate import NOW, Estate, at, fresh, submitted
from tests.changes.test_emergency import LINK, let_go, refuse, started, urgent
from tests.changes.test_settling import freeze
from tests.house.source import modules
from tests.people import add_person

PASSWORD = "a good secret"


def entered(user: User, **headers: str) -> Client:
    client = Client(headers=headers)
    client.force_login(user)
    return client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found[1] if found else ""


def send(client: Client, ref: str, **more: str) -> Any:
    """Open the page and send its form."""
    page = client.get(f"/changes/{ref}/go-ahead/").content.decode()
    values = {name: hidden(page, name) for name in ("digest", "nonce")}
    values |= {"reason": "Refusals doubled.", "incident": LINK, "password": PASSWORD}
    return client.post(f"/changes/{ref}/go-ahead/", values | more)


def test_page_names_whom_it_passes_over_and_lets_the_change_go_ahead(estate: Estate) -> None:
    change = urgent(estate)
    client = entered(estate.people["leila"])
    with at(NOW):
        page = client.get(f"/changes/{change.ref}/go-ahead/").content.decode()
        assert "Model Validator for credit-risk" in page
        assert "Tomasz Wojcik" in page
        assert "48 hours" in page
        assert "It cannot start before Thu 19 Nov, 06:00 (GMT, Europe/London)" in page
        assert "Still blocked" not in page
        assert "btn-danger" in page
        answer = send(client, change.ref)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/changes/{change.ref}/")
        page = client.get(f"/changes/{change.ref}/").content.decode()
    assert "It may go ahead before everyone has signed" in page
    assert "Refusals doubled." in page
    assert f'href="{LINK}"' in page


def test_attestation_that_it_went_ahead_leaves_as_it_was_signed_for_whoever_sees_the_change(
    estate: Estate,
) -> None:
    change = urgent(estate)
    file = f"/changes/{change.ref}/went-ahead.json"
    client = entered(estate.people["ruth"])
    assert client.get(file).status_code == 404
    let_go(estate, change)
    with at(NOW):
        assert f'href="{file}"' in client.get(f"/changes/{change.ref}/").content.decode()
    answer = client.get(file)
    assert answer.content.decode() == BreakGlass.objects.get().attestation
    assert "attachment" in answer.headers["Content-Disposition"]
    assert entered(add_person("stranger")).get(file).status_code == 404
    assert Client().get(file).status_code == 302
    assert client.post(file).status_code == 405


def test_page_says_at_the_field_what_is_missing_and_signs_nothing(estate: Estate) -> None:
    change = urgent(estate)
    client = entered(estate.people["leila"])
    with at(NOW):
        for more, said in (
            ({"incident": "javascript:alert(1)"}, "Give the address of the incident"),
            ({"reason": ""}, "Why it cannot wait is missing"),
            ({"password": "guess"}, "Nothing was signed."),
        ):
            answer = send(client, change.ref, **more)
            assert answer.status_code == 422
            assert said in answer.content.decode()
    assert not BreakGlass.objects.exists()


def test_page_when_someone_was_faster_or_it_is_not_urgent_says_so(estate: Estate) -> None:
    change = urgent(estate)
    other = add_person("nils", Role.CHANGE_MANAGER)
    with at(NOW):
        RoleGrant.objects.filter(user=other).update(valid_from=NOW)
        client = entered(estate.people["leila"])
        page = client.get(f"/changes/{change.ref}/go-ahead/").content.decode()
        values = {name: hidden(page, name) for name in ("digest", "nonce")}
        estate.people["nils"] = other
        let_go(estate, change, "nils")
        values |= {"reason": "Refusals doubled.", "incident": LINK, "password": PASSWORD}
        answer = client.post(f"/changes/{change.ref}/go-ahead/", values)
        assert answer.status_code == 409
        assert "go ahead already" in answer.content.decode()
        plain = submitted(estate)
        assert "Only an urgent one" in client.get(f"/changes/{plain.ref}/go-ahead/").content.decode()


def test_page_says_what_still_blocks_it_before_anyone_signs(estate: Estate) -> None:
    change = urgent(estate)
    with at(NOW):
        freeze(estate)
        page = entered(estate.people["leila"]).get(f"/changes/{change.ref}/go-ahead/").content.decode()
    found = conflicts_of(change.ref)[0]
    assert f"Still blocked: {found.sentence}" in unescape(page)
    assert f'<a href="{found.url}">Open {found.ref}</a>' in page


def test_page_of_whoever_may_not_says_why_and_who_may(estate: Estate) -> None:
    change = urgent(estate)
    with at(NOW):
        covering(estate.people["leila"], estate.people["henrik"])
        pages = {
            name: unescape(
                entered(estate.people[name]).get(f"/changes/{change.ref}/go-ahead/").content.decode()
            )
            for name in ("amara", "henrik")
        }
        assert who_may_let_it_go_ahead(change) == [estate.people["leila"]]
        assert all(may_let_go_ahead_now(user, change) for user in who_may_let_it_go_ahead(change))
    assert "everyone has signed. You asked for this change. Nobody approves their own." in pages["amara"]
    assert "of the approval policy does not name you." in pages["henrik"]
    for page in pages.values():
        assert "<strong>Who may:</strong> Leila Haddad." in page
        assert "Their deputies may not do it for them." in page


# Who, and why they may not; an empty reason: they may. "404": they may not even see it.
PEOPLE = {
    "manager": "",
    "named in the policy": "",
    "administrator who manages": "",
    "administrator": "You may not let this go ahead",
    "requester who manages": "Nobody approves their own",
    "author who manages": "Nobody validates their own model",
    "author's deputy": "You may not let this go ahead",
    "manager's deputy": "You may not let this go ahead",
    "manager of something else": "You may not let this go ahead",
    "only one who could sign afterwards": "nobody is left who can sign afterwards",
    "signer": "You may not let this go ahead",
    "executive": "You may not let this go ahead",
    "auditor": "You may not let this go ahead",
    "revoked": "404",
    "stranger": "404",
}


def people_of(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    """Return everyone of the matrix; the policy in force names a Change Manager's role and one person."""
    from apps.approvals.rules import FIRST_POLICY

    who = {name: User.objects.create_user(f"p{n}", password=PASSWORD) for n, name in enumerate(PEOPLE)}
    who |= {
        "requester who manages": estate.people["amara"],
        "manager": estate.people["leila"],
        "only one who could sign afterwards": estate.people["tomasz"],
        "signer": estate.people["henrik"],
        "auditor": estate.people["ruth"],
    }
    manages = [
        "administrator who manages",
        "requester who manages",
        "author who manages",
        "only one who could sign afterwards",
    ]
    for name in manages:
        _give(who[name], Role.CHANGE_MANAGER)
    for name in ("named in the policy", "administrator", "author's deputy", "manager's deputy", "executive"):
        _give(who[name], Role.EXECUTIVE)
    _give(
        who["manager of something else"],
        Role.CHANGE_MANAGER,
        scope=GrantScope.COMPONENT,
        component_key="model:default/elsewhere",
    )
    _give(who["revoked"], Role.CHANGE_MANAGER, revoked_at=NOW)
    for name in ("administrator", "administrator who manages", "requester who manages"):
        User.objects.filter(pk=who[name].pk).update(is_superuser=True, is_staff=True)
    estate.components["credit-risk"].versions.filter(version="2").update(author=who["author who manages"])
    with at(NOW):
        covering(who["manager"], who["manager's deputy"])
        covering(who["author who manages"], who["author's deputy"])
    authority = {
        "roles": ["change_manager"],
        "people": [f"person:{who['named in the policy'].pk}"],
        "hours": 48,
    }
    monkeypatch.setitem(FIRST_POLICY, "break_glass", authority)
    return who


def _give(user: User, role: Role, **more: Any) -> None:
    RoleGrant.objects.create(user=user, role=role, **({"valid_from": NOW} | more))


def shown(user: User, change: Any, session: str) -> dict[str, str]:
    """Return what a page that was really shown would send: whoever is refused has no lack of that."""
    intent = show_letting_go(actor=person(user), change=change, session=session)
    return {"digest": intent.digest, "nonce": intent.nonce, "reason": "Refusals doubled.", "incident": LINK}


def by_page(user: User, change: Any, **headers: str) -> Any:
    client = entered(user, **headers)
    session = hashlib.sha256(str(client.session.session_key).encode()).hexdigest()
    values = shown(user, change, f"session:{session}") | {"password": PASSWORD}
    return client.post(f"/changes/{change.ref}/go-ahead/", values)


def by_htmx(user: User, change: Any) -> Any:
    return by_page(user, change, **{"HX-Request": "true"})


def by_api(user: User, change: Any) -> Any:
    client = Client(headers={"Authorization": f"Bearer {secret_of(user)}"})
    prefix = ApiToken.objects.filter(user=user).latest("pk").prefix
    values = shown(user, change, f"token:{user.pk}/{prefix}") | {"password": PASSWORD}
    return client.post(f"/api/v1/changes/{change.ref}/go-ahead/", values, content_type="application/json")


PATHS = {"page": by_page, "htmx": by_htmx, "api": by_api}
GOING = {"apps/web/views/emergency.py", "apps/api/views/emergency.py"}


@pytest.mark.parametrize("path", PATHS)
def test_matrix_of_people_and_paths_refuses_with_the_reason_and_writes_it_down(
    estate: Estate, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = people_of(estate, monkeypatch)
    change = urgent(estate)
    with at(NOW):
        for name, reason in PEOPLE.items():
            if not reason:
                continue
            cache.clear()
            denials = AuditEvent.objects.filter(
                event="access.denied", actor_key__regex=rf":{who[name].pk}(/|$)"
            )
            before = denials.count()
            answer = PATHS[path](who[name], change)
            assert answer.status_code == (404 if reason == "404" else 403), (name, answer.content[:400])
            if reason != "404":
                assert reason in answer.content.decode(), name
            assert denials.count() == before + 1, name
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize(
    ("name", "path"), list(product([name for name, reason in PEOPLE.items() if not reason], PATHS))
)
def test_matrix_lets_go_ahead_who_may_on_every_path(
    estate: Estate, name: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = people_of(estate, monkeypatch)
    change = urgent(estate)
    with at(NOW):
        answer = PATHS[path](who[name], change)
    assert answer.status_code in (201, 302), answer.content[:400]
    assert BreakGlass.objects.get().by == who[name]


def test_every_path_that_lets_go_ahead_is_in_the_matrix() -> None:
    calling = {
        module.name
        for module in modules()
        if module.app in ("web", "api") and "apps.changes.services.let_go_ahead" in set(module.imports())
    }
    assert calling == GOING


def test_resource_asks_for_a_showing_and_then_goes_ahead(estate: Estate) -> None:
    change = urgent(estate)
    with at(NOW):
        client = Client(headers={"Authorization": f"Bearer {secret_of(estate.people['leila'])}"})
        base = f"/api/v1/changes/{change.ref}/go-ahead/"
        intent = client.post(f"{base}intent/").json()
        assert "before everyone asked has signed" in intent["meaning"]
        values = {"digest": intent["digest"], "nonce": intent["nonce"], "password": PASSWORD}
        values |= {"reason": "Refusals doubled.", "incident": "javascript:1"}
        refused = client.post(base, values, content_type="application/json")
        assert refused.status_code == 422
        done = client.post(base, values | {"incident": LINK}, content_type="application/json")
    assert done.status_code == 201
    assert (done.json()["by"], done.json()["end"]) == ("leila", "")


def test_executive_sees_what_went_ahead_until_it_is_signed_and_when_it_is_overdue(estate: Estate) -> None:
    change = let_go(estate, urgent(estate))
    executive = User.objects.create_user("eve", password=PASSWORD)
    _give(executive, Role.EXECUTIVE)
    both = User.objects.create_user("mia", password=PASSWORD)
    _give(both, Role.EXECUTIVE)
    _give(both, Role.SPONSOR)
    for moment, overdue in ((NOW, False), (BreakGlass.objects.get().due_at, True)):
        with at(moment):
            week = entered(executive).get("/briefings/").content.decode()
            home = entered(both).get("/").content.decode()
            for page in (week, home):
                assert "Let go ahead before everyone had signed" in page
                assert change.ref in page
                assert ("Overdue" in page) == overdue
    with at(NOW):
        assert "Let go ahead" not in entered(estate.people["henrik"]).get("/").content.decode()
    refuse(estate, fresh(change))
    with at(NOW):
        assert "Let go ahead" not in entered(both).get("/").content.decode()
        week = entered(executive).get("/briefings/").content.decode()
        assert "Let go ahead before everyone had signed" in week
        assert "</svg>Refused</span>" in week
        assert "Overdue" not in week
    with at(NOW + timedelta(days=7)):
        assert "Let go ahead" not in entered(executive).get("/briefings/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_lists_of_what_went_ahead_ask_a_constant_number_of_queries(estate: Estate, number: int) -> None:
    for day in range(number):
        let_go(estate, urgent(estate, start=f"2026-11-{19 + day}T06:00", end=f"2026-11-{19 + day}T08:00"))
    executive = User.objects.create_user("eve", password=PASSWORD)
    _give(executive, Role.EXECUTIVE)
    client = entered(executive)
    with at(NOW):
        client.get("/briefings/")
        with CaptureQueriesContext(
            connection,
        ) as week:
            client.get("/briefings/")
    assert len(week) == 13


BEFORE = {
    "inbox": ["May go ahead", "It may go ahead without this", "has not started. It stops at once"],
    "sign": ["has not started. It stops at once", "Stops it; give a reason", "stops at once, as if"],
    "open": [
        "It may go ahead before everyone has signed",
        "let it go ahead on ",
        "</svg>May go ahead</span>",
    ],
    "refused": ["Refused: it goes ahead no more", "It did not start. Nothing has to be undone."],
}
AFTER = {
    "inbox": ["Went ahead", "It went ahead without this", "It is marked as refused afterwards"],
    "sign": [
        "It is marked as refused afterwards",
        "Refuses it, afterwards",
        "is marked as refused afterwards, as if",
    ],
    "open": ["It went ahead before everyone had signed", "let it go ahead on ", "</svg>Went ahead</span>"],
    "refused": ["Refused afterwards", "It is under way. Decide whether to roll it back."],
}


@pytest.mark.parametrize(("start", "words"), [(None, BEFORE), (started, AFTER)])
def test_words_of_a_go_ahead_depend_on_whether_it_has_started(
    estate: Estate, start: Any, words: dict[str, list[str]]
) -> None:
    change = start(estate) if start else let_go(estate, urgent(estate))
    with at(NOW):
        asked = fresh(change).round.requirements.get(role=Role.VALIDATOR)
        signer, reader = entered(estate.people["tomasz"]), entered(estate.people["ruth"])
        pages = {
            "inbox": signer.get(f"/inbox/{asked.pk}/").content.decode(),
            "sign": signer.get(f"/approvals/{asked.pk}/sign/").content.decode(),
            "open": reader.get(f"/changes/{change.ref}/").content.decode(),
        }
    for page in (pages["inbox"], pages["open"]):
        assert re.search(r"A reminder goes to [\w ]+ on \w{3} \d+ Nov, \d\d:\d\d", page)
    refuse(estate, fresh(change))
    with at(NOW):
        pages["refused"] = reader.get(f"/changes/{change.ref}/").content.decode()
    other = AFTER if words is BEFORE else BEFORE
    for name, page in pages.items():
        for said in words[name]:
            assert said in page, (name, said)
        for said in set(other[name]) - set(words[name]):
            assert said not in page, (name, said)
