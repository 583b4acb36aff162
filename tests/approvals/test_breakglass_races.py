"""Going ahead and signing at the same moment, with real threads and real transactions."""

from collections.abc import Callable

import pytest
from django.db import connection

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import BreakGlassEnd, RoundState
from apps.approvals.models import BreakGlass, Round, Signature
from apps.audit.models import AuditEvent
from apps.core.errors import PortalError, Stale
from tests.approvals.test_breakglass import let_go, urgent
from tests.people import a_need, add_person, asked_of
from tests.races import at_once, signing

pytestmark = pytest.mark.django_db(transaction=True)


def letting_go(user: User, round_: Round) -> Callable[[], object]:
    """Return a call that lets a round go ahead."""
    return lambda: let_go(user, round_, session=f"of {user.pk}")


def test_go_ahead_by_two_people_at_once_is_one() -> None:
    managers = [add_person(f"man{n}", Role.CHANGE_MANAGER) for n in range(2)]
    add_person("val", Role.VALIDATOR)
    for _ in range(20):
        round_ = urgent(a_need())
        results = at_once(*[letting_go(user, round_) for user in managers])
        assert sorted(type(result).__name__ for result in results) == ["BreakGlass", "Stale"]
        assert BreakGlass.objects.filter(round=round_).count() == 1
    assert AuditEvent.objects.filter(event="approval.went_ahead").count() == 20


def test_go_ahead_sent_twenty_times_at_once_is_one() -> None:
    manager = add_person("man", Role.CHANGE_MANAGER)
    add_person("val", Role.VALIDATOR)
    round_ = urgent(a_need())
    results = at_once(*[letting_go(manager, round_)] * 20)
    assert {result.pk for result in results if isinstance(result, BreakGlass)} == {
        BreakGlass.objects.get().pk
    }
    assert len(results) == 20
    assert AuditEvent.objects.filter(event="approval.went_ahead").count() == 1


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_go_ahead_as_the_last_signature_arrives_leaves_one_story(decision: str) -> None:
    manager, val = add_person("man", Role.CHANGE_MANAGER), add_person("val", Role.VALIDATOR)
    firsts = set()
    for _ in range(20):
        round_ = urgent(a_need())
        asked = asked_of(round_, Role.VALIDATOR)
        ahead, signed = at_once(letting_go(manager, round_), signing(val, asked, decision))
        round_.refresh_from_db()
        firsts.add((type(ahead).__name__, type(signed).__name__))
        if isinstance(ahead, BreakGlass):
            ahead.refresh_from_db()
            # The signature came after, and was shown as such; or it was shown before, and was sent back.
            if isinstance(signed, Signature):
                ends = {"approve": BreakGlassEnd.SIGNED, "reject": BreakGlassEnd.REFUSED}
                assert ahead.end == ends[decision]
                assert "gone ahead" in signed.meaning
            else:
                assert isinstance(signed, Stale)
                assert (ahead.end, round_.state) == ("", RoundState.OPEN)
        else:
            assert isinstance(ahead, PortalError)
            assert isinstance(signed, Signature)
            assert "gone ahead" not in signed.meaning
            assert round_.went_ahead_at is None
        connection.close()
    assert firsts
