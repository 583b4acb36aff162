"""A signature that is taken back late: those who can sign then get time, and nothing is given up at once."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.enums import Role
from apps.approvals.enums import RoundState
from apps.approvals.services import remind
from apps.approvals.tasks import task_remind_approvals
from apps.core import clock
from apps.core.actors import person
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, sign, take_back

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_signature_taken_back_long_after_it_was_due_leaves_others_the_time_after_the_last_word() -> None:
    with clock.moved_to(START - timedelta(days=1)):
        val, _ = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    with clock.moved_to(START):
        round_ = a_round(a_need(hours=1), a_need(Role.SPONSOR, hours=300))
        asked = asked_of(round_, Role.VALIDATOR)
    with clock.moved_to(START + timedelta(hours=5)):
        remind()
        sign(actor=person(val), requirement=asked, digest=DIGEST, decision="approve")
    for hours, state in ((100, RoundState.OPEN), (121, RoundState.OPEN), (122, RoundState.EXPIRED)):
        with clock.moved_to(START + timedelta(hours=hours)):
            if hours == 100:
                take_back(val, asked)
            task_remind_approvals()
        round_.refresh_from_db()
        assert round_.state == state, hours
