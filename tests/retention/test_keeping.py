import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.approvals.models import Signature
from apps.audit.models import AuditEvent, AuditText, AuditTombstone
from apps.audit.services import record_event, rotate_ledger_key, seal_pending
from apps.core import actors, clock
from apps.core.actors import person, system
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from apps.retention.models import LegalHold
from apps.retention.rules.holds import HoldScopeInput
from apps.retention.rules.spans import kept_since
from apps.retention.selectors import due_leaves, gone_from_ledger, policy_in_force, texts_of_person
from apps.retention.services import (
    erase_person,
    erase_texts,
    lift_hold,
    place_hold,
    retire_due,
    retire_entries,
    set_policy,
)
from tests.people import LOADER, a_round, add_person, asked_of, sign

NOW = datetime(2027, 11, 21, 10, tzinfo=UTC)
OLD = datetime(2010, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager() -> User:
    return add_person("leila", "change_manager")


def note(*, by: User, about: tuple[str, str] = ("change", "CHG-1"), text: str = "Zoë said so") -> int:
    """Write an entry with a text, and return its number."""
    with transaction.atomic():
        return record_event(event="change.noted", actor=person(by), obj=about, private={"note": text})


def texts_of(number: int) -> int:
    return AuditText.objects.filter(event=number).count()


# ------------------------------------------------------------------ who may


@pytest.mark.parametrize("role", ["auditor", "executive", "owner"])
def test_keeping_by_anyone_but_a_change_manager_is_forbidden(role) -> None:
    other = add_person("otto", role)
    number = note(by=other)
    for act in (
        lambda: erase_texts(actor=person(other), entries=[number], reason="Mine"),
        lambda: place_hold(actor=person(other), scope=HoldScopeInput("record", "CHG-1"), reason="Mine"),
        lambda: set_policy(actor=person(other), name="Ten", keep_years=10, reason="Law"),
        lambda: retire_due(actor=person(other)),
    ):
        with pytest.raises(Forbidden):
            act()
    assert texts_of(number) == 1


def test_keeping_with_a_token_or_a_role_over_a_part_is_forbidden(manager) -> None:
    part = add_person("petra")
    from apps.accounts.services import grant_role

    grant_role(actor=LOADER, user=part, role="change_manager", component_key="model:default/a")
    number = note(by=manager)
    for actor in (actors.token(manager, "ab12"), person(part)):
        with pytest.raises(Forbidden):
            erase_texts(actor=actor, entries=[number], reason="Why not")


def test_policy_and_hold_need_a_person_who_answers(manager) -> None:
    with pytest.raises(Forbidden):
        set_policy(actor=system("x"), name="Ten", keep_years=10, reason="Law")
    with pytest.raises(Forbidden):
        place_hold(actor=system("x"), scope=HoldScopeInput("record", "CHG-1"), reason="Case")


# ------------------------------------------------------------------ erasing


def test_erase_texts_without_a_reason_is_refused(manager) -> None:
    number = note(by=manager)
    with pytest.raises(Invalid):
        erase_texts(actor=person(manager), entries=[number], reason="  ")
    assert texts_of(number) == 1


def test_erase_person_erases_what_they_wrote_and_what_names_them(manager) -> None:
    zoe, other = add_person("zoe", "validator", name="Zoë Quine"), add_person("amara")
    round_ = a_round()
    asked = asked_of(round_, "validator")

    sign(actor=person(zoe), requirement=asked, digest=round_.digest, decision="approve", note="Zoë is sure")
    by_her, by_other = note(by=zoe), note(by=other, text="Zoë told me")
    others = note(by=other, text="Nothing of her")
    deactivate_person(actor=LOADER, user=zoe)
    digests = {event.pk: bytes(event.entry) for event in AuditEvent.objects.all()}
    erased = erase_person(actor=person(manager), user=zoe, reason="She asked", also=[by_other])
    assert erased >= 4  # person.created holds three, her note, her signature's, and what was said of her
    assert texts_of(by_her) == texts_of(by_other) == 0
    assert texts_of(others) == 1
    assert "Zoë" not in " ".join(AuditText.objects.values_list("text", flat=True))
    zoe.refresh_from_db()
    assert (str(zoe), zoe.username, zoe.email) == (f"Erased person {zoe.pk}", f"erased-{zoe.pk}", "")
    assert Signature.objects.get(signer=zoe).note == ""
    assert {pk: bytes(AuditEvent.objects.get(pk=pk).entry) for pk in digests} == digests
    said = AuditEvent.objects.filter(event="ledger.text_erased", object_type="person", object_id=str(zoe.pk))
    named = [number for event in said for number in json.loads(bytes(event.entry))["data"]["entries"]]
    assert {by_her, by_other} <= set(named)
    assert others not in named
    assert texts_of_person(zoe).texts == said.count()  # only the reasons, which stand with the erasure


def test_erase_person_who_may_still_sign_in_is_refused_whole(manager) -> None:
    zoe = add_person("zoe")
    number = note(by=zoe)
    with pytest.raises(IllegalTransition):
        erase_person(actor=person(manager), user=zoe, reason="She asked")
    assert texts_of(number) == 1


def test_erase_person_text_command_says_what_went(manager) -> None:
    zoe = add_person("zoe")
    note(by=zoe)
    with pytest.raises(CommandError, match="may still sign in"):
        call_command("erase_person_text", "zoe", reason="Left")
    deactivate_person(actor=LOADER, user=zoe)
    out = StringIO()
    call_command("erase_person_text", "zoe", reason="Left", stdout=out)
    assert out.getvalue().startswith("4 texts are erased.")
    with pytest.raises(CommandError, match="no person"):
        call_command("erase_person_text", "zoe", reason="Left")


# ------------------------------------------------------------------ holds


def test_hold_over_a_record_refuses_to_erase_and_names_itself_until_lifted(manager) -> None:
    number, free = note(by=manager), note(by=manager, about=("change", "CHG-12"))
    hold = place_hold(actor=person(manager), scope=HoldScopeInput("record", "CHG-1"), reason="Case 7")
    with pytest.raises(PolicyBlocked, match=hold.ref):
        erase_texts(actor=person(manager), entries=[number, free], reason="She asked")
    assert texts_of(number) == texts_of(free) == 1
    assert erase_texts(actor=person(manager), entries=[free], reason="She asked") == 1
    lift_hold(actor=person(manager), hold=hold, reason="Case closed")
    assert erase_texts(actor=person(manager), entries=[number], reason="She asked") == 1
    told = (
        AuditEvent.objects.filter(object_type="hold").order_by("object_seq").values_list("event", "object_id")
    )
    assert list(told) == [("hold.placed", hold.ref), ("hold.lifted", hold.ref)]
    with pytest.raises(IllegalTransition):
        lift_hold(actor=person(manager), hold=hold, reason="Again")


def test_hold_over_each_scope_covers_what_it_says(manager) -> None:
    zoe = add_person("zoe")
    by_her = note(by=zoe, about=("thing", "1"))
    by_token = _by_token(zoe)
    about = note(by=manager, about=("person", str(zoe.pk)))
    other = note(by=manager, about=("component", "model:default/credit-risk"))
    review = note(by=manager, about=("review", "PIR-1"))
    cases = [
        (HoldScopeInput("person", person=zoe.pk), {by_her, by_token, about}),
        (HoldScopeInput("component", component_key="model:default/credit-risk"), {other}),
        (HoldScopeInput("record", "CHG-1"), {review}),
        (
            HoldScopeInput("period", start=NOW - timedelta(days=9000), end=NOW + timedelta(days=9000)),
            {by_her, by_token, about, other, review},
        ),
    ]
    everything = {by_her, by_token, about, other, review}
    for scope, covered in cases:
        hold = place_hold(actor=person(manager), scope=scope, reason="Case")
        for number in everything:
            if number in covered:
                with pytest.raises(PolicyBlocked, match=hold.ref):
                    erase_texts(actor=person(manager), entries=[number], reason="Asked")
            else:
                with transaction.atomic():
                    assert erase_texts(actor=person(manager), entries=[number], reason="Asked") == 1
                    transaction.set_rollback(True)
        lift_hold(actor=person(manager), hold=hold, reason="Over")


def _by_token(user: User) -> int:
    with transaction.atomic():
        return record_event(
            event="a.b", actor=actors.token(user, "ab12"), obj=("thing", "2"), private={"note": "x"}
        )


@pytest.mark.parametrize(
    "scope",
    [
        HoldScopeInput("record"),
        HoldScopeInput("component", record="CHG-1"),
        HoldScopeInput("person"),
        HoldScopeInput("period", start=NOW, end=NOW),
        HoldScopeInput("planet", record="CHG-1"),
    ],
)
def test_hold_that_names_nothing_is_invalid(manager, scope) -> None:
    with pytest.raises(Invalid):
        place_hold(actor=person(manager), scope=scope, reason="Case")
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize("name", ["CHG 1", "chg-1", "CHG-7", "CHG-1\x00"])
def test_hold_over_a_record_that_the_ledger_does_not_know_is_invalid(manager, name) -> None:
    note(by=manager)
    with pytest.raises(Invalid) as refused:
        place_hold(actor=person(manager), scope=HoldScopeInput("record", name), reason="Case")
    assert list(refused.value.fields) == ["record"]
    assert not LegalHold.objects.exists()


def test_hold_over_a_person_keeps_their_name_though_no_text_is_left(manager) -> None:
    zoe = add_person("zoe")
    deactivate_person(actor=LOADER, user=zoe)
    erase_texts(actor=person(manager), entries=texts_of_person(zoe).entries, reason="Asked")
    hold = place_hold(actor=person(manager), scope=HoldScopeInput("person", person=zoe.pk), reason="Case")
    with pytest.raises(PolicyBlocked, match=hold.ref):
        erase_person(actor=person(manager), user=zoe, reason="Asked again")
    zoe.refresh_from_db()
    assert zoe.username == "zoe"


# ------------------------------------------------------------------ retiring


@pytest.fixture
def old_entries(monkeypatch) -> list[int]:
    """Three entries of 2010 and two of today, sealed; return the leaves of the old."""
    user = add_person("old")
    monkeypatch.setattr(clock, "now", lambda: OLD)
    for number in range(3):
        note(by=user, about=("thing", str(number % 2)))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for number in range(2):
        note(by=user, about=("thing", str(number)))
    seal_pending()
    return list(AuditEvent.objects.filter(at=OLD).order_by("id").values_list("leaf__index", flat=True))


def ten_years(manager: User) -> None:
    set_policy(actor=person(manager), name="REC-7", keep_years=10, reason="Our schedule of records")


def test_retire_by_default_keeps_everything(manager, old_entries) -> None:
    assert policy_in_force() is None
    with pytest.raises(PolicyBlocked, match="keeps everything"):
        retire_due(actor=person(manager))
    set_policy(actor=person(manager), name="All", keep_years=None, reason="Default")
    with pytest.raises(PolicyBlocked, match="keeps everything"):
        retire_entries(actor=person(manager), leaves=old_entries)
    out = StringIO()
    call_command("retire_entries", yes=True, stdout=out)
    assert "keeps everything" in out.getvalue()
    assert not AuditTombstone.objects.exists()


def test_retire_due_retires_what_is_past_its_years_and_nothing_else(manager, old_entries) -> None:
    ten_years(manager)
    assert list(due_leaves(policy_in_force())) == old_entries
    out = StringIO()
    call_command("retire_entries", stdout=out)
    assert out.getvalue().startswith("3 entries are past the 10 years")
    assert not AuditTombstone.objects.exists()
    call_command("retire_entries", yes=True, stdout=out)
    assert set(AuditTombstone.objects.values_list("event__leaf__index", flat=True)) == set(old_entries)
    assert AuditEvent.objects.filter(entry=b"").count() == 3
    made, _ = gone_from_ledger()
    assert [(each.policy, each.decided_by, each.count) for each in made] == [
        ("REC-7", f"person:{manager.pk}", 3)
    ]
    assert retire_due(actor=person(manager)) == 0


def test_retire_under_a_hold_is_refused_by_name_and_left_out_when_due(manager, old_entries) -> None:
    ten_years(manager)
    hold = place_hold(actor=person(manager), scope=HoldScopeInput("record", "1"), reason="Case 7")
    with pytest.raises(PolicyBlocked, match=hold.ref):
        retire_entries(actor=person(manager), leaves=old_entries)
    assert retire_due(actor=person(manager)) == 2
    kept = AuditEvent.objects.get(leaf__index=old_entries[1])
    assert bytes(kept.entry)
    lift_hold(actor=person(manager), hold=hold, reason="Closed")
    assert retire_due(actor=person(manager)) == 1


def test_retire_of_an_entry_that_the_policy_keeps_is_refused(manager, old_entries) -> None:
    ten_years(manager)
    young = AuditEvent.objects.filter(at=NOW, leaf__isnull=False).first()
    with pytest.raises(PolicyBlocked, match=f"leaf {young.leaf.index}"):
        retire_entries(actor=person(manager), leaves=[*old_entries, young.leaf.index])
    assert not AuditTombstone.objects.exists()


def test_retire_when_it_was_about_keeping_never_goes(manager, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: OLD)
    late = add_person("late", "change_manager")
    hold = place_hold(actor=person(late), scope=HoldScopeInput("person", person=late.pk), reason="Case")
    lift_hold(actor=person(late), hold=hold, reason="Over")
    key = rotate_ledger_key(actor=LOADER)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    seal_pending()
    ten_years(manager)
    assert retire_due(actor=person(manager))
    for kept in (hold.ref, key.key_id.hex()):
        assert all(bytes(row.entry) for row in AuditEvent.objects.filter(object_id=kept))


@pytest.mark.parametrize(
    ("now", "years", "since"),
    [
        (datetime(2026, 11, 21, tzinfo=UTC), 10, datetime(2016, 11, 21, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 1, datetime(2023, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 4, datetime(2020, 2, 29, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 3000, datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_kept_since_counts_calendar_years(now, years, since) -> None:
    assert kept_since(now, years) == since
