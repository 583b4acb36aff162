"""Standard changes that two people act on at once."""

from dataclasses import replace
from functools import partial

import pytest

from apps.approvals.enums import RoundState
from apps.changes.enums import StandardState
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.selectors import shown_version
from apps.changes.services import (
    fail_change,
    retire_standard,
    save_when,
    start_change,
    submit_change,
    using_standards,
    withdraw_change,
    withdraw_standard,
    write_standard,
)
from apps.core import actors
from apps.core.errors import PortalError
from tests.changes.estate import IN_WINDOW, NOW, at, fresh, make_estate, sign_all, together
from tests.changes.standards import GIVEN, decide_version, in_force, low_risk, made, proposed, sent
from tests.races import after, at_once, slow_to_record


@pytest.mark.django_db(transaction=True)
def test_two_versions_begun_at_once_leave_one() -> None:
    estate = make_estate()
    standard = in_force(estate)
    begin = partial(write_standard, given=GIVEN, standard=standard)
    for _ in range(3):
        results = together(
            partial(begin, actor=estate.actor("leila")), partial(begin, actor=estate.actor("amara"))
        )
        kinds = sorted(type(one).__name__ for one in results)
        assert kinds == ["Forbidden", "StandardVersion"], results
        with at(NOW):
            version = StandardVersion.objects.get(state="draft")
            withdraw_standard(actor=actors.person(version.author), version=version)


@pytest.mark.django_db(transaction=True)
def test_two_submissions_take_the_last_use_once() -> None:
    estate = make_estate()
    standard = in_force(estate, replace(GIVEN, most_uses=1))
    for hour in range(3):
        start, end = f"2026-11-{20 + hour}T06:00", f"2026-11-{20 + hour}T07:00"
        drafts = [made(estate, standard) for _ in range(2)]
        with at(NOW):
            for number, change in enumerate(drafts):
                save_when(
                    actor=estate.actor("amara"), change=change, change_class="standard", time_zone="Europe/London",
                    local_start=start.replace("06:", f"{10 + 2 * number}:"),
                    local_end=end.replace("07:", f"{11 + 2 * number}:"),
                )  # fmt: skip
        submits = [partial(submit_change, actor=estate.actor("amara"), change=fresh(one)) for one in drafts]
        results = together(*submits)
        assert not [one for one in results if isinstance(one, Exception)], results
        assert sorted(fresh(one).change_class for one in drafts) == ["normal", "standard"]
        with at(NOW):
            for one in drafts:
                withdraw_change(actor=estate.actor("amara"), change=fresh(one), reason="Next.")


@pytest.mark.django_db(transaction=True)
def test_last_approval_and_retiring_at_once_leave_one_truth() -> None:
    estate = make_estate()
    low_risk()
    for turn in range(3):
        version = decide_version(estate, proposed(estate, replace(GIVEN, title=f"Turn {turn}")), but="owner")
        retire = partial(
            retire_standard, actor=estate.actor("leila"), standard=version.standard, reason="No more."
        )
        results = together(partial(decide_version, estate, version), retire)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, PortalError)]
        version.refresh_from_db()
        standard = Standard.objects.get(pk=version.standard_id)
        assert standard.retired_at is not None
        assert version.state in (StandardState.IN_FORCE, StandardState.WITHDRAWN)
        assert version.round is not None
        version.round.refresh_from_db()
        assert version.round.state != RoundState.OPEN


@pytest.mark.django_db(transaction=True)
def test_last_approval_as_a_use_fails_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = make_estate()
    standard = in_force(estate)
    change = sent(estate, standard)
    sign_all(estate, change)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(change))
    version = decide_version(estate, proposed(estate, standard=standard), but="owner")
    recording = slow_to_record(monkeypatch, using_standards)
    ending = partial(
        fail_change, actor=estate.actor("amara"), change=fresh(change), reason="Refusals doubled."
    )

    def fail() -> object:
        with at(IN_WINDOW):
            return ending()

    failed, approved = at_once(fail, after(recording, partial(decide_version, estate, version)))
    assert isinstance(failed, Change)
    assert isinstance(approved, StandardVersion)
    assert (failed.state, approved.state) == ("failed", StandardState.IN_FORCE)
    assert shown_version(Standard.objects.get()).number == 2
