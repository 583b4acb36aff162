"""What each person may read of the ledger, page by page."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from apps.accounts.enums import Role
from apps.audit.selectors import Filters
from apps.audit.services import record_event
from apps.core import actors
from apps.exports import selectors
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
    entries[0].event.texts.all().delete()
    again = selectors.ledger_entries_for(auditor, Filters(object_id="CHG-1")).entries
    assert again[0].private == {"comment": None}
    assert again[1].private["comment"].startswith("=1+1")
    entry, proof = selectors.ledger_entry_for(auditor, again[1].number)
    assert proof.index == entry.leaf
