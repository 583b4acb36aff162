"""Keys of the ledger: each follows the one before, old ones go on counting, revoked ones stop."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.audit import selectors
from apps.audit.models import AuditEvent, Checkpoint
from apps.audit.rules.history import parsed, revocation_text, rotation_text
from apps.audit.rules.notes import BadNote, Head, opened, parse_verifier
from apps.audit.selectors.outside import held_head
from apps.audit.services import (
    LedgerBroken,
    keyring,
    plans,
    record_event,
    revoke_ledger_key,
    rotate_ledger_key,
    seal_pending,
)
from apps.core import actors
from apps.core.errors import Conflict, Invalid, PolicyBlocked

ACTOR = actors.system("tests")


class Killed(BaseException):
    """The process ends here."""


def sealed(count: int) -> Checkpoint:
    with transaction.atomic():
        for number in range(count):
            record_event(event="thing.noted", actor=ACTOR, obj=("thing", str(number)))
    return seal_pending()


def assert_sound(keys: int) -> None:
    """Check that files, history and ledger say the same, and that every checkpoint counts."""
    known = keyring.keys()
    assert len(known.keys) == keys
    assert selectors.public_key_text() == known.newest.text == keyring.signer().verifier.text
    assert (keyring.outside("ledger.pub")).read_text().strip() == known.newest.text
    assert not keyring.outside("ledger.plan").exists()
    named = {key.verifier.key_id.hex() for key in known.keys[1:]}
    events = AuditEvent.objects.filter(event="ledger.key_rotated")
    assert {event.object_id for event in events} == named
    for checkpoint in Checkpoint.objects.all():
        assert known.head_of(checkpoint.note).size == checkpoint.size
    assert held_head(known).size == Checkpoint.objects.latest("size").size


@pytest.mark.django_db(transaction=True)
def test_rotate_lets_the_new_key_sign_and_old_checkpoints_hold(capsys) -> None:
    first = sealed(5)
    call_command("rotate_ledger_key")
    second = seal_pending()
    assert (first.key_id, second.size) != (second.key_id, 5)
    assert capsys.readouterr().out.strip() == selectors.public_key_text()
    assert second.key_id == keyring.signer().verifier.key_id.hex()
    old, new = selectors.key_history()["keys"]
    assert (old["from_size"], old["until_size"], old["endorsement"]) == (0, 5, None)
    assert (new["from_size"], new["until_size"], new["revoked"]) == (5, None, None)
    before, after = parse_verifier(old["key"]), parse_verifier(new["key"])
    said = opened(new["endorsement"], before)
    at = said.split("\n")[3]
    assert said == rotation_text(before, after, at=at, size=5)
    assert selectors.key_history()["epochs"] == [
        {
            "number": 1,
            "origin": before.name,
            "from_size": 0,
            "at": None,
            "lost_head": None,
            "lost_size": None,
            "lost_entries": None,
            "reason": "",
            "note": None,
        }
    ]
    assert_sound(2)
    rotate_ledger_key(actor=ACTOR)
    rotate_ledger_key(actor=ACTOR)
    assert seal_pending().size == 8
    assert_sound(4)


@pytest.mark.django_db(transaction=True)
def test_rotate_before_anything_was_signed_works() -> None:
    rotate_ledger_key(actor=ACTOR)
    assert seal_pending().size == 1
    assert_sound(2)


@pytest.mark.django_db(transaction=True)
def test_rotate_a_ledger_from_before_there_were_histories_makes_one(ledger_home) -> None:
    sealed(2)
    (ledger_home / "ledger.keys").unlink()
    rotate_ledger_key(actor=ACTOR)
    assert sealed(1).size == 4
    assert_sound(2)


STEPS = ("ledger.plan", "record", "ledger.keys", "ledger.pub", "ledger.key", "unlink")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("next_call", [seal_pending, lambda: rotate_ledger_key(actor=ACTOR)])
def test_rotate_killed_at_any_step_leaves_what_the_next_call_mends(monkeypatch, step, how, next_call) -> None:
    sealed(3)
    with monkeypatch.context() as patched:
        kill_at(patched, step, how)
        with pytest.raises(Killed):
            rotate_ledger_key(actor=ACTOR)
    happened = AuditEvent.objects.filter(event="ledger.key_rotated").exists()
    assert happened is (step not in ("ledger.plan", "record"))
    next_call()
    sealed(2)
    assert_sound(1 + happened + (next_call is not seal_pending))


def kill_at(patched, step: str, how: str) -> None:
    """End the rotation before or after one of its steps."""
    write, record, unlink = keyring.write, record_event, type(keyring.outside("x")).unlink

    def dying(name, call):
        if name == step and how == "before":
            raise Killed
        call()
        if name == step:
            raise Killed

    patched.setattr(keyring, "write", lambda name, *a, **kw: dying(name, lambda: write(name, *a, **kw)))
    patched.setattr(
        "apps.audit.services.rotation.record_event", lambda **kw: dying("record", lambda: record(**kw))
    )

    def gone(path, **kw):
        dying("unlink" if path.name == plans.PLAN else "", lambda: unlink(path, **kw))

    patched.setattr(type(keyring.outside("x")), "unlink", gone)


@pytest.mark.django_db(transaction=True)
def test_seal_pending_with_an_older_key_put_back_refuses_to_sign(ledger_home) -> None:
    sealed(3)
    older = (ledger_home / "ledger.key").read_text()
    rotate_ledger_key(actor=ACTOR)
    (ledger_home / "ledger.key").write_text(older)
    with pytest.raises(LedgerBroken, match="older copy"):
        seal_pending()


@pytest.mark.django_db(transaction=True)
def test_seal_pending_with_history_and_head_lost_makes_no_new_key(ledger_home) -> None:
    sealed(3)
    rotate_ledger_key(actor=ACTOR)
    for lost in ("ledger.key", "ledger.head"):
        (ledger_home / lost).unlink()
    with pytest.raises(LedgerBroken, match="key is missing"):
        seal_pending()


@pytest.mark.django_db(transaction=True)
def test_host_without_the_key_of_a_signed_ledger_makes_none(settings, tmp_path) -> None:
    sealed(3)
    settings.PORTAL_HOME = tmp_path / "another-host"
    with pytest.raises(LedgerBroken, match="key is missing"):
        keyring.sign_statement({"decision": "approve"})
    assert not keyring.outside("ledger.key").exists()


@pytest.mark.django_db(transaction=True)
def test_history_with_any_line_changed_or_left_out_does_not_hold(ledger_home) -> None:
    sealed(1)
    rotate_ledger_key(actor=ACTOR)
    sealed(1)
    rotate_ledger_key(actor=ACTOR)
    revoke_ledger_key(actor=ACTOR, key_id=first_id(), reason="Laptop stolen")
    lines = (ledger_home / "ledger.keys").read_text().splitlines(keepends=True)
    assert len(lines) == 4
    for wrong in (lines[1:], lines[:1] + lines[2:], [lines[0], lines[2], lines[1], lines[3]], []):
        with pytest.raises(LedgerBroken):
            parsed("".join(wrong))
    for place in (1, 2, 3):
        record = json.loads(lines[place])
        for name, value in (("size", record["size"] + 1), ("at", "2020-01-01T00:00:00Z"), ("key", lines[0])):
            changed = lines[:place] + [json.dumps(record | {name: value}) + "\n"] + lines[place + 1 :]
            with pytest.raises(LedgerBroken, match="does not hold"):
                parsed("".join(changed))


def first_id() -> str:
    return keyring.keys().keys[0].verifier.key_id.hex()


@pytest.mark.django_db(transaction=True)
def test_revoke_lets_the_old_keys_checkpoints_beyond_a_size_no_longer_count(capsys) -> None:
    checkpoints = [sealed(2), sealed(2), sealed(2)]
    rotate_ledger_key(actor=ACTOR)
    call_command("revoke_ledger_key", first_id(), reason="Laptop  stolen\n", size=4)
    assert selectors.key_history()["keys"][0]["key"] in capsys.readouterr().out
    known = keyring.keys()
    for checkpoint in checkpoints[:2]:
        assert known.head_of(checkpoint.note).size == checkpoint.size
    with pytest.raises(BadNote, match="revoked for trees of more than 4"):
        known.head_of(checkpoints[2].note)
    revoked = selectors.key_history()["keys"][0]["revoked"]
    assert (revoked["size"], revoked["reason"]) == (4, "Laptop stolen")
    said = revocation_text(
        known.newest, known.keys[0].verifier, at=revoked["at"], size=4, reason="Laptop stolen"
    )
    assert opened(revoked["note"], known.newest) == said
    assert sealed(1).size == 9
    entry = AuditEvent.objects.get(event="ledger.key_revoked")
    assert "Laptop" not in bytes(entry.entry).decode()
    assert entry.texts.get().text == "Laptop stolen"


@pytest.mark.django_db(transaction=True)
def test_revoke_right_after_a_rotation_leaves_the_ledger_able_to_seal() -> None:
    sealed(6)
    rotate_ledger_key(actor=ACTOR)
    revoke_ledger_key(actor=ACTOR, key_id=first_id(), reason="Stolen", size=0)
    assert sealed(1).size == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "step", [each for each in STEPS if each not in ("ledger.pub", "ledger.key", "record")]
)
def test_revoke_killed_at_any_step_leaves_what_the_next_seal_mends(monkeypatch, step) -> None:
    sealed(3)
    rotate_ledger_key(actor=ACTOR)
    old = first_id()
    with monkeypatch.context() as patched:
        kill_at(patched, step, "before")
        with pytest.raises(Killed):
            revoke_ledger_key(actor=ACTOR, key_id=old, reason="Stolen")
    sealed(1)
    happened = AuditEvent.objects.filter(event="ledger.key_revoked").exists()
    assert (keyring.keys().keys[0].revoked is not None) is happened is (step != "ledger.plan")


@pytest.mark.django_db(transaction=True)
def test_revoke_what_cannot_be_revoked_says_why() -> None:
    sealed(3)
    newest = keyring.signer().verifier.key_id.hex()
    with pytest.raises(PolicyBlocked, match="signs now"):
        revoke_ledger_key(actor=ACTOR, key_id=newest, reason="Stolen")
    with pytest.raises(CommandError, match="rotate_ledger_key first"):
        call_command("revoke_ledger_key", newest, reason="Stolen")
    rotate_ledger_key(actor=ACTOR)
    for wrong in (
        {"key_id": "00000000"},
        {"reason": " \n"},
        {"reason": "x" * 501},
        {"size": 4},
        {"size": -1},
    ):
        with pytest.raises(Invalid):
            revoke_ledger_key(**({"actor": ACTOR, "key_id": newest, "reason": "Stolen"} | wrong))
    revoke_ledger_key(actor=ACTOR, key_id=newest, reason="Stolen")
    with pytest.raises(Conflict, match="already"):
        revoke_ledger_key(actor=ACTOR, key_id=newest, reason="Stolen")


@pytest.mark.django_db(transaction=True)
def test_key_outside_its_own_sizes_or_name_does_not_count() -> None:
    sealed(3)
    old = keyring.signer()
    rotate_ledger_key(actor=ACTOR)
    known, new = keyring.keys(), keyring.signer()
    for signer, size in ((old, 4), (new, 2)):
        with pytest.raises(BadNote, match="may not sign a tree"):
            known.head_of(signer.sign(Head(old.name, size, bytes(32)).text))
    with pytest.raises(BadNote, match="may not sign for"):
        known.head_of(new.sign(Head("another", 5, bytes(32)).text))
