"""Filtered and redacted bundles: less to read, and everything that is left still proves."""

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from django.db import transaction

from apps.audit.rules.merkle import inclusion_holds
from apps.audit.rules.notes import head_of, parse_verifier
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import erase_texts, record_event, seal_pending
from apps.core import actors
from apps.core.errors import Invalid
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.bundle import write_bundle
from tests.changes.estate import make_estate, sign_all, submitted
from tests.exports.conftest import DAYS, Packed
from tests.exports.test_revisions import DAY
from tests.exports.test_verify import assert_not_verified, rewritten, without
from tests.faults.amount import amount

# Of the small ledger: leaf 3 * day + number holds step ``day`` of CHG-``number``; number 0 is written by a job.
BY_CHANGE = [4, 7, 10]


def test_bundle_of_a_change_holds_its_entries_alone_with_their_leaves(pack, run) -> None:
    packed = pack(2, 4, change="CHG-1")
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert "Filter    change CHG-1" in said
    assert "Entries   3 (of leaves 3 to 11 of 15)" in said
    assert "The entries of each record follow each other without a gap." in said
    assert "that no other entry of the ledger matches the filter" in said
    members = packed.members()
    assert [int(line) for line in members["indexes.txt"].split()] == BY_CHANGE
    assert {json.loads(line)["object"]["id"] for line in members["entries.jsonl"].splitlines()} == {"CHG-1"}
    assert members["edges.jsonl"] == b""
    assert len(members["leafhashes.bin"]) == 15 * 32
    assert json.loads(members["manifest.json"])["filter"]["change"] == "CHG-1"


def test_bundle_of_a_person_or_of_kinds_holds_what_matches(pack, run, small_ledger) -> None:
    with transaction.atomic():
        record_event(event="card.signed", actor=actors.person(small_ledger), obj=("card", "CARD-1"))
        record_event(event="cards.read", actor=actors.token(small_ledger, "ab12"), obj=("card", "CARD-1"))
        record_event(event="card.noted", actor=actors.system("beat"), obj=("card", "CARD-2"))
    seal_pending()
    for filters, count in [
        ({"person": "zoe"}, 12),
        ({"events": ("change.",)}, 15),
        ({"events": ("card.signed", "cards.")}, 2),
        ({"events": ("card.",), "person": "zoe"}, 1),
        ({"events": ("nothing.happened",)}, 0),
    ]:
        packed = pack(1, 31, **filters)
        status, said = run(packed.path, packed.key)
        assert status == 0, said
        assert f"Entries   {count} (" in said, (filters, said)
        assert "without a gap" not in said


def test_bundle_of_a_person_whom_nobody_knows_is_refused(pack) -> None:
    with pytest.raises(Invalid):
        pack(1, 5, person="nobody")


def test_bundle_of_a_change_with_its_signatures_and_its_component_verifies(
    transactional_db, ledger_home, tmp_path, run
) -> None:
    estate = make_estate()
    change, other = submitted(estate), submitted(estate, names=("applications",))
    sign_all(estate, change)
    seal_pending()
    counts = {}
    for name, scope in {
        "change": Scope(DAY, DAY, change=change.ref),
        "other": Scope(DAY, DAY, change=other.ref),
        "component": Scope(DAY, DAY, component="model:default/credit-risk"),
    }.items():
        out = tmp_path / f"{name}.zip"
        write_bundle(
            out=out, order=Order(scope), checkpoint=latest_checkpoint(), progress=lambda done, total: None
        )
        status, said = run(out, ledger_home / "ledger.pub")
        assert status == 0, said
        counts[name] = json.loads(Packed(out, out).members()["manifest.json"])["count"]
        assert ("Attested  0 " in said) == (name == "other")
    assert 0 < counts["other"] < counts["change"] <= counts["component"]
    both = tmp_path / "both.zip"
    write_bundle(
        out=both,
        order=Order(Scope(DAY, DAY)),
        checkpoint=latest_checkpoint(),
        progress=lambda done, total: None,
        changes=[change.ref, other.ref],
        more={"note.txt": b"Two changes, drawn at random."},
    )
    status, said = run(both, ledger_home / "ledger.pub")
    assert status == 0, said
    assert f"Filter    changes {change.ref}, {other.ref}" in said
    assert f"Entries   {counts['change'] + counts['other']} (" in said
    packed = Packed(both, ledger_home / "ledger.pub")
    swapped = packed.repacked(packed.members() | {"note.txt": b"Two changes, chosen by hand. "})
    assert "note.txt is not the file" in assert_not_verified(run(swapped, packed.key))


def test_proof_of_one_line_holds_with_nothing_but_the_checkpoint(pack) -> None:
    members = pack(1, 5, person="zoe").members()
    head = head_of(
        members["checkpoint"].decode(), parse_verifier(json.loads(members["keys.json"])["keys"][0]["key"])
    )
    lines = zip(
        members["entries.jsonl"].splitlines(),
        members["indexes.txt"].split(),
        members["proofs.txt"].splitlines(),
        strict=True,
    )
    for entry, index, proof in lines:
        hashes = base64.b64decode(proof)
        assert inclusion_holds(
            leaf=hashlib.sha256(b"\x00" + entry).digest(),
            index=int(index),
            size=head.size,
            proof=[hashes[at : at + 32] for at in range(0, len(hashes), 32)],
            root=head.root,
        )


