"""Two people at the same moment: one of them wins, the other is told, and nothing happens twice."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from apps.approvals.models import Requirement
from apps.approvals.services import sign
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.services import revise_change, start_draft, submit_change, withdraw_change
from apps.core.errors import PortalError
from tests.changes.estate import NOW, at, draft, fresh, make_estate, sign_all, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each in a thread of its own; return what each gave or raised."""
    barrier, results = Barrier(len(acts)), dict[int, object]()

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            with at(NOW):
                results[place] = act()
        except Exception as error:  # noqa: BLE001
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [results[place] for place in range(len(acts))]


def failures(results: list[object]) -> list[object]:
    return [one for one in results if isinstance(one, Exception)]


def test_many_submits_at_once_make_one_revision() -> None:
    estate = make_estate()
    change, actor = draft(estate), estate.actor("amara")
    results = together(*[lambda: submit_change(actor=actor, change=change)] * 4)
    assert len(failures(results)) == 3
    assert all(isinstance(one, PortalError) for one in failures(results))
    assert change.revisions.count() == 1
    assert AuditEvent.objects.filter(event="change.submitted").count() == 1
    assert Requirement.objects.filter(round__subject_ref=change.ref).count() == 3


def test_drafts_at_once_get_different_numbers() -> None:
    estate = make_estate()
    results: list[Any] = together(*[lambda: start_draft(actor=estate.actor("amara"))] * 6)
    assert len({one.number for one in results}) == 6


def test_last_signature_and_withdrawal_at_once_end_in_one_state() -> None:
    estate = make_estate()
    change: Any = submitted(estate)
    last = Requirement.objects.get(round=change.round, role="owner")
    for role, name in (("sponsor", "henrik"), ("validator", "tomasz")):
        with at(NOW):
            asked = Requirement.objects.get(round=change.round, role=role)
            sign(actor=estate.actor(name), requirement=asked, digest=change.round.digest, decision="approve")
    results = together(
        lambda: sign(
            actor=estate.actor("priya"), requirement=last, digest=change.round.digest, decision="approve"
        ),
        lambda: withdraw_change(actor=estate.actor("amara"), change=change, reason="No longer needed"),
    )
    # Approved and then withdrawn, or withdrawn before the signature: never approved in the end.
    assert all(isinstance(one, PortalError) for one in failures(results)), results
    assert fresh(change).state == ChangeState.WITHDRAWN
    assert fresh(change).booking.state == "released"


def test_revise_and_sign_at_once_leave_no_signature_on_what_is_not_asked() -> None:
    estate = make_estate()
    change: Any = submitted(estate)
    asked = Requirement.objects.get(round=change.round, role="sponsor")
    results = together(
        lambda: sign(
            actor=estate.actor("henrik"), requirement=asked, digest=change.round.digest, decision="approve"
        ),
        lambda: revise_change(actor=estate.actor("amara"), change=change),
    )
    assert all(isinstance(one, PortalError) for one in failures(results)), results
    assert fresh(change).state == ChangeState.DRAFT
    with at(NOW):
        again: Any = submit_change(actor=estate.actor("amara"), change=change)
    assert again.revision.number == 2
    sign_all(estate, again)
    assert fresh(change).state == ChangeState.APPROVED
