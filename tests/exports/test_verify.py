"""What the verifier must find: everything, in one plain line, at the right entry."""

import hashlib
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import Head, Signer
from apps.exports.verifier import verify
from tests.exports.conftest import Packed, packer, write_small_ledger
from tests.faults.amount import amount
from tests.scenes import standing

SOME = amount(7, 1)
"""Each how manyth byte of a file is flipped: in full, each."""


@pytest.fixture(scope="module")
def packed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[int, int], Packed]:
    """The bundles of this module, by their days. They are packed once: no test asks more of the ledger."""
    folder = tmp_path_factory.mktemp("bundles")
    home = folder / "home"
    days = [(1, 1), (1, 5), (2, 2), (2, 3), (2, 4), (4, 5), (5, 5), (6, 9), (10, 20)]
    with (
        standing(django_db_blocker),
        override_settings(PORTAL_HOME=home),
        pytest.MonkeyPatch.context() as patch,
    ):
        write_small_ledger(patch)
        pack = packer(home, folder)
        return {some: pack(*some) for some in days}


@pytest.fixture
def pack(packed: dict[tuple[int, int], Packed], db: None) -> Callable[[int, int], Packed]:
    return lambda first, last: packed[first, last]


def assert_not_verified(answer: tuple[int, str]) -> str:
    status, said = answer
    assert status == 1, said
    assert said.startswith("NOT VERIFIED: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


def test_verify_of_a_bundle_as_exported_says_what_is_proven(pack, run) -> None:
    bundle = pack(2, 4)
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert said.startswith("VERIFIED\n")
    assert "Entries   9 (leaves 3 to 11 of 15)" in said
    assert "Texts     3 checked" in said
    assert "Not proven" in said


@pytest.mark.parametrize(
    ("first", "last", "count"), [(1, 5, 15), (1, 1, 3), (5, 5, 3), (6, 9, 0), (10, 20, 0)]
)
def test_verify_of_any_period_holds(pack, run, first, last, count) -> None:
    bundle = pack(first, last)
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert f"Entries   {count} (" in said


def test_verify_by_a_bare_interpreter_holds(pack, tmp_path) -> None:
    bundle = pack(2, 4)
    script = tmp_path / "verify.py"
    script.write_bytes(bundle.members()["verify.py"])
    command = [sys.executable, "-I", "-S", str(script), str(bundle.path), "--key", str(bundle.key)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_verify_with_any_byte_of_any_member_flipped_finds_it(pack, run, quick_signatures) -> None:
    bundle = pack(2, 2)
    members = bundle.members()
    assert run(bundle.repacked(members), bundle.key)[0] == 0
    line_of = line_numbers(members["entries.jsonl"])
    for name, content in members.items():
        # Long texts are checked by their digest alone.
        step = 97 if name in ("verify.py", "README.txt") else SOME
        for place in range(0, len(content), step):
            flipped = bytearray(content)
            flipped[place] ^= 1
            said = assert_not_verified(run(bundle.repacked(members | {name: bytes(flipped)}), bundle.key))
            if name == "entries.jsonl" and content[place] != 0x0A:
                assert f"leaf {3 + line_of[place]} (" in said
                assert f"line {line_of[place] + 1})" in said


def test_verify_with_any_byte_of_the_zip_flipped_finds_it(pack, run, quick_signatures) -> None:
    bundle = pack(2, 2)
    content = bundle.path.read_bytes()
    with zipfile.ZipFile(bundle.path) as archive:
        held = {info.filename: held_at(content, info) for info in archive.infolist()}
    start = held["entries.jsonl"].start
    inside = content[start : held["entries.jsonl"].stop]
    assert inside.startswith(b'{"actor"')
    line_of = line_numbers(inside)
    other = bundle.path.with_name("flipped.zip")
    # Of what holds the files together, each byte; of the files some, as they are flipped above.
    places = set(range(len(content))).difference(*held.values())
    for name, part in held.items():
        places.update(part[:: 101 if name in ("verify.py", "README.txt") else SOME])
    for place in sorted(places):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        other.write_bytes(flipped)
        said = assert_not_verified(run(other, bundle.key))
        at = place - start
        if 0 <= at < len(inside) and inside[at] != 0x0A:
            assert f"leaf {3 + line_of[at]} (" in said


def held_at(content: bytes, info: zipfile.ZipInfo) -> range:
    """Return where in a zip the bytes of a file are: after its local header, its name and what is extra."""
    lengths = struct.unpack("<HH", content[info.header_offset + 26 :][:4])
    start = info.header_offset + 30 + sum(lengths)
    return range(start, start + info.compress_size)


def test_verify_of_a_bundle_cut_anywhere_finds_it(pack, run) -> None:
    bundle = pack(2, 2)
    content = bundle.path.read_bytes()
    other = bundle.path.with_name("cut.zip")
    # Near the end every size counts: a cut just before the seal leaves a zip that many readers take for whole.
    for size in [*range(0, len(content), 211), *range(len(content) - 400, len(content))]:
        other.write_bytes(content[:size])
        assert_not_verified(run(other, bundle.key))
    other.write_bytes(content + b"x")
    assert_not_verified(run(other, bundle.key))


def rewritten(bundle, **changes):
    """Return a bundle with other contents and a manifest that lists them, as an insider without the key would."""
    members = bundle.members() | {name.replace("__", "."): content for name, content in changes.items()}
    manifest = json.loads(members["manifest.json"])
    manifest["count"] = members["entries.jsonl"].count(b"\n")
    for name, content in members.items():
        if name in manifest["files"]:
            manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return bundle.repacked(members | {"manifest.json": json.dumps(manifest).encode()})


def without(lines: bytes, number: int) -> bytes:
    kept = lines.splitlines(keepends=True)
    del kept[number]
    return b"".join(kept)


@pytest.mark.parametrize("number", range(6))
def test_verify_with_a_line_dropped_names_the_missing_entry(pack, run, number) -> None:
    bundle = pack(2, 3)
    members = bundle.members()
    entries = without(members["entries.jsonl"], number)
    said = assert_not_verified(run(bundle.repacked(members | {"entries.jsonl": entries}), bundle.key))
    assert f"leaf {3 + number} " in said
    indexes = without(members["indexes.txt"], number)
    careful = rewritten(bundle, entries__jsonl=entries, indexes__txt=indexes)
    said = assert_not_verified(run(careful, bundle.key))
    if number < 5:
        assert f"leaf {3 + number} " in said or f"leaf {3 + number}." in said


def test_verify_with_lines_exchanged_names_the_first(pack, run) -> None:
    bundle = pack(2, 3)
    lines = bundle.members()["entries.jsonl"].splitlines(keepends=True)
    lines[1], lines[4] = lines[4], lines[1]
    said = assert_not_verified(run(rewritten(bundle, entries__jsonl=b"".join(lines)), bundle.key))
    assert "leaf 4 is not in its place (line 2): the one of leaf 7" in said


def test_verify_with_an_entry_edited_and_every_digest_mended_names_it(pack, run) -> None:
    bundle = pack(2, 3)
    members = bundle.members()
    lines = members["entries.jsonl"].splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"day":2', b'"day":3')
    entries = b"".join(lines)
    said = assert_not_verified(run(rewritten(bundle, entries__jsonl=entries), bundle.key))
    assert "change.noted, change CHG-2 step 2, line 3" in said
    leaves = bytearray(members["leafhashes.bin"])
    leaves[5 * 32 : 6 * 32] = hashlib.sha256(b"\x00" + lines[2][:-1]).digest()
    both = rewritten(bundle, entries__jsonl=entries, leafhashes__bin=bytes(leaves))
    assert "leafhashes.bin does not give the root" in assert_not_verified(run(both, bundle.key))


def test_verify_with_a_leaf_hash_changed_blames_the_hash_and_not_the_entry(pack, run) -> None:
    bundle = pack(2, 3)
    leaves = bytearray(bundle.members()["leafhashes.bin"])
    leaves[4 * 32] ^= 1
    said = assert_not_verified(run(rewritten(bundle, leafhashes__bin=bytes(leaves)), bundle.key))
    assert "leafhashes.bin was changed at leaf 4" in said


def test_verify_with_a_text_changed_names_its_entry(pack, run) -> None:
    bundle = pack(2, 3)
    texts = bundle.members()["texts.jsonl"].replace(b"said", b"sang", 1)
    said = assert_not_verified(run(rewritten(bundle, texts__jsonl=texts), bundle.key))
    assert "comment" in said
    assert "leaf 4 (change.noted, change CHG-1 step 2" in said


def test_verify_signed_over_by_another_ledger_is_foreign(pack, run) -> None:
    bundle = pack(2, 3)
    other = Signer(bundle.key.read_text().partition("+")[0], bytes(range(32)))
    key = bundle.path.with_name("other.pub")
    key.write_text(other.verifier.text)
    assert "not signed by the key that you gave" in assert_not_verified(run(bundle.path, key))
    members = bundle.members()
    leaves = [members["leafhashes.bin"][at : at + 32] for at in range(0, len(members["leafhashes.bin"]), 32)]
    note = other.sign(Head(other.name, len(leaves), root_of(leaves)).text)
    forged = bundle.repacked(
        members | {"checkpoint": note.encode(), "keys.json": other.verifier.text.encode()}
    )
    assert "not signed by the key" in assert_not_verified(run(forged, bundle.key))


def test_verify_with_a_member_missing_swapped_added_or_doubled_finds_it(pack, run, tmp_path) -> None:
    bundle, elsewhere = pack(2, 3), pack(4, 5)
    members, others = bundle.members(), elsewhere.members()
    for name in members:
        fewer = {key: value for key, value in members.items() if key != name}
        assert_not_verified(run(bundle.repacked(fewer), bundle.key))
        if members[name] != others[name]:
            assert_not_verified(run(bundle.repacked(members | {name: others[name]}), bundle.key))
    assert_not_verified(run(bundle.repacked(members | {"../evil": b"x"}), bundle.key))
    doubled = bundle.repacked(members)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr("entries.jsonl", b"")
    assert_not_verified(run(doubled, bundle.key))


def test_verify_of_a_zip_bomb_refuses_to_unpack_it(pack, run) -> None:
    bundle = pack(2, 3)
    bomb = bundle.path.with_name("bomb.zip")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (bundle.members() | {"texts.jsonl": bytes(50_000_000)}).items():
            archive.writestr(name, content)
    assert "zip bomb" in assert_not_verified(run(bomb, bundle.key))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"hello", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18, bytes(10_000)]
)
def test_verify_of_what_is_no_bundle_answers_in_one_line(tmp_path, pack, run, content) -> None:
    bundle = pack(2, 2)
    path = tmp_path / "not-a-bundle"
    path.write_bytes(content)
    assert_not_verified(run(path, bundle.key))


