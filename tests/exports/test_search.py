"""Finding entries by words, by component and by change."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.audit.selectors import Filters, matching
from apps.audit.services import erase_texts, record_event
from apps.cards.models import ModelCard
from apps.changes.services import save_why, withdraw_change
from apps.core import actors, clock
from apps.exports import selectors
from tests.changes.estate import draft, make_estate, submitted
from tests.people import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> User:
    return add_person("ruth.audits", Role.AUDITOR)


def write(kind: str = "change", ident: str = "CHG-1", event: str = "change.noted", **texts: str) -> int:
    by = actors.system("beat")
    with transaction.atomic():
        return record_event(event=event, actor=by, obj=(kind, ident), private=texts)


def found(reader: User, text: str = "", **more: str) -> set[int]:
    page = selectors.ledger_entries_for(reader, Filters(text=text, **more), limit=500)
    assert page.reached is None
    return {entry.number for entry in page.entries}


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("threshold", True),
        ("THRESH", True),
        ("reshold", False),
        ("fairness threshold", True),
        ("threshold zebra", False),
        ("0.85", True),
        ("signed-off", True),
        ("Łódź", True),
        ("'; drop table audit_text; --", False),
        ("thr:* & !x | (", False),
        ("&", True),  # no letters: nothing is asked
        ("at", True),
        ("a", False),  # too short to begin a word
        ("\x00", True),
    ],
)
def test_search_finds_words_and_their_beginnings_in_private_texts(auditor, text: str, hit: bool) -> None:
    entry = write(note="The fairness threshold of 0.85 was signed-off at Łódź")
    assert (entry in found(auditor, text)) is hit


def test_search_never_finds_an_erased_text(auditor) -> None:
    entry = write(note="zanzibar")
    assert found(auditor, "zanzibar") == {entry}
    erase_texts(actor=actors.person(auditor), obj=("change", "CHG-1"), entries=[entry], reason="They asked.")
    assert found(auditor, "zanzibar") == set()


def test_search_leaves_guarded_records_to_overseers(auditor) -> None:
    entry = write("person", "7", "person.created", name="Zaphod Beeble")
    assert found(auditor, "zaphod") == {entry}
    assert found(add_person("val", Role.VALIDATOR), "zaphod") == set()
    assert found(add_person("nobody"), "zaphod") == set()


def test_search_finds_events_records_and_people_by_name(auditor) -> None:
    priya = add_person("priya.r", Role.OWNER)
    User.objects.filter(pk=priya.pk).update(first_name="Priya", last_name="Raghunathan")
    with transaction.atomic():
        signed = record_event(event="approval.signed", actor=actors.person(priya), obj=("change", "CHG-8"))
        token = record_event(event="change.noted", actor=actors.token(priya, "ab12"), obj=("change", "CHG-9"))
    card = write("card", "CARD-8", "card.published")
    assert found(auditor, "raghu") >= {signed, token}
    assert found(auditor, "raghu signed") == {signed}
    assert found(auditor, "chg-8") == {signed}
    assert found(auditor, "CARD-8") == {card}
    assert found(auditor, "published") == {card}


def test_search_finds_changes_by_the_title_that_was_submitted() -> None:
    estate = make_estate()
    change = submitted(estate)
    title = change.title.split()[0]
    leila, henrik = estate.people["leila"], estate.people["henrik"]
    assert found(henrik, title) >= found(henrik, object_type="change", object_id=change.ref)
    secret = draft(estate)
    save_why(
        actor=estate.actor("amara"), change=secret, title="Xylophone", summary="s", outcome="o",
        cost_of_waiting="", metrics=[], complete=False,
    )  # fmt: skip
    drafted = {"object_type": "change", "object_id": secret.ref}
    assert found(leila, "xylophone") == found(leila, **drafted) != set()
    assert found(henrik, "xylophone") == set()
    assert found(estate.people["amara"], "xylophone") == found(estate.people["amara"], **drafted)
    withdraw_change(actor=estate.actor("amara"), change=secret, reason="A kumquat.")
    assert len(found(leila, "kumquat")) == 1
    assert found(henrik, "kumquat") == set()


WORDS = ["alpha", "beta", "gamma", "delta"]


@pytest.fixture
def many(auditor, monkeypatch) -> list[tuple[int, set[str]]]:
    """Sixty entries, some at the same instant, with the words of each: alpha often, delta once."""
    pick = random.Random(3)
    made = []
    start = clock.now() + timedelta(days=1)
    for number in range(60):
        at = start + timedelta(seconds=number // 3)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        words = {word for word, odds in zip(WORDS, (0.8, 0.3, 0.1, 0), strict=True) if pick.random() < odds}
        words |= {"delta"} if number == 4 else set()
        made.append((write(ident=f"CHG-{number % 4}", note=" ".join(sorted(words))), words))
    return made[::-1]


@pytest.mark.parametrize("rare", [0, 3, 2_000])
@pytest.mark.parametrize("walk", [2, 7, 10_000])
@pytest.mark.parametrize("text", ["alpha", "beta", "delta", "alpha beta", "gamma delta", "absent"])
def test_search_pages_hold_what_a_plain_look_at_every_entry_finds(
    auditor, many, monkeypatch, rare: int, walk: int, text: str
) -> None:
    monkeypatch.setattr("apps.audit.selectors.search.RARE", rare)
    monkeypatch.setattr("apps.audit.selectors.search.FIRST_ROWS", 5)
    monkeypatch.setattr("apps.audit.selectors.search.WALK_ROWS", walk)
    for asked in (Filters(text=text), Filters(text=text, object_type="change", object_id="CHG-1")):
        wanted = [
            pk for place, (pk, words) in enumerate(many)
            if words >= set(text.split()) and (not asked.object_id or (59 - place) % 4 == 1)
        ]  # fmt: skip
        there, after, page = [], None, None
        while page is None or after is not None:
            page = selectors.ledger_entries_for(auditor, asked, after=after, limit=4)
            assert len(page.entries) <= 4
            there += [entry.number for entry in page.entries]
            after = page.after
        assert there == wanted
        back, before = [entry.number for entry in page.entries], page.before
        while before is not None:
            page = selectors.ledger_entries_for(auditor, asked, before=before, limit=4)
            back = [entry.number for entry in page.entries] + back
            before = page.before
        assert back == wanted


def test_search_for_one_rare_word_counts_what_it_finds_and_for_common_ones_does_not(
    auditor, many, monkeypatch
) -> None:
    hits = sum("beta" in words for _, words in many)
    assert selectors.ledger_count_for(auditor, Filters(text="beta")) == hits
    assert selectors.ledger_count_for(auditor, Filters(text="beta"), cap=5) == 5
    monkeypatch.setattr("apps.audit.selectors.search.RARE", 3)
    assert selectors.ledger_count_for(auditor, Filters(text="beta")) is None


def test_filters_that_nobody_resolved_are_refused() -> None:
    for asked in (Filters(text="a"), Filters(component="model:default/x"), Filters(change="CHG-1")):
        with pytest.raises(ValueError, match="scope_filters"):
            matching(asked)


def ids_of(rows: set[int]) -> set[tuple[str, str]]:
    return set(AuditEvent.objects.filter(pk__in=rows).values_list("object_type", "object_id"))


def test_change_scope_holds_its_signatures_window_review_and_cards_alone(estate, auditor) -> None:
    change, other = submitted(estate), submitted(estate)
    item = change.items.first()
    card, _ = ModelCard.objects.get_or_create(version=item.to_version, defaults={"number": 88})
    mine = {write("review", f"PIR-{change.number}"), write("card", card.ref)}
    theirs = {write("review", f"PIR-{other.number}"), write("card", "CARD-9999")}
    seen = found(auditor, change=change.ref)
    assert mine <= seen
    assert not theirs & seen
    kinds = {("change", change.ref), ("booking", change.ref), ("review", f"PIR-{change.number}")}
    assert ids_of(seen) == kinds | {("card", card.ref)}
    assert found(auditor, change="CHG-99999") == set()
    assert found(auditor, change="no reference") == set()


def test_component_scope_holds_itself_and_the_changes_that_move_it(estate, auditor) -> None:
    change = submitted(estate)
    component = change.items.first().component
    own = write("component", component.key, "component.updated")
    review = write("review", f"PIR-{change.number}")
    elsewhere = write("component", "model:default/elsewhere", "component.updated")
    seen = found(auditor, component=component.key)
    assert {own, review} <= seen
    assert elsewhere not in seen
    assert {("change", change.ref), ("booking", change.ref)} <= ids_of(seen)
    assert found(auditor, component=component.key, change=change.ref) < seen
    assert found(auditor, component="model:default/elsewhere") == {elsewhere}
    signed = replace(Filters(component=component.key), events=("change.submitted",))
    assert len(selectors.ledger_entries_for(auditor, signed).entries) == 1
