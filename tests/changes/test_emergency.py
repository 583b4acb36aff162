"""An urgent change that goes ahead before everyone has signed, from end to end."""

from functools import partial
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import BreakGlassEnd, RoundState
from apps.approvals.models import BreakGlass
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import standing
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.selectors import blockers_of, changes_visible_to, waiting_to_settle, went_ahead
from apps.changes.services import (
    close_change,
    complete_change,
    hold_change,
    let_go_ahead,
    resume_change,
    revise_change,
    save_when,
    settle_all,
    show_letting_go,
    start_change,
    submit_change,
    withdraw_change,
)
from apps.core import actors, clock
from apps.core.errors import Forbidden, IllegalTransition, PolicyBlocked, PortalError, Stale
from apps.insights.selectors import briefing_for
from apps.outbox.models import Notification
from tests.changes.estate import (
    END,
    IN_WINDOW,
    NOW,
    START,
    Estate,
    at,
    draft,
    fresh,
    sign_all,
    submitted,
    together,
)
from tests.changes.test_settling import freeze
from tests.people import sign

LINK = "https://incidents.example.org/INC-7"


def urgent(estate: Estate, **options: Any) -> Any:
    """Return an urgent change in review."""
    change = draft(estate, **options)
    with at(NOW):
        save_when(
            actor=estate.actor("amara"),
            change=change,
            change_class="urgent",
            time_zone="Europe/London",
            local_start=options.get("start", START),
            local_end=options.get("end", END),
        )
        return submit_change(actor=estate.actor("amara"), change=fresh(change))


def let_go(estate: Estate, change: Any, name: str = "leila") -> Any:
    """Let a change go ahead, as a person does on the page."""
    actor = estate.actor(name)
    with at(NOW):
        intent = show_letting_go(actor=actor, change=change, session="test")
        return let_go_ahead(
            actor=actor,
            change=change,
            digest=intent.digest,
            reason="Refusals doubled within the hour.",
            incident=LINK,
            proof=Proof(intent.nonce, "test", "password", clock.now()),
        )


def started(estate: Estate) -> Any:
    change = let_go(estate, urgent(estate))
    with at(IN_WINDOW):
        return start_change(actor=estate.actor("amara"), change=fresh(change))


def refuse(estate: Estate, change: Any) -> None:
    """Let the validator refuse what they are still asked."""
    with at(NOW):
        asked = next(one for one in standing(change.round) if one.requirement.role == Role.VALIDATOR)
        sign(
            actor=estate.actor("tomasz"),
            requirement=asked.requirement,
            digest=change.round.digest,
            decision="reject",
            note="It was not needed.",
        )


def told_of_refusals() -> set[str]:
    """Return what people were told of refusals, without the title of the change."""
    found = Notification.objects.filter(rule="approval.refused_afterwards")
    assert found
    return {one.body.partition("\n\n")[2] for one in found}


def test_urgent_change_goes_ahead_with_one_signature_and_the_others_sign_afterwards(estate: Estate) -> None:
    change = started(estate)
    assert change.state == ChangeState.IN_PROGRESS
    with at(IN_WINDOW):
        change = complete_change(actor=estate.actor("amara"), change=change)
    sign_all(estate, fresh(change))
    change = fresh(change)
    assert change.state == ChangeState.COMPLETED
    assert change.round.state == RoundState.APPROVED
    assert BreakGlass.objects.get().end == BreakGlassEnd.SIGNED


def test_approval_by_going_ahead_is_told_from_one_by_every_signature(estate: Estate) -> None:
    let_go(estate, urgent(estate))
    entry = AuditEvent.objects.get(event="change.approved")
    assert b'"went_ahead":true' in bytes(entry.entry)


def test_change_that_is_not_urgent_does_not_go_ahead(estate: Estate) -> None:
    with pytest.raises(IllegalTransition, match="Only an urgent one"):
        let_go(estate, submitted(estate))