@pytest.mark.parametrize("number", range(3))
def test_verify_with_an_entry_left_out_of_a_filter_finds_the_gap(pack, run, number) -> None:
    packed = pack(2, 4, change="CHG-1")
    members = packed.members()
    for mended in (
        (),
        ("indexes.txt",),
        ("indexes.txt", "proofs.txt"),
        ("indexes.txt", "proofs.txt", "texts.jsonl"),
    ):
        changed = {name: without(members[name], number) for name in ("entries.jsonl", *mended)}
        assert_not_verified(
            run(rewritten(packed, **{k.replace(".", "__"): v for k, v in changed.items()}), packed.key)
        )
    if number == 1:
        said = assert_not_verified(
            run(rewritten(packed, **{k.replace(".", "__"): v for k, v in changed.items()}), packed.key)
        )
        assert "does not follow step 2 of the same record" in said


def test_verify_with_any_byte_of_places_or_proofs_flipped_finds_it(pack, run, quick_signatures) -> None:
    packed = pack(2, 4, change="CHG-1")
    members = packed.members()
    for name in ("indexes.txt", "proofs.txt", "entries.jsonl"):
        for place in range(0, len(members[name]), amount(7, 1)):
            flipped = bytearray(members[name])
            flipped[place] ^= 1
            changed = {name.replace(".", "__"): bytes(flipped)}
            assert_not_verified(run(rewritten(packed, **changed), packed.key))


def test_verify_of_a_portal_that_lets_through_what_the_filter_does_not_finds_it(
    pack, run, monkeypatch
) -> None:
    from apps.exports.services import bundle

    real = bundle.matching_within
    monkeypatch.setattr(
        bundle, "matching_within", lambda scope, *rest: real(replace(scope, events=(), person=""), *rest)
    )
    for filters in ({"events": ("card.",)}, {"person": "zoe"}):
        packed = pack(1, 5, **filters)
        assert "is not one that the filter lets through" in assert_not_verified(run(packed.path, packed.key))


def test_verify_of_a_portal_that_skips_a_step_of_a_record_finds_it(pack, run, monkeypatch) -> None:
    from apps.exports.services import bundle

    real = bundle.rows_of
    monkeypatch.setattr(bundle, "rows_of", lambda piece: [row for row in real(piece) if row.index != 7])
    packed = pack(2, 4, change="CHG-1")
    assert "does not follow step 2 of the same record" in assert_not_verified(run(packed.path, packed.key))
    # From the ledger's first leaf on, a record must start at its first step.
    monkeypatch.setattr(bundle, "rows_of", lambda piece: [row for row in real(piece) if row.index != 1])
    packed = pack(1, 4, change="CHG-1")
    assert "does not follow step 0 of the same record" in assert_not_verified(run(packed.path, packed.key))


def test_redacted_bundle_withholds_texts_and_names_and_verifies(pack, run, small_ledger) -> None:
    with transaction.atomic():
        record_event(
            event="person.added",
            actor=actors.system("beat"),
            obj=("person", str(small_ledger.pk)),
            private={"name": "Zoë =Quine"},
        )
    seal_pending()
    packed = pack(1, 31, withheld=("texts", "names"))
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert "Texts     withheld (6; some may be erased)" in said
    assert "Names     withheld" in said
    members = packed.members()
    assert members["texts.jsonl"] == b""
    assert json.loads(members["people.json"]) == {}
    assert json.loads(members["manifest.json"])["withheld"] == ["names", "texts"]
    for name, content in members.items():
        assert "Zoë".encode() not in content, name
        assert "said “so”".encode() not in content, name
    names_only = pack(1, 31, withheld=("names",))
    status, said = run(names_only.path, names_only.key)
    assert status == 0, said
    assert "Texts     5 checked, 0 erased since, 1 withheld" in said
    assert all("Zoë".encode() not in content for content in names_only.members().values())
    person = pack(1, 31, withheld=("names",), person="zoe")
    assert b"zoe" not in person.members()["manifest.json"]


def test_verify_tells_withheld_from_erased(pack, run, small_ledger) -> None:
    from apps.audit.models import AuditText

    erased = AuditText.objects.order_by("event_id").values_list("event_id", flat=True)[:2]
    erase_texts(actor=actors.system("test"), obj=("change", "CHG-1"), entries=list(erased), reason="asked")
    whole = pack(1, 5)
    assert "Texts     3 checked, 2 erased since\n" in run(whole.path, whole.key)[1]
    redacted = pack(1, 5, withheld=("texts",))
    assert "Texts     withheld (5; some may be erased)\n" in run(redacted.path, redacted.key)[1]


def test_verify_of_a_text_or_name_that_the_manifest_withholds_finds_it(pack, run) -> None:
    whole, redacted = pack(1, 5).members(), pack(1, 5, withheld=("texts", "names"))
    texts = rewritten(redacted, texts__jsonl=whole["texts.jsonl"])
    assert "which the manifest withholds" in assert_not_verified(run(texts, redacted.key))
    names = rewritten(redacted, people__json=whole["people.json"])
    assert_not_verified(run(names, redacted.key))


@pytest.mark.parametrize("filters", [{}, {"change": "CHG-1"}, {"person": "zoe", "withheld": ("texts",)}])
def test_bundle_written_again_has_the_same_bytes(pack, small_ledger, monkeypatch, tmp_path, filters) -> None:
    first = pack(1, 5, **filters)
    checkpoint = latest_checkpoint()
    with transaction.atomic():
        for number in range(300):
            record_event(
                event="change.noted", actor=actors.person(small_ledger), obj=("change", f"CHG-{number % 3}")
            )
    seal_pending()
    again = tmp_path / "again.zip"
    days = DAYS[0].date(), DAYS[4].date()
    scope = {name: value for name, value in filters.items() if name != "withheld"}
    write_bundle(
        out=again,
        order=Order(Scope(*days, **scope), withheld=filters.get("withheld", ())),
        checkpoint=checkpoint,
        progress=lambda done, total: None,
    )
    assert hashlib.sha256(first.path.read_bytes()).digest() == hashlib.sha256(again.read_bytes()).digest()
