"""What nobody can sign: said at once where it was tried, and told at once to those who can name somebody."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, Team
from apps.accounts.services import deactivate_person
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.selectors import standing
from apps.approvals.services import NobodyToSign, tell_shortage
from apps.approvals.tasks import task_reject_unreachable_rounds
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.outbox.models import Notification
from tests.approvals.test_policy import with_two_validators
from tests.changes.estate import NOW, Estate, at, draft, submitted
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, add_team, asked_of, sign
from tests.web.test_policy import in_force

pytestmark = pytest.mark.django_db


def told(rule: str = "approval.nobody") -> list[str]:
    return sorted(Notification.objects.filter(rule=rule).values_list("user__username", flat=True))


def refused_for(*needs: Any, **more: Any) -> NobodyToSign:
    with pytest.raises(NobodyToSign) as refused:
        a_round(*needs, **more)
    return refused.value


def test_shortage_is_told_to_the_contact_and_the_managers_once_an_hour() -> None:
    con, leila = add_person("con", Role.REQUESTER), add_person("leila", Role.CHANGE_MANAGER)
    team = add_team("risk", contact=con)
    refused = refused_for(a_need(Role.OWNER, "pay", team_id=team.pk), ref="CHG-7")
    assert not Round.objects.exists()
    for _ in range(2):
        shown = tell_shortage(actor=person(leila), refused=refused)
    assert shown.reason == refused.reason
    assert shown.remedy.endswith(f"{con} and {leila} were told.")
    assert told() == ["con", "leila"]
    note = Notification.objects.filter(rule="approval.nobody").first()
    assert note is not None
    assert note.title == "Nobody can sign CHG-7 as Service Owner for pay"
    entry = AuditEvent.objects.filter(
        event="approval.nobody", object_type="change", object_id="CHG-7"
    ).first()
    assert entry is not None
    said = json.loads(bytes(entry.entry))["data"]
    assert (said["role"], said["quorum"], len(said["told"])) == (Role.OWNER, 1, 2)


def test_shortage_without_any_contact_or_manager_says_nobody_was_told() -> None:
    ann = add_person("ann", Role.REQUESTER)
    shown = tell_shortage(actor=person(ann), refused=refused_for(a_need(Role.OWNER, "pay")))
    assert shown.remedy == "Ask a Change Manager to name someone for this role."
    assert told() == []


def test_shortage_of_a_quorum_says_how_many_are_wanted() -> None:
    add_person("val", Role.VALIDATOR)
    refused = refused_for(a_need(quorum=2))
    assert "fewer than 2 people who can sign as Model Validator" in refused.reason
    assert refused.need.quorum == 2


def nobody_validates(estate: Estate) -> None:
    RoleGrant.objects.filter(user=estate.people["tomasz"]).delete()
    Team.objects.update(escalation_contact=estate.people["ruth"])


def test_shortage_on_submission_is_said_on_the_page_and_told_at_once(estate: Estate, client: Client) -> None:
    change = draft(estate)
    nobody_validates(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        url = f"/changes/{change.ref}/edit/check/"
        assert "Nobody may sign this" in client.get(url).content.decode()
        answer = client.post(url, {"act": "submit"})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "There is nobody who can sign as Model Validator for credit-risk" in page
    assert "Ruth Adeyemi and Leila Haddad were told." in page
    assert told() == ["leila", "ruth"]
    change.refresh_from_db()
    assert change.state == "draft"


def test_shortage_of_a_quorum_and_a_later_stage_are_told_before_submission(
    estate: Estate, client: Client
) -> None:
    document = with_two_validators()
    document["rules"][0]["stage"] = 2
    in_force(estate, document)
    change = draft(estate)
    client.force_login(estate.people["amara"])
    url = f"/changes/{change.ref}/edit/check/"
    with at(NOW):
        page = client.get(url).content.decode()
        assert "2 must sign this, and 1 may" in page
        assert "Change Sponsor, in stage 2" in page
        add_person("second", Role.VALIDATOR, name="Second Pair")
        assert "2 of " in client.get(url).content.decode()


def test_shortage_of_a_proposed_policy_is_told_too(estate: Estate, client: Client) -> None:
    RoleGrant.objects.filter(user=estate.people["henrik"]).delete()
    client.force_login(estate.people["leila"])
    sent = {"document": json.dumps(with_two_validators()), "reason": "Two look closer.", "step": "propose"}
    answer = client.post("/policy/new/", sent)
    assert answer.status_code == 403
    assert "nobody who can sign as Change Sponsor" in answer.content.decode()
    assert told() == ["leila"]


def test_shortage_in_review_is_said_on_the_change_at_once(estate: Estate, client: Client) -> None:
    """Before the worker has handed it over or ended it, the page says already that it cannot go on."""
    with at(NOW):
        second = add_person("second", Role.VALIDATOR, name="Second Pair")
    in_force(estate, with_two_validators())
    change = submitted(estate)
    deactivate_person(actor=LOADER, user=second)
    client.force_login(estate.people["amara"])
    with at(NOW):
        page = client.get(f"/changes/{change.ref}/").content.decode()
        why = client.get(f"/changes/{change.ref}/asked/").content.decode()
    assert "Too few can sign as Model Validator" in page
    assert "Too few can sign" in why
    assert [one.requirement.role for one in standing(change.round) if one.too_few] == [Role.VALIDATOR]


def test_shortage_in_review_that_no_contact_can_take_ends_it_and_is_told_to_all_who_can_mend_it() -> None:
    leila, ann = add_person("leila", Role.CHANGE_MANAGER), add_person("ann", Role.REQUESTER)
    con, own = add_person("con", Role.SPONSOR), add_person("own", Role.OWNER)
    add_person("spo", Role.SPONSOR)
    team = add_team("risk", contact=con)
    round_ = a_round(a_need(Role.OWNER, "pay", team_id=team.pk), a_need(Role.SPONSOR), by=ann)
    sign(actor=person(con), requirement=asked_of(round_, Role.SPONSOR), digest=DIGEST, decision="approve")
    deactivate_person(actor=LOADER, user=own)
    task_reject_unreachable_rounds()
    round_.refresh_from_db()
    assert round_.state == RoundState.REJECTED
    assert told("approval.rejected") == ["ann"]
    assert told() == ["con", "leila"]
    assert leila.is_active
