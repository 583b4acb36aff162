"""Whose changes a person sees, and what of them."""

from django.db.models import CharField, DateTimeField, IntegerField, TextField

from apps.changes.enums import ChangeClass
from apps.changes.models import Change
from apps.changes.selectors import change_for, changes_visible_to, content_of
from apps.changes.selectors.frozen import as_submitted
from apps.changes.services import revise_change, withdraw_change
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


def test_change_being_revised_shows_nothing_of_the_edits_whatever_field_they_touch(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=fresh(change))
    edited = fresh(change)
    kept = {"id", "number", "state", "created_at", "updated_at"}
    for field in Change._meta.concrete_fields:
        if field.name in kept or field.is_relation:
            continue
        if field.name == "change_class":
            edited.change_class = ChangeClass.URGENT
        elif isinstance(field, DateTimeField):
            setattr(edited, field.name, None)
        elif isinstance(field, IntegerField):
            setattr(edited, field.name, 999)
        elif isinstance(field, CharField | TextField):
            setattr(edited, field.name, "edited")
    assert content_of(edited) != edited.revision.content
    assert content_of(as_submitted(edited)) == edited.revision.content
