"""Two people at the same moment: one of them wins, the other is told, and nothing happens twice."""

import time
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.services import (
    revise_change,
    start_change,
    start_draft,
    submit_change,
    withdraw_change,
)
from apps.core.errors import PolicyBlocked, PortalError, Stale
from tests.changes.estate import (
    IN_WINDOW,
    NOW,
    Estate,
    approved,
    at,
    draft,
    fresh,
    make_estate,
    sign_all,
    submitted,
    together,
)
from tests.changes.test_settling import freeze
from tests.people import sign
from tests.races import failures

pytestmark = pytest.mark.django_db(transaction=True)


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


def waits_for_the_calendar() -> None:
    """Return once somebody waits for the calendar's lock, or after two seconds in which nobody did."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


def during_a_freeze(estate: Estate, act: Callable[[], object]) -> object:
    """Do something while a freeze is declared but not committed; return what it gave or raised."""
    results: list[object] = []
    thread = Thread(target=lambda: results.extend(together(act)))
    with transaction.atomic():
        freeze(estate)
        thread.start()
        waits_for_the_calendar()
    thread.join(30)
    return results[0]


def test_start_while_a_freeze_is_declared_waits_for_it_and_is_refused() -> None:
    estate = make_estate()
    change: Any = approved(estate)

    def start() -> object:
        with at(IN_WINDOW):
            return start_change(actor=estate.actor("amara"), change=change)

    assert isinstance(during_a_freeze(estate, start), PolicyBlocked)
    assert fresh(change).state == ChangeState.APPROVED
    assert fresh(change).booking.state == "planned"


def test_last_signature_while_a_freeze_is_declared_does_not_approve() -> None:
    estate = make_estate()
    change: Any = submitted(estate)
    result = during_a_freeze(estate, lambda: sign_all(estate, change))
    assert result is None
    assert fresh(change).state == ChangeState.IN_REVIEW


def test_withdraw_while_a_submit_opens_a_round_is_stale() -> None:
    estate = make_estate()
    change: Any = draft(estate)
    results: list[object] = []
    withdraw = partial(withdraw_change, actor=estate.actor("amara"), change=change, reason="No longer needed")
    thread = Thread(target=lambda: results.extend(together(withdraw)))
    with transaction.atomic(), at(NOW):
        submit_change(actor=estate.actor("amara"), change=change)
        thread.start()
        time.sleep(1)
    thread.join(30)
    assert isinstance(results[0], Stale), results
    assert fresh(change).state == ChangeState.IN_REVIEW
