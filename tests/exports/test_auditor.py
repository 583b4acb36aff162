"""How far an auditor reads: everything, or one team's or component's, until the day that was set."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import grant_role
from apps.audit.models import AuditEvent
from apps.audit.selectors import Filters
from apps.audit.services import record_event
from apps.core import actors, clock
from apps.exports.selectors import access_of, ledger_entries_for, ledger_entry_for, may_export
from tests.changes.estate import Estate, draft, submitted
from tests.people import add_person, add_team

pytestmark = pytest.mark.django_db
SYSTEM = actors.system("import_catalog")


def write(kind: str, ident: str) -> int:
    with transaction.atomic():
        return record_event(event="change.noted", actor=SYSTEM, obj=(kind, ident))


def seen(user: User) -> set[tuple[str, str]]:
    rows = ledger_entries_for(user, Filters(), limit=500).entries
    return {(row.event.object_type, row.event.object_id) for row in rows}


def test_auditor_of_a_component_reads_it_and_the_changes_that_move_it_alone(estate: Estate) -> None:
    change = submitted(estate)
    component = change.items.first().component
    other = next(one for one in estate.components.values() if not one.change_items.exists())
    for kind, ident in (("component", component.key), ("component", other.key), ("person", "7")):
        write(kind, ident)
    elsewhere = write("change", "CHG-9999")
    unsent = draft(estate)
    ada = add_person("ada")
    grant_role(actor=SYSTEM, user=ada, role=Role.AUDITOR, component_key=component.key)
    assert seen(ada) == {("component", component.key), ("change", change.ref), ("booking", change.ref)}
    assert ledger_entry_for(ada, elsewhere) is None
    assert (("change", unsent.ref)) not in seen(ada)
    assert ledger_entries_for(ada, Filters(component=other.key)).entries == []
    assert not may_export(ada)
    assert access_of(ada).parts == [component.key]
    # Another role is given for work here, and reads as everyone who works here.
    grant_role(actor=SYSTEM, user=ada, role=Role.REQUESTER)
    assert ("change", "CHG-9999") in seen(User.objects.get(pk=ada.pk))


def test_auditor_of_a_team_reads_what_its_components_moved(estate: Estate) -> None:
    change = submitted(estate)
    team = add_team("elsewhere")
    ada, ben = add_person("ada"), add_person("ben")
    grant_role(actor=SYSTEM, user=ada, role=Role.AUDITOR, team=estate.team)
    grant_role(actor=SYSTEM, user=ben, role=Role.AUDITOR, team=team)
    assert ("change", change.ref) in seen(ada)
    assert seen(ben) == set()


def test_auditor_reads_until_the_moment_that_was_set_and_is_told_it(client: Client) -> None:
    ada, end = add_person("ada"), clock.now() + timedelta(days=3)
    grant_role(actor=SYSTEM, user=ada, role=Role.AUDITOR, valid_to=end)
    write("change", "CHG-1")
    client.force_login(ada)
    page = client.get("/ledger/").content.decode()
    assert "Your access ends" in page
    assert f"{end:%H:%M}" in client.get("/account/").content.decode()
    with clock.moved_to(end - timedelta(microseconds=1)):
        assert seen(ada)
    with clock.moved_to(end):
        assert seen(ada) == set()
        assert client.get("/ledger/").status_code == 403
        assert not may_export(User.objects.get(pk=ada.pk))
    assert AuditEvent.objects.filter(event="access.denied", object_id="/ledger/").count() == 1
