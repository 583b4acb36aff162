"""From the pinned key to the one that signed, and from an earlier checkpoint to this one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import transaction

from apps.audit.models import Checkpoint
from apps.audit.rules.history import rotation_text
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import Head, Signer, Verifier, parse_verifier
from apps.audit.selectors import key_history, latest_checkpoint
from apps.audit.services import (
    begin_ledger_epoch,
    keyring,
    record_event,
    revoke_ledger_key,
    rotate_ledger_key,
    seal_pending,
)
from apps.core import actors
from apps.exports.rules.orders import Order, Scope
from apps.exports.services import export_to_file
from apps.exports.verifier import verify
from tests.audit.restoring import backed_up
from tests.changes.estate import make_estate, sign_all, submitted
from tests.exports.conftest import DAYS, Packed
from tests.exports.test_revisions import DAY, pack_days  # noqa: F401 - a fixture
from tests.exports.test_verify import assert_not_verified, rewritten
from tests.faults.amount import amount

ACTOR = actors.system("test")
Pack = Callable[..., Packed]
Run = Callable[..., tuple[int, str]]


def grow(count: int = 5) -> None:
    with transaction.atomic():
        for number in range(count):
            record_event(event="change.noted", actor=ACTOR, obj=("change", f"CHG-{number % 3}"))
    seal_pending()


def kept(path: Path, note: str) -> str:
    path.write_text(note)
    return str(path)


@pytest.fixture
def first_key(small_ledger: object, ledger_home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "first.pub"
    path.write_bytes((ledger_home / "ledger.pub").read_bytes())
    return path


def rotated() -> Verifier:
    new = rotate_ledger_key(actor=ACTOR)
    seal_pending()
    return new


# ------------------------------------------------------------------ keys


def test_verify_with_an_older_key_follows_the_endorsements_to_the_new_one(
    pack: Pack, run: Run, first_key: Path
) -> None:
    second = rotated()
    third = rotated()
    first = parse_verifier(first_key.read_text())
    packed = pack(1, 5)
    status, said = run(packed.path, first_key)
    assert status == 0, said
    path = " which endorses ".join(key.key_id.hex() for key in (first, second, third))
    assert f"Key       {third.key_id.hex()}; you gave {path}" in said
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert f"Key       {third.key_id.hex()}, which you gave" in said


def test_verify_with_a_newer_key_takes_an_old_checkpoint_on_the_manifests_word(
    pack: Pack, run: Run, first_key: Path, tmp_path: Path
) -> None:
    old = latest_checkpoint()
    rotated()
    packed = pack(1, 5)
    since = kept(tmp_path / "old", old.note)
    status, said = run(packed.path, packed.key, "--since", since)
    assert status == 0, said
    assert f"the checkpoint of {old.size} entries that you kept" in said


def test_verify_refuses_a_key_that_nobody_endorsed(
    pack: Pack, run: Run, first_key: Path, tmp_path: Path
) -> None:
    packed = pack(1, 5)
    members = packed.members()
    history = json.loads(members["keys.json"])
    first = parse_verifier(first_key.read_text())
    thief = Signer(first.name, bytes(range(32)))
    size = json.loads(members["manifest.json"])["tree_size"]
    leaves = [members["leafhashes.bin"][at : at + 32] for at in range(0, 32 * size, 32)]
    head = Head(first.name, size, root_of(leaves)).text
    at = "2026-03-05T12:00:00.000000Z"
    said = rotation_text(first, thief.verifier, at=at, size=0)
    for endorsement in (
        None,
        thief.sign(said),
        thief.sign(said).replace(thief.verifier.key_id.hex(), "0" * 8),
        "x",
        7,
    ):
        row = {
            "key": thief.verifier.text,
            "from_size": 0,
            "until_size": None,
            "endorsement": endorsement,
            "revoked": None,
        }
        for keys in ([*history["keys"], row], [row, *history["keys"]], [row]):
            forged = rewritten(
                packed,
                keys__json=json.dumps(history | {"keys": keys}).encode(),
                checkpoint=thief.sign(head).encode(),
            )
            told = assert_not_verified(run(forged, first_key))
            assert "key" in told


@pytest.mark.parametrize("renamed", [False, True])
def test_verify_refuses_a_manifest_by_a_key_that_only_claims_to_come_before_the_pinned_one(
    pack: Pack, run: Run, first_key: Path, *, renamed: bool
) -> None:
    packed = pack(1, 5)
    history = json.loads(packed.members()["keys.json"])
    first = parse_verifier(first_key.read_text())
    thief = Signer("thief.example/ledger" if renamed else first.name, bytes(range(32)))
    # Anyone can endorse a key that is not theirs: it proves nothing about the one that endorses.
    said = rotation_text(thief.verifier, first, at="2026-03-05T12:00:00.000000Z", size=0)
    row = history["keys"][0]
    before = row | {"key": thief.verifier.text, "from_size": 0, "until_size": None}
    keys = [before, row | {"from_size": 0, "endorsement": thief.sign(said)}]
    head = latest_checkpoint()
    forged = rewritten(
        packed,
        keys__json=json.dumps(history | {"keys": keys}).encode(),
        checkpoint=thief.sign(Head(thief.name, head.size, bytes(head.root)).text).encode(),
    )
    members = Packed(forged, packed.key).members()
    digest = sha256(members["manifest.json"]).hexdigest()
    members["manifest.sig"] = thief.sign(f"{thief.name}/bundle\n{digest}\n").encode()
    told = assert_not_verified(run(packed.repacked(members), first_key))
    if not renamed:
        assert "comes before the one that you gave" in told


def test_verify_with_any_byte_of_the_history_flipped_finds_it(
    pack: Pack, run: Run, first_key: Path, quick_signatures: None
) -> None:
    rotated()
    revoke_ledger_key(actor=ACTOR, key_id=parse_verifier(first_key.read_text()).key_id.hex(), reason="stolen")
    seal_pending()
    packed = pack(2, 2)
    assert run(packed.path, packed.key)[0] == 0
    content = packed.members()["keys.json"]
    for place in range(0, len(content), amount(11, 3)):
        flipped = bytearray(content)
        flipped[place] ^= 1
        for key in (first_key, packed.key):
            assert_not_verified(run(rewritten(packed, keys__json=bytes(flipped)), key))


def test_verify_refuses_what_a_revoked_key_signed_beyond_its_revocation(
    pack: Pack, run: Run, first_key: Path, ledger_home: Path, tmp_path: Path
) -> None:
    first = keyring.signer()
    before = latest_checkpoint()
    rotated()
    revoke_ledger_key(actor=ACTOR, key_id=first.verifier.key_id.hex(), reason="A copy was stolen")
    grow()
    packed = pack(1, 5)
    status, said = run(packed.path, first_key)
    assert status == 0, said
    # The thief signs what the ledger never held, and what it held, with the stolen key.
    for size, root in (
        (before.size + 3, bytes(32)),
        (latest_checkpoint().size, bytes(latest_checkpoint().root)),
    ):
        note = first.sign(Head(first.name, size, root).text)
        told = assert_not_verified(run(packed.path, first_key, "--since", kept(tmp_path / "stolen", note)))
        assert f"is signed by the key {first.verifier.key_id.hex()}, which is revoked from" in told
        told = assert_not_verified(run(rewritten(packed, checkpoint=note.encode()), first_key))
        assert "revoked" in told
    status, said = run(packed.path, first_key, "--since", kept(tmp_path / "kept", before.note))
    assert status == 0, said


def test_verify_of_a_revocation_that_nobody_signed_finds_it(pack: Pack, run: Run, first_key: Path) -> None:
    rotated()
    packed = pack(1, 5)
    history = json.loads(packed.members()["keys.json"])
    history["keys"][0]["revoked"] = {
        "at": "x",
        "size": 1,
        "reason": "y",
        "note": history["keys"][1]["endorsement"],
    }
    forged = rewritten(packed, keys__json=json.dumps(history).encode())
    assert_not_verified(run(forged, first_key))
    ring = verify.KeyRing(verify.Key(first_key.read_text()))
    with pytest.raises(verify.Wrong, match="no later key signed that"):
        ring.learn(history)


def test_bundle_holds_the_keys_as_the_ledger_keeps_them(pack: Pack) -> None:
    rotated()
    assert json.loads(pack(1, 5).members()["keys.json"]) == key_history()


# ------------------------------------------------------------------ earlier checkpoints


def test_bundle_of_the_first_checkpoint_extends_none(pack: Pack, run: Run) -> None:
    packed = pack(1, 5)
    assert "Extends   no earlier checkpoint" in run(packed.path, packed.key)[1]
    assert packed.members()["prev-checkpoint"] == packed.members()["consistency.txt"] == b""


def test_bundle_extends_the_checkpoint_of_the_last_finished_export(
    pack: Pack, run: Run, tmp_path: Path
) -> None:
    first = latest_checkpoint()
    grow()
    packed = pack(1, 5)
    assert packed.members()["prev-checkpoint"] == first.note.encode()
    order = Order(Scope(DAYS[0].date(), DAYS[4].date()))
    export_to_file(actor=ACTOR, order=order, out=tmp_path / "export.zip")
    exported = latest_checkpoint()
    seal_pending()
    grow(40)
    packed = pack(1, 5)
    assert packed.members()["prev-checkpoint"] == exported.note.encode()
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert f"Extends   the checkpoint of {exported.size} entries in the bundle" in said


def test_verify_with_the_proof_of_consistency_changed_anywhere_finds_it(
    pack: Pack, run: Run, quick_signatures: None
) -> None:
    grow(20)
    packed = pack(2, 2)
    for name in ("prev-checkpoint", "consistency.txt"):
        content = packed.members()[name]
        assert content
        for place in range(0, len(content), amount(3, 1)):
            flipped = bytearray(content)
            flipped[place] ^= 1
            assert_not_verified(run(packed.repacked(packed.members() | {name: bytes(flipped)}), packed.key))


def test_verify_since_every_checkpoint_that_was_ever_signed_holds(
    pack: Pack, run: Run, tmp_path: Path
) -> None:
    for count in (1, 2, 3, 5, 8):
        grow(count)
    packed = pack(1, 5)
    for checkpoint in Checkpoint.objects.all():
        status, said = run(packed.path, packed.key, "--since", kept(tmp_path / "kept", checkpoint.note))
        assert status == 0, said
        assert f"the checkpoint of {checkpoint.size} entries that you kept" in said
        assert "Whoever holds the key could have signed another ledger" not in said


def test_verify_since_a_checkpoint_of_a_ledger_that_was_rewritten_says_so(
    pack: Pack, run: Run, tmp_path: Path
) -> None:
    packed = pack(1, 5)
    key = keyring.signer()
    for size, told in [
        (7, "History was rewritten."),
        (15, "History was rewritten."),
        (16, "the bundle is older"),
    ]:
        note = key.sign(Head(key.name, size, bytes(32)).text)
        said = assert_not_verified(run(packed.path, packed.key, "--since", kept(tmp_path / "kept", note)))
        assert told in said


def test_verify_since_something_else_says_what_is_wrong_with_it(pack: Pack, run: Run, tmp_path: Path) -> None:
    packed = pack(1, 5)
    other = Signer("elsewhere", bytes(range(32)))
    note = latest_checkpoint().note
    for content in (
        "",
        "hello",
        note[:-5],
        other.sign(Head("elsewhere", 3, bytes(32)).text),
        note.replace("15", "14"),
    ):
        said = assert_not_verified(run(packed.path, packed.key, "--since", kept(tmp_path / "kept", content)))
        assert "The checkpoint that you kept" in said
    assert run(packed.path, packed.key, "--since", str(tmp_path / "none"))[0] == 2
    assert run(packed.path, packed.key, "--since", str(tmp_path))[0] == 2
    assert run(packed.path, packed.key, "--since")[0] == 2


# ------------------------------------------------------------------ epochs


def test_bundle_of_a_new_epoch_verifies_and_a_checkpoint_that_was_lost_says_so(
    pack: Pack, run: Run, first_key: Path, tmp_path: Path
) -> None:
    grow()
    restore = backed_up()
    before = latest_checkpoint()
    grow()
    lost = latest_checkpoint()
    restore()
    begin_ledger_epoch(actor=ACTOR, reason="Disk died")
    seal_pending()
    grow()
    packed = pack(1, 5)
    for key in (first_key, packed.key):
        status, said = run(packed.path, key, "--since", kept(tmp_path / "kept", before.note))
        assert status == 0, said
        said = assert_not_verified(run(packed.path, key, "--since", kept(tmp_path / "lost", lost.note)))
        assert f"it lost what was signed beyond {before.size} of them, and began anew" in said


def test_bundle_after_the_key_was_lost_verifies_with_the_new_key_and_the_old_attestations(
    transactional_db: None,
    pack_days: Callable[..., Packed],  # noqa: F811
    run: Run,
    ledger_home: Path,
    tmp_path: Path,
) -> None:
    estate = make_estate()
    sign_all(estate, submitted(estate))
    seal_pending()
    old = tmp_path / "old.pub"
    old.write_bytes((ledger_home / "ledger.pub").read_bytes())
    (ledger_home / "ledger.key").unlink()
    begin_ledger_epoch(actor=ACTOR, reason="The key is lost")
    seal_pending()
    grow()
    packed = pack_days(DAY, DAY)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert "Attested  0 " not in said
    # Nothing leads from a key that was lost to the one that came after: whoever had it must take the new one by hand.
    assert "not signed by the key that you gave" in assert_not_verified(run(packed.path, old))


# ------------------------------------------------------------------ the clock


def test_verify_of_a_checkpoint_from_the_future_refuses_it(
    pack: Pack, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pack(1, 5)
    monkeypatch.setattr(verify, "now", lambda: datetime(2026, 3, 4, 12, 30, tzinfo=UTC))
    assert run(packed.path, packed.key)[0] == 0
    monkeypatch.setattr(verify, "now", lambda: datetime(2026, 3, 3, 12, 30, tzinfo=UTC))
    said = assert_not_verified(run(packed.path, packed.key))
    assert "The checkpoint is of the future: it was sealed 2026-03-05T12:00:00" in said


def test_verify_of_entries_from_after_their_seal_says_that_the_clock_went_back(
    pack: Pack, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.core import clock

    with transaction.atomic():
        monkeypatch.setattr(clock, "now", lambda: DAYS[4].replace(day=20))
        record_event(event="change.noted", actor=ACTOR, obj=("change", "CHG-9"))
    monkeypatch.setattr(clock, "now", lambda: DAYS[4])
    seal_pending()
    packed = pack(1, 31)
    status, said = run(packed.path, packed.key)
    assert status == 0
    assert "1 of the entries carry a time after the seal" in said
