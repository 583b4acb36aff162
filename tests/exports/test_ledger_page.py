"""What each person may read of the ledger, page by page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.services import record_failed_sign_in
from apps.audit.selectors import Filters
from apps.audit.services import record_event
from apps.audit.services.keeper import as_keeper
from apps.changes.services import revise_change, save_impact, submit_change
from apps.core import actors
from apps.exports import selectors
from tests.changes.estate import NOW, at, draft, make_estate
from tests.exports.test_jobs import person


@pytest.fixture
def ledger(small_ledger):
    with transaction.atomic():
        record_event(event="token.issued", actor=actors.person(small_ledger), obj=("token", "ab12"))
    return small_ledger


def test_ledger_read_by_role_shows_guarded_entries_to_overseers_alone(ledger) -> None:
    nobody = person("nobody")
    validator, auditor = person("val", Role.VALIDATOR), person("aud", Role.AUDITOR)
    counts = {
        reader: len(selectors.ledger_entries_for(reader, Filters()).entries)
        for reader in (None, AnonymousUser(), nobody, validator, auditor)
    }
    assert list(counts.values()) == [0, 0, 0, 15, 16]
    assert selectors.ledger_count_for(validator, Filters()) == 15
    assert selectors.ledger_count_for(auditor, Filters(), cap=7) == 7
    token = selectors.ledger_entries_for(auditor, Filters(object_type="token")).entries[0]
    assert selectors.ledger_entry_for(validator, token.number) is None
    entry, proof = selectors.ledger_entry_for(auditor, token.number)
    assert (entry.leaf, proof) == (None, None)


def test_ledger_hides_failed_sign_ins_from_all_but_overseers(ledger) -> None:
    record_failed_sign_in(username="a password")
    asked = Filters(events=("person.sign_in_failed",))
    assert selectors.ledger_count_for(person("val", Role.VALIDATOR), asked) == 0
    assert selectors.ledger_count_for(person("aud", Role.AUDITOR), asked) == 1


@pytest.mark.django_db
def test_ledger_shows_a_draft_to_its_requester_and_overseers_alone() -> None:
    estate = make_estate()
    change = draft(estate)
    asked = Filters(object_type="change", object_id=change.ref)

    def seen() -> list[int]:
        readers = ("amara", "henrik", "leila", "ruth")
        return [selectors.ledger_count_for(estate.people[name], asked) for name in readers]

    assert seen() == [6, 0, 6, 6]
    number = selectors.ledger_entries_for(estate.people["amara"], asked).entries[0].number
    assert selectors.ledger_entry_for(estate.people["henrik"], number) is None
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=change)
    whole = seen()
    assert len(set(whole)) == 1
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        save_impact(actor=estate.actor("amara"), change=change, notes=[])
    # What they read of it is that it was revised; its edits come back when it is submitted again.
    mine, other, *overseeing = seen()
    assert overseeing == [mine, mine]
    assert other == mine - 6
    assert not selectors.ledger_count_for(estate.people["henrik"], replace(asked, events=("change.edited",)))


def test_ledger_pages_hold_every_entry_once_newest_first(ledger) -> None:
    auditor = person("aud", Role.AUDITOR)
    after, numbers = None, []
    while True:
        page = selectors.ledger_entries_for(auditor, Filters(), after=after, limit=4)
        numbers += [entry.number for entry in page.entries]
        after = page.after
        if after is None:
            break
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 16


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(start=datetime(2026, 3, 2, 12, tzinfo=UTC), end=datetime(2026, 3, 3, 12, tzinfo=UTC)), 3),
        (Filters(events=("change.noted",)), 15),
        (Filters(events=("change.",)), 15),
        (Filters(events=("chang",)), 0),
        (Filters(events=("token.", "change.other")), 1),
        (Filters(actors=("system:beat",)), 5),
        (Filters(actors=("system:",)), 5),
        (Filters(object_type="change", object_id="CHG-2"), 5),
        (Filters(object_type="change", object_id="CHG-2", actors=("system:",)), 0),
    ],
)
def test_ledger_filters_leave_what_they_say(ledger, filters, count) -> None:
    auditor = person("aud", Role.AUDITOR)
    assert len(selectors.ledger_entries_for(auditor, filters).entries) == count


@pytest.mark.parametrize("limit", [1, 15])
def test_ledger_page_costs_the_same_whatever_it_holds(ledger, limit, django_assert_num_queries) -> None:
    auditor = person("aud", Role.AUDITOR)
    with django_assert_num_queries(3):
        selectors.ledger_entries_for(auditor, Filters(), limit=limit)


def test_ledger_entry_shows_private_texts_and_what_was_erased(ledger) -> None:
    auditor = person("aud", Role.AUDITOR)
    entries = selectors.ledger_entries_for(auditor, Filters(object_id="CHG-1")).entries
    with as_keeper():
        entries[0].event.texts.all().delete()
    again = selectors.ledger_entries_for(auditor, Filters(object_id="CHG-1")).entries
    assert again[0].private == {"comment": None}
    assert again[1].private["comment"].startswith("=1+1")
    entry, proof = selectors.ledger_entry_for(auditor, again[1].number)
    assert proof.index == entry.leaf