@pytest.mark.parametrize("name", ["henrik", "meilin", "tomasz", "priya", "ruth"])
def test_role_that_the_policy_does_not_name_lets_nothing_go_ahead(estate: Estate, name: str) -> None:
    change = urgent(estate)
    with pytest.raises(Forbidden, match="You may not let this go ahead"):
        let_go(estate, change, name)
    assert fresh(change).state == ChangeState.IN_REVIEW


def test_requester_never_lets_their_own_change_go_ahead_though_they_manage(estate: Estate) -> None:
    RoleGrant.objects.create(user=estate.people["amara"], role=Role.CHANGE_MANAGER, valid_from=NOW)
    User.objects.filter(username="amara").update(is_superuser=True, is_staff=True)
    with pytest.raises(Forbidden, match="Nobody approves their own"):
        let_go(estate, urgent(estate), "amara")


def test_author_of_the_model_never_lets_it_go_ahead_though_they_manage(estate: Estate) -> None:
    estate.components["credit-risk"].versions.filter(version="2").update(author=estate.people["leila"])
    with pytest.raises(Forbidden, match="You made version 2"):
        let_go(estate, urgent(estate))


def test_manager_of_another_component_lets_nothing_go_ahead(estate: Estate) -> None:
    RoleGrant.objects.filter(user=estate.people["leila"]).update(
        scope="component", component_key="model:default/elsewhere"
    )
    change = urgent(estate)
    with pytest.raises(Forbidden):
        let_go(estate, change)
    RoleGrant.objects.filter(user=estate.people["leila"]).update(component_key="model:default/credit-risk")
    assert let_go(estate, change).state == ChangeState.APPROVED


def test_change_that_went_ahead_waits_for_a_freeze_as_any_other(estate: Estate) -> None:
    change = urgent(estate)
    with at(NOW):
        freeze(estate)
    change = let_go(estate, change)
    assert change.state == ChangeState.IN_REVIEW
    assert waiting_to_settle() == []
    with at(NOW):
        from apps.calendar.models import Period
        from apps.calendar.services import lift_period

        lift_period(actor=estate.actor("leila"), period=Period.objects.get(), reason="Over")
        settle_all(actor=actors.system("calendar"), ids=waiting_to_settle())
    assert fresh(change).state == ChangeState.APPROVED


def test_refusal_before_it_starts_rejects_the_change(estate: Estate) -> None:
    change = let_go(estate, urgent(estate))
    refuse(estate, change)
    assert fresh(change).state == ChangeState.REJECTED
    assert BreakGlass.objects.get().end == BreakGlassEnd.REFUSED
    assert told_of_refusals() == {"It did not start. Nothing has to be undone."}
    assert "refused before it started" in briefing_for(fresh(change)).decision.text


def test_refusal_after_it_started_leaves_it_running_and_has_a_name(estate: Estate) -> None:
    change = started(estate)
    refuse(estate, change)
    change = fresh(change)
    assert change.state == ChangeState.IN_PROGRESS
    assert BreakGlass.objects.get().end == BreakGlassEnd.REFUSED
    assert AuditEvent.objects.filter(event="approval.refused_afterwards").count() == 1
    assert "refused afterwards" in briefing_for(change).decision.text
    assert told_of_refusals() == {
        "Nothing is undone by itself. Decide whether to go back, and say so in its review."
    }


def test_change_that_went_ahead_is_not_closed_until_everyone_has_signed(estate: Estate) -> None:
    change = started(estate)
    with at(IN_WINDOW):
        change = complete_change(actor=estate.actor("amara"), change=change)
        with pytest.raises(PolicyBlocked, match="not all signed since"):
            close_change(actor=estate.actor("amara"), change=change)
    sign_all(estate, fresh(change))
    with at(IN_WINDOW), pytest.raises(PolicyBlocked) as error:
        close_change(actor=estate.actor("amara"), change=fresh(change))
    assert "review" in error.value.reason.lower()


