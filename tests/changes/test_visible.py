"""Whose changes a person sees."""

from apps.changes.selectors import change_for, changes_visible_to
from apps.changes.services import withdraw_change
from tests.changes.estate import NOW, Estate, at, draft, fresh, submitted


def seen_by(estate: Estate, name: str) -> set[str]:
    return {change.ref for change in changes_visible_to(estate.people[name])}


def test_draft_withdrawn_before_anyone_else_saw_it_stays_its_requesters(estate: Estate) -> None:
    change = draft(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=fresh(change), reason="A false start")
    assert seen_by(estate, "amara") == {change.ref}
    assert seen_by(estate, "tomasz") == set()
    assert change_for(estate.people["tomasz"], change.ref) is None


def test_change_withdrawn_after_it_was_submitted_stays_open_to_all(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=fresh(change), reason="Not needed any more")
    assert seen_by(estate, "tomasz") == {change.ref}