@pytest.mark.parametrize(
    "words",
    [[], ["b.zip"], ["--key", "k"], ["b.zip", "--key"], ["a", "b", "--key", "k"], ["b", "--kay", "k"]],
)
def test_verify_called_wrongly_exits_with_two(words, capsys) -> None:
    assert verify.main(words) == 2
    assert "usage:" in capsys.readouterr().err


def test_verify_without_a_usable_file_or_key_exits_with_two(pack, run, tmp_path) -> None:
    bundle = pack(2, 2)
    empty = tmp_path / "empty"
    for content in (b"", b"\xff\xfe", b"a+b+c", bundle.key.read_bytes().replace(b"+", b"-")):
        empty.write_bytes(content)
        assert run(bundle.path, empty)[0] == 2
    assert run(bundle.path, tmp_path / "none")[0] == 2
    assert run(tmp_path / "none.zip", bundle.key)[0] == 2
    assert verify.main(["--help"]) == 0


# RFC 8032, section 7.1, tests 1 to 3.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signature_of_the_published_vectors_holds(public, message, signature) -> None:
    assert verify.signature_holds(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 64 * 8 - 1))
def test_signature_flipped_anywhere_is_judged_as_openssl_judges_it(secret, message, bit) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify.signature_holds(public, message, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        key.public_key().verify(bytes(flipped), message)
    assert not verify.signature_holds(public, message, bytes(flipped))
    assert not verify.signature_holds(public, message + b"x", signature)


def test_signature_with_a_second_form_of_its_scalar_does_not_hold() -> None:
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little") + verify.ORDER
    assert not verify.signature_holds(public, message, signature[:32] + scalar.to_bytes(32, "little"))


@settings(deadline=None)
@given(st.integers(0, 200))
def test_root_of_is_the_ledgers_own(size) -> None:
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(size)]
    assert verify.root_of(b"".join(leaves)) == root_of(leaves)


def line_numbers(lines: bytes) -> list[int]:
    """Return, for each byte, the number of its line from 0."""
    numbers, line = [], 0
    for byte in lines:
        numbers.append(line)
        line += byte == 0x0A
    return numbers


def test_verify_source_imports_the_standard_library_alone() -> None:
    source = Path(verify.__file__).read_text()
    imported = {
        line.split()[1].partition(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= set(sys.stdlib_module_names)
