"""A bundle says since when its ledger is anchored outside, and shows it."""

import base64
import json
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import transaction

from apps.audit.services import anchor_checkpoint, record_event, seal_pending, sign_digest
from apps.core import actors
from tests.audit.tsa import Authority
from tests.exports.conftest import Packed
from tests.exports.test_verify import assert_not_verified

README = Path("apps/exports/verifier/README.txt")


@pytest.fixture
def anchored(small_ledger, settings, tmp_path) -> Authority:
    """Anchor the small ledger in a folder and with a time-stamp."""
    authority = Authority(tmp_path / "authority")
    (tmp_path / "share").mkdir()
    settings.LEDGER_ANCHOR_DIR = str(tmp_path / "share")
    settings.LEDGER_TSA_CA = str(authority.ca)
    with authority.serving() as settings.LEDGER_TSA_URL:
        assert anchor_checkpoint() == 2
    return authority


def test_bundle_of_a_ledger_that_is_signed_alone_says_so(pack, run) -> None:
    packed = pack(1, 5)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert "Level     signed; the portal names no checkpoint that it left outside" in said


def test_bundle_of_an_anchored_ledger_says_since_when(anchored, pack, run, transactional_db) -> None:
    with transaction.atomic():
        record_event(event="a.b", actor=actors.system("tests"), obj=("thing", "1"))
    seal_pending()
    packed = pack(1, 5)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert re.search(
        r"Level     anchored outside since 2026-\d\d-\d\d \d\d:\d\d UTC, as the portal says:", said
    )
    assert "in a folder, with a time-stamp;" in said
    assert "up to 15 entries" in said
    assert "openssl" in said


def test_time_stamp_in_a_bundle_verifies_as_the_readme_says(anchored, pack, tmp_path) -> None:
    packed, folder = pack(1, 5), tmp_path / "reading"
    folder.mkdir()
    (folder / "anchors.json").write_bytes(packed.members()["anchors.json"])
    (folder / "tsa-ca.pem").write_bytes(anchored.ca.read_bytes())
    commands = [line.strip() for line in README.read_text().splitlines() if line.startswith("  ")]
    taken = next(line for line in commands if line.startswith("python3 -c"))
    subprocess.run(taken, shell=True, cwd=folder, check=True)
    verifying = next(line for line in commands if line.startswith("openssl ts -verify"))
    done = subprocess.run(verifying, shell=True, cwd=folder, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr


def changed(packed: Packed, change) -> Path:
    """Return the bundle with its anchors changed, and a manifest over them that the ledger's key signed."""
    members = packed.members()
    anchors, manifest = json.loads(members["anchors.json"]), json.loads(members["manifest.json"])
    change(anchors)
    content = json.dumps(anchors).encode()
    manifest["files"]["anchors.json"] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    said = json.dumps(manifest).encode()
    note = sign_digest(label="bundle", digest=sha256(said).hexdigest())
    return packed.repacked(
        members | {"anchors.json": content, "manifest.json": said, "manifest.sig": note.encode()}
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["anchors"][0].update(note="x\n9\nAAAA\n\n"),
        lambda said: said["anchors"][0].update(note_sha256="00" * 32),
        lambda said: said["anchors"][-1].update(token=base64.b64encode(b"another").decode()),
        lambda said: said["anchors"].append(7),
        lambda said: said["anchors"].append({"note": "\ud800"}),
        lambda said: said.update(anchors={}),
        lambda said: said.update(anchors=None),
    ],
)
def test_bundle_whose_anchors_are_damaged_is_refused_in_one_line(anchored, pack, run, change) -> None:
    packed = pack(1, 5)
    assert "anchors.json is damaged" in assert_not_verified(run(changed(packed, change), packed.key))


def test_bundle_of_a_ledger_other_than_what_was_left_outside_is_refused(anchored, pack, run) -> None:
    def other(said) -> None:
        row = said["anchors"][0]
        lines = row["note"].split("\n")
        lines[2] = base64.b64encode(bytes(32)).decode()
        row["note"] = "\n".join(lines)
        row["note_sha256"] = sha256(row["note"].encode()).hexdigest()

    def longer(said) -> None:
        row = said["anchors"][0]
        lines = row["note"].split("\n")
        lines[1] = "16"
        row["note"] = "\n".join(lines)
        row["note_sha256"] = sha256(row["note"].encode()).hexdigest()

    packed = pack(1, 5)
    for change, size in ((other, 15), (longer, 16)):
        said = assert_not_verified(run(changed(packed, change), packed.key))
        assert f"{size} entries that was left outside in a folder. History was rewritten." in said
