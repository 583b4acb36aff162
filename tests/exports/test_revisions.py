"""A bundle holds what was signed, and the verifier tells when it is not that."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from apps.accounts.services import deactivate_person
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import seal_pending
from apps.changes.models import Revision
from apps.changes.services import revise_change, save_why, submit_change
from apps.core import actors
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.bundle import write_bundle
from tests.changes.estate import NOW, Estate, at, fresh, make_estate, sign_all, submitted
from tests.contents import tamper
from tests.exports.conftest import Packed
from tests.exports.test_verify import assert_not_verified, rewritten

Run = Callable[[Path, Path], tuple[int, str]]
DAY = NOW.date()


@pytest.fixture
def estate(transactional_db: None) -> Estate:
    return make_estate()


@pytest.fixture
def pack_days(ledger_home: Path, tmp_path: Path) -> Callable[[date, date], Packed]:
    def packed(first: date, last: date) -> Packed:
        seal_pending()
        out = tmp_path / f"{first}-{last}.zip"
        checkpoint = latest_checkpoint()
        assert checkpoint is not None
        order = Order(Scope(first, last))
        write_bundle(out=out, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
        return Packed(out, ledger_home / "ledger.pub")

    return packed


@pytest.fixture
def bundle(estate: Estate, pack_days: Callable[[date, date], Packed]) -> Packed:
    """Return a bundle in which one change was signed by all, and another submitted, revised and submitted again."""
    sign_all(estate, submitted(estate))
    change = submitted(estate, names=("applications",))
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        save_why(
            actor=estate.actor("amara"),
            change=change,
            title="Another title",
            summary="Ümläut",
            outcome="x",
            complete=False,
        )
        change.success_metrics.create(name="AUC", target=0.5)
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    return pack_days(DAY, DAY)


def lines_of(bundle: Packed) -> list[bytes]:
    return bundle.members()["revisions.jsonl"].splitlines(keepends=True)


def test_bundle_holds_each_revision_named_in_it_once_as_it_was_hashed(bundle: Packed, run: Run) -> None:
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert "Revisions 3 checked" in said
    rows = [json.loads(line) for line in lines_of(bundle)]
    assert [row["digest"] for row in rows] == list(
        Revision.objects.order_by("pk").values_list("digest", flat=True)
    )
    first = lines_of(bundle)[0].rstrip(b"\n")
    content = first[len(b'{"content":') : -len(b',"digest":"') - 64 - len(b'"}')]
    assert hashlib.sha256(content).hexdigest() == rows[0]["digest"]
    assert rows[2]["content"]["summary"] == "Ümläut"


def test_bundle_of_a_later_period_holds_what_is_signed_in_it(
    estate: Estate, pack_days: Callable[[date, date], Packed], run: Run
) -> None:
    change = submitted(estate)
    with at(NOW + timedelta(days=1)):
        revise_change(actor=estate.actor("amara"), change=change)
    before = pack_days(DAY - timedelta(days=9), DAY - timedelta(days=8))
    assert "Revisions 0 checked" in run(before.path, before.key)[1]
    later = pack_days(DAY + timedelta(days=1), DAY + timedelta(days=1))
    status, said = run(later.path, later.key)
    assert status == 0
    assert "Revisions 1 checked" in said


def test_bundle_still_verifies_after_a_person_left(
    estate: Estate, pack_days: Callable[[date, date], Packed], run: Run
) -> None:
    sign_all(estate, submitted(estate))
    deactivate_person(actor=actors.system("test"), user=estate.people["tomasz"])
    bundle = pack_days(DAY, DAY)
    assert run(bundle.path, bundle.key)[0] == 0
    assert b"Tomasz" not in bundle.members()["revisions.jsonl"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_verify_with_any_byte_of_a_revision_flipped_names_it(bundle: Packed, run: Run, number: int) -> None:
    lines = lines_of(bundle)
    ref = json.loads(lines[number])["content"]["ref"]
    named = f"revision {2 if number == 2 else 1} of {ref}"
    for place in [*range(0, len(lines[number]) - 1, 211), len(lines[number]) - 10]:
        flipped = bytearray(lines[number])
        flipped[place] ^= 1
        content = b"".join([*lines[:number], bytes(flipped), *lines[number + 1 :]])
        said = assert_not_verified(run(rewritten(bundle, revisions__jsonl=content), bundle.key))
        assert named in said, (place, said)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_verify_with_a_revision_left_out_says_which_is_missing(bundle: Packed, run: Run, number: int) -> None:
    lines = lines_of(bundle)
    ref = json.loads(lines.pop(number))["content"]["ref"]
    said = assert_not_verified(run(rewritten(bundle, revisions__jsonl=b"".join(lines)), bundle.key))
    assert f"revision {2 if number == 2 else 1} of {ref} is missing" in said
    assert "It was named by the entry at leaf" in said


def test_verify_with_a_revision_that_nothing_names_finds_it(bundle: Packed, run: Run) -> None:
    lines = lines_of(bundle)
    extra = b"".join([*lines, lines[0]])
    said = assert_not_verified(run(rewritten(bundle, revisions__jsonl=extra), bundle.key))
    assert "no entry of the bundle names" in said


def test_verify_of_a_portal_that_lost_or_changed_a_revision_says_so(
    estate: Estate, pack_days: Callable[[date, date], Packed], run: Run
) -> None:
    change = submitted(estate)
    tamper(change.revision, content=change.revision.content | {"title": "Something harmless"})
    changed = pack_days(DAY, DAY)
    said = assert_not_verified(run(changed.path, changed.key))
    assert f"The content of revision 1 of {change.ref} is not what was signed" in said
    tamper(change.revision, digest="0" * 64)
    lost = pack_days(DAY, DAY)
    said = assert_not_verified(run(lost.path, lost.key))
    assert f"The content of revision 1 of {change.ref} is missing" in said
