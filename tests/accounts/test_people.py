"""People come and go through services and commands, and every step is in the ledger."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import has_role, team_named
from apps.accounts.services import (
    change_profile,
    create_person,
    create_team,
    deactivate_person,
    issue_token,
    join_team,
    set_escalation_contact,
)
from apps.audit.models import AuditEvent, AuditText
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Conflict, Forbidden, Invalid
from tests.people import LOADER, PASSWORD, add_person, add_team

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("event", flat=True))


def test_create_person_when_valid_signs_in_and_is_recorded_without_a_name_in_the_entry() -> None:
    user = add_person("ann", name="Ann van Dyke")
    assert (user.first_name, user.last_name) == ("Ann", "van Dyke")
    assert Client().login(username="ann", password=PASSWORD)
    entry = AuditEvent.objects.get(event="person.created")
    assert b"Dyke" not in bytes(entry.entry)
    assert AuditText.objects.get(event=entry, name="name").text == "Ann van Dyke"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("password", {"password": "short"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("username", {"username": "two words"}),
        ("email", {"email": "nowhere"}),
    ],
)
def test_create_person_when_a_field_is_wrong_names_it_and_adds_nobody(
    field: str, values: dict[str, str]
) -> None:
    good = {"username": "ann", "name": "Ann Doe", "email": "ann@example.org", "password": PASSWORD}
    with pytest.raises(Invalid) as wrong:
        create_person(actor=LOADER, **(good | values))
    assert field in wrong.value.fields
    assert not User.objects.exists()


def test_create_person_when_the_name_is_taken_in_another_case_conflicts() -> None:
    add_person("ann")
    with pytest.raises(Conflict):
        add_person("Ann")
    with pytest.raises(Conflict):
        create_team(actor=LOADER, slug=add_team("risk").slug, name="Risk")


def test_people_when_a_person_creates_them_are_refused() -> None:
    ann = add_person("ann", Role.CHANGE_MANAGER)
    with pytest.raises(Forbidden):
        create_person(actor=person(ann), username="bob", name="Bob", email="b@example.org", password=PASSWORD)
    with pytest.raises(Forbidden):
        deactivate_person(actor=person(ann), user=ann)


def test_deactivate_person_when_signed_in_ends_sessions_and_tokens() -> None:
    ann = add_person("ann", Role.OWNER)
    client = Client()
    client.force_login(ann)
    issue_token(
        actor=LOADER,
        user=ann,
        name="ci",
        scopes=["read"],
        expires_at=clock.now() + timedelta(days=9),
    )
    deactivate_person(actor=LOADER, user=ann)
    assert ApiToken.objects.filter(revoked_at=None).count() == 0
    assert not has_role(ann, Role.OWNER)
    User.objects.filter(pk=ann.pk).update(is_active=True)
    assert client.get("/accounts/password/change/").status_code == 302


def test_teams_when_joined_twice_say_it_once() -> None:
    ann, team = add_person("ann"), add_team("risk")
    join_team(actor=LOADER, user=ann, team=team)
    join_team(actor=LOADER, user=ann, team=team)
    set_escalation_contact(actor=LOADER, team=team, user=ann)
    set_escalation_contact(actor=LOADER, team=team, user=ann)
    assert events() == ["person.created", "team.created", "person.joined_team", "team.escalation_contact_set"]
    assert team_named("risk") == team


def test_change_profile_when_it_is_anothers_is_refused() -> None:
    ann, bob = add_person("ann"), add_person("bob")
    change_profile(actor=person(ann), user=ann, time_zone="Asia/Tokyo")
    change_profile(actor=person(ann), user=ann, time_zone="Asia/Tokyo")
    assert events().count("person.profile_changed") == 1
    with pytest.raises(Forbidden):
        change_profile(actor=person(ann), user=bob, time_zone="Asia/Tokyo")
    with pytest.raises(Invalid):
        change_profile(actor=person(ann), user=ann, time_zone="Tokyo")


def test_commands_when_run_by_an_operator_add_a_person_and_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_NEW_PASSWORD", PASSWORD)
    add_team("risk")
    out = StringIO()
    call_command("create_person", "ann", "--email", "ann@example.org", "--name", "Ann Doe", stdout=out)
    call_command("grant_role", "ann", "steward", "--team", "risk", "--to", "2999-01-01", stdout=out)
    assert "Ann Doe is Data Steward for risk." in out.getvalue()
    assert has_role(User.objects.get(username="ann"), Role.STEWARD)


@pytest.mark.parametrize(
    "arguments",
    [["nobody", "owner"], ["ann", "owner", "--team", "none"], ["ann", "owner", "--to", "2001-01-01"]],
)
def test_grant_role_command_when_wrong_says_why_and_changes_nothing(arguments: list[str]) -> None:
    ann = add_person("ann")
    with pytest.raises(CommandError):
        call_command("grant_role", *arguments)
    assert not has_role(ann, Role.OWNER)


def test_revoke_role_command_ends_the_grant_of_that_scope_alone() -> None:
    ann, team = add_person("ann"), add_team("credit")
    call_command("grant_role", "ann", "owner", "--team", team.slug, stdout=StringIO())
    call_command("grant_role", "ann", "steward", stdout=StringIO())
    out = StringIO()
    call_command("revoke_role", "ann", "owner", "--team", team.slug, stdout=out)
    assert f"is no longer Service Owner for {team.slug}" in out.getvalue()
    assert not has_role(ann, Role.OWNER)
    assert has_role(ann, Role.STEWARD)
    assert events()[-1] == "role.revoked"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody", "owner"],
        ["ann", "owner", "--team", "none"],
        ["ann", "owner"],
        ["ann", "steward", "--component", "x"],
    ],
)
def test_revoke_role_command_when_wrong_says_why_and_changes_nothing(arguments: list[str]) -> None:
    ann = add_person("ann", Role.STEWARD)
    with pytest.raises(CommandError):
        call_command("revoke_role", *arguments)
    assert has_role(ann, Role.STEWARD)


def test_deactivate_person_command_closes_the_way_in() -> None:
    add_person("ann", Role.STEWARD)
    out = StringIO()
    call_command("deactivate_person", "ann", stdout=out)
    assert "can no longer sign in" in out.getvalue()
    assert not User.objects.get(username="ann").is_active
    assert not Client().login(username="ann", password=PASSWORD)
    assert events()[-1] == "person.deactivated"
    with pytest.raises(CommandError):
        call_command("deactivate_person", "ann")


def test_sign_in_when_it_works_or_fails_is_in_the_ledger() -> None:
    add_person("ann")
    client = Client()
    url = "/accounts/login/"
    client.post(url, {"login": "ann", "password": "wrong"})
    client.post(url, {"login": "stranger", "password": "wrong"})
    client.post(url, {"login": "ann", "password": PASSWORD})
    client.post("/accounts/logout/")
    assert events()[1:] == [
        "person.sign_in_failed",
        "person.sign_in_failed",
        "person.signed_in",
        "person.signed_out",
    ]
    assert client.post("/accounts/signup/", {"username": "x"}).status_code != 302


def test_sign_in_that_fails_stores_nothing_of_what_was_typed() -> None:
    add_person("ann")
    for typed in ("my secret pass phrase", "ann"):
        Client().post("/accounts/login/", {"login": typed, "password": "wrong"})
    failed = AuditEvent.objects.filter(event="person.sign_in_failed")
    assert failed.count() == 2
    assert not AuditText.objects.filter(event__in=failed).exists()
    assert not [one for one in failed if b"secret" in bytes(one.entry)]


def test_password_when_changed_is_in_the_ledger() -> None:
    ann, client = add_person("ann"), Client()
    client.force_login(ann)
    new = "another horse battery staple"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    ann.refresh_from_db()
    assert ann.check_password(new)
    assert events()[-1] == "person.password_changed"
    assert AuditEvent.objects.get(event="person.password_changed").actor_key == f"person:{ann.pk}"
