"""A bundle of a later epoch says what was lost before it."""

import json
from hashlib import sha256

import pytest
from django.db import transaction

from apps.audit.services import begin_ledger_epoch, record_event, seal_pending, sign_digest
from apps.core import actors
from tests.audit.restoring import backed_up
from tests.exports.test_verify import assert_not_verified

ACTOR = actors.system("tests")


@pytest.fixture
def second_epoch(small_ledger, ledger_home, tmp_path):
    """Lose two signed entries, and go on; return the key that was pinned before."""
    pinned = tmp_path / "pinned.pub"
    pinned.write_bytes((ledger_home / "ledger.pub").read_bytes())
    restore = backed_up()
    for number in range(2):
        with transaction.atomic():
            record_event(event="a.b", actor=ACTOR, obj=("thing", str(number)))
    seal_pending()
    restore()
    begin_ledger_epoch(actor=ACTOR, reason="Disk died")
    seal_pending()
    return pinned


def test_bundle_of_a_second_epoch_says_what_was_lost_to_who_pinned_either_key(
    second_epoch, pack, run
) -> None:
    packed = pack(1, 5)
    status, said = run(packed.path, second_epoch)
    assert status == 0, said
    assert "Epoch     2 began after entry 15; 2 signed entries of before were lost: Disk died" in said
    assert run(packed.path, packed.key)[0] == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["epochs"].pop(),
        lambda said: said["epochs"][1].update(lost_size=15),
        lambda said: said["epochs"][1].update(reason="Nothing to see"),
        lambda said: said["epochs"][1].update(note=None),
        lambda said: said["epochs"][1].update(lost_head=None),
        lambda said: said["epochs"][1].update(from_size=3),
        lambda said: said["epochs"][1].update(lost_size="many"),
    ],
)
def test_bundle_that_hides_what_was_lost_is_refused(second_epoch, pack, run, change) -> None:
    packed = pack(1, 5)
    members = packed.members()
    keys, manifest = json.loads(members["keys.json"]), json.loads(members["manifest.json"])
    change(keys)
    content = json.dumps(keys).encode()
    manifest["files"]["keys.json"] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    listed = json.dumps(manifest).encode()
    note = sign_digest(label="bundle", digest=sha256(listed).hexdigest())
    path = packed.repacked(
        members | {"keys.json": content, "manifest.json": listed, "manifest.sig": note.encode()}
    )
    assert "keys.json" in assert_not_verified(run(path, second_epoch))