@pytest.mark.parametrize(
    "let_go_of",
    [revise_change, partial(withdraw_change, reason="It passed by itself.")],
)
def test_change_given_up_before_it_started_never_used_its_going_ahead(estate: Estate, let_go_of: Any) -> None:
    change = let_go(estate, urgent(estate))
    with at(NOW):
        let_go_of(actor=estate.actor("amara"), change=change)
    assert BreakGlass.objects.get().end == BreakGlassEnd.UNUSED


def test_held_change_that_went_ahead_may_go_again_when_it_is_resumed(estate: Estate) -> None:
    change = let_go(estate, urgent(estate))
    with at(NOW):
        change = hold_change(actor=estate.actor("leila"), change=change, reason="Wait.")
        change = resume_change(actor=estate.actor("leila"), change=change)
    assert change.state == ChangeState.APPROVED


def test_missing_signatures_of_what_went_ahead_are_warnings(estate: Estate) -> None:
    change = let_go(estate, urgent(estate))
    with at(IN_WINDOW):
        assert all(one.warning for one in blockers_of(fresh(change)))


def test_what_went_ahead_is_listed_until_it_is_signed(estate: Estate) -> None:
    change = let_go(estate, urgent(estate))
    visible = changes_visible_to(estate.people["ruth"])
    with at(NOW):
        found = went_ahead(visible)
        assert [(one.change.ref, one.overdue, one.missing > 1) for one in found] == [
            (change.ref, False, True)
        ]
    sign_all(estate, fresh(change))
    assert went_ahead(visible) == []


def test_briefing_never_says_that_everyone_signed_when_it_went_ahead(estate: Estate) -> None:
    with at(NOW):
        change = fresh(let_go(estate, urgent(estate)))
        decision = briefing_for(change).decision
    assert "Everyone asked has signed" not in decision.text
    assert "asked afterwards" in decision.text
    assert decision.heading == "It may go ahead before everyone has signed"
    with at(IN_WINDOW):
        change = start_change(actor=estate.actor("amara"), change=change)
        assert briefing_for(change).decision.heading == "It went ahead before everyone had signed"


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_let_it_go_ahead_once(django_db_blocker: Any) -> None:
    from tests.changes.estate import make_estate

    estate = make_estate()
    other = User.objects.create_user("nils", "nils@example.org", "a good secret")
    RoleGrant.objects.create(user=other, role=Role.CHANGE_MANAGER, valid_from=NOW)
    estate.people["nils"] = other
    for _ in range(5):
        change = urgent(estate)
        results = together(partial(let_go, estate, change, "leila"), partial(let_go, estate, change, "nils"))
        assert sum(isinstance(result, Stale) for result in results) == 1
        assert fresh(change).state == ChangeState.APPROVED
        assert BreakGlass.objects.filter(round=fresh(change).round).count() == 1
        with at(NOW):
            withdraw_change(actor=estate.actor("amara"), change=fresh(change), reason="Next.")


@pytest.mark.django_db(transaction=True)
def test_going_ahead_as_someone_rejects_leaves_one_outcome() -> None:
    from tests.changes.estate import make_estate

    estate = make_estate()
    for _ in range(8):
        change = urgent(estate)
        ahead, _refused = together(partial(let_go, estate, change), partial(refuse, estate, change))
        change = fresh(change)
        if isinstance(ahead, PortalError):
            assert change.state == ChangeState.REJECTED
        elif change.state == ChangeState.REJECTED:
            assert BreakGlass.objects.get(round=change.round).end == BreakGlassEnd.REFUSED
        else:
            assert change.state == ChangeState.APPROVED
            assert BreakGlass.objects.get(round=change.round).end == ""
            with at(NOW):
                withdraw_change(actor=estate.actor("amara"), change=change, reason="Next.")
