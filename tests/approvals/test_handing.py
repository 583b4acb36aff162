"""An owner who leaves: what they would have signed goes to the team's contact, and never into the void."""

import pytest

from apps.accounts.enums import Role
from apps.accounts.selectors import grants_of
from apps.accounts.services import deactivate_person, revoke_role
from apps.approvals.enums import RoundState
from apps.approvals.rules import Barred
from apps.approvals.selectors import eligible_people, inbox_for, may_sign_now, standing
from apps.approvals.services import hand_over
from apps.approvals.tasks import task_reject_unreachable_rounds
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.outbox.models import Notification
from tests.approvals.test_covering import covering
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", ["deactivated", "last grant ended"])
def test_leaver_leaves_their_requirement_to_the_contact_of_the_team(how: str) -> None:
    leila = add_person("leila", Role.CHANGE_MANAGER)
    team = add_team("risk", contact=leila)
    own, ann = add_person("own", Role.OWNER, team=team), add_person("ann", Role.REQUESTER)
    round_ = a_round(a_need(Role.OWNER, "pay", team_id=team.pk), by=ann)
    asked = asked_of(round_, Role.OWNER, "pay")
    task_reject_unreachable_rounds()
    assert not may_sign_now(leila, asked)
    if how == "deactivated":
        deactivate_person(actor=LOADER, user=own)
    else:
        revoke_role(actor=LOADER, grant=grants_of(own)[0])
    for _ in range(2):
        task_reject_unreachable_rounds()
    asked.refresh_from_db()
    assert asked.handed_to == leila
    assert AuditEvent.objects.filter(event="approval.handed_over").count() == 1
    told = Notification.objects.filter(rule="approval.handed_over")
    assert set(told.values_list("user__username", flat=True)) == {"leila", "ann"}
    assert list(inbox_for(leila, "needs_me")) == [asked]
    assert eligible_people([asked])[asked.pk] == [leila]
    assert [row.waited_on for row in standing(round_)] == [[leila]]
    sign(actor=person(leila), requirement=asked, digest=DIGEST, decision="approve")
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED


@pytest.mark.parametrize("why", ["none", "barred", "gone", "another role", "no role", "auditor"])
def test_leaver_whose_contact_may_not_sign_leaves_nobody_so_the_round_is_rejected(why: str) -> None:
    roles = {"no role": [], "auditor": [Role.AUDITOR]}.get(why, [Role.CHANGE_MANAGER, Role.SPONSOR])
    leila = add_person("leila", *roles)
    team = add_team("risk", contact=None if why == "none" else leila)
    own = add_person("own", Role.OWNER, team=team)
    if why != "another role":
        add_person("spo", Role.SPONSOR)
    round_ = a_round(
        a_need(Role.OWNER, "pay", team_id=team.pk),
        a_need(Role.SPONSOR),
        barred=[Barred(leila.pk, "You asked for it.")] if why == "barred" else [],
    )
    if why == "gone":
        deactivate_person(actor=LOADER, user=leila)
    if why == "another role":
        mine = asked_of(round_, Role.SPONSOR)
        sign(actor=person(leila), requirement=mine, digest=DIGEST, decision="approve")
    deactivate_person(actor=LOADER, user=own)
    task_reject_unreachable_rounds()
    round_.refresh_from_db()
    assert round_.state == RoundState.REJECTED
    assert not AuditEvent.objects.filter(event="approval.handed_over").exists()


def test_leaver_leaves_no_deputy_behind() -> None:
    leila = add_person("leila", Role.CHANGE_MANAGER)
    team = add_team("risk", contact=leila)
    own, deputy = add_person("own", Role.OWNER, team=team), add_person("dep", Role.REQUESTER)
    covering(own, deputy)
    asked = asked_of(a_round(a_need(Role.OWNER, "pay", team_id=team.pk)), Role.OWNER, "pay")
    assert may_sign_now(deputy, asked)
    deactivate_person(actor=LOADER, user=own)
    task_reject_unreachable_rounds()
    asked.refresh_from_db()
    assert not may_sign_now(deputy, asked)
    assert may_sign_now(leila, asked)


def test_hand_over_gives_nothing_away_while_somebody_is_left() -> None:
    team = add_team("risk", contact=add_person("leila", Role.CHANGE_MANAGER))
    own = add_person("own", Role.OWNER, team=team)
    add_person("two", Role.OWNER)
    round_ = a_round(a_need(Role.OWNER, "pay", team_id=team.pk))
    deactivate_person(actor=LOADER, user=own)
    assert hand_over(actor=LOADER, round=round_) == []
