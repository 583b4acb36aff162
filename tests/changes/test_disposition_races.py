"""Two people at one conflict at the same moment, and a waiver that is taken back while a change starts."""

from functools import partial

import pytest

from apps.calendar.models import Disposition, FreezeOutcome
from apps.calendar.services import outcomes
from apps.changes.enums import ChangeState
from apps.changes.services import change_outcome, end_disposition, link_after, start_change
from apps.changes.tasks import task_settle_changes
from apps.core.errors import Conflict, PolicyBlocked
from tests.changes.estate import IN_WINDOW, NOW, approved, at, fresh, make_estate
from tests.changes.test_dispositions import WHY, granted, met, two, waived
from tests.changes.test_freeze_outcomes import frozen
from tests.races import after, at_once, failures, slow_to_record

pytestmark = pytest.mark.django_db(transaction=True)


def test_settle_when_two_do_at_once_takes_one() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    with at(NOW):
        calls = [
            partial(link_after, actor=estate.actor(name), conflict=conflict, first=first.ref, reason=WHY)
            for name, first in (("amara", one), ("leila", other))
        ]
        results = at_once(*calls)
    assert len(failures(results)) == 1
    assert Disposition.objects.filter(ended_at=None, part_of=None).count() == 1


def test_start_when_the_waiver_is_taken_back_at_once_is_one_or_the_other() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waiver = waived(estate, conflict)
    granted(estate, waiver)
    with at(NOW):
        task_settle_changes()
    assert fresh(one).state == ChangeState.APPROVED
    with at(IN_WINDOW):
        started, ended = at_once(
            partial(start_change, actor=estate.actor("amara"), change=fresh(one)),
            partial(end_disposition, actor=estate.actor("leila"), disposition=waiver),
        )
        assert not isinstance(ended, Exception)
        assert isinstance(started, PolicyBlocked) == (fresh(one).state == ChangeState.APPROVED)
        assert met(one.ref).blocking


def test_outcome_when_two_are_said_at_once_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = make_estate()
    change = approved(estate)
    period = frozen(estate, change)
    about_to = slow_to_record(monkeypatch, outcomes)
    with at(NOW):
        says = partial(
            change_outcome,
            actor=estate.actor("leila"),
            period=period,
            booking=change.booking,
            outcome="exempt",
        )
        second = after(about_to, partial(says, reason="The model is wrong without it."))
        _, refused = at_once(partial(says, reason=WHY), second)
    assert isinstance(refused, Conflict)
    said, exempt = FreezeOutcome.objects.get(), Disposition.objects.get()
    assert (said.outcome, said.reason, exempt.reason) == ("exempt", WHY, WHY)
