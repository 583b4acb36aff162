"""Whatever it is given, the verifier answers in one plain line: no traceback, no hang, no filled disk."""

import hashlib
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exports.verifier import verify
from tests.exports.test_verify import assert_not_verified, rewritten


def zipped(path: Path, members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def key(pack) -> Path:
    return pack(2, 2).key


def test_verify_of_a_period_without_entries_says_so(pack, run) -> None:
    for filters in ({}, {"change": "CHG-1"}, {"person": "zoe"}):
        packed = pack(7, 9, **filters)
        status, said = run(packed.path, packed.key)
        assert status == 0, said
        assert "Entries   0 (none of 15)" in said


def test_verify_of_a_folder_a_pipe_or_a_device_refuses_it(key, run, tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/zero"), Path("/dev/null")):
        assert "is not a file" in assert_not_verified(run(path, key))
    assert run(tmp_path / "none.zip", pipe)[0] == 2


def test_verify_of_an_unreadable_file_is_a_matter_of_usage(key, run, monkeypatch, pack) -> None:
    packed = pack(2, 2)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(verify.os, "stat", refuse)
    status, said = run(packed.path, key)
    assert status == 2
    assert "Permission denied" in said


def test_verify_of_an_empty_zip_or_one_of_other_things_refuses_it(key, run, tmp_path) -> None:
    assert_not_verified(run(zipped(tmp_path / "empty.zip", {}), key))
    assert_not_verified(run(zipped(tmp_path / "other.zip", {"letter.txt": b"Dear auditor"}), key))
    assert_not_verified(run(zipped(tmp_path / "blank.zip", dict.fromkeys(verify.MEMBERS, b"")), key))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../../evil",
        "a/b",
        "..",
        "C:\\evil",
        "-rf",
        "nul\x01",
        "ent\u0440ies.jsonl",
        "a" * 90,
        "a\nb",
    ],
)
def test_verify_of_a_zip_with_a_strange_name_refuses_it(pack, run, name) -> None:
    packed = pack(2, 2)
    said = assert_not_verified(run(packed.repacked(packed.members() | {name: b"x"}), packed.key))
    assert "does not belong there" in said


def test_verify_of_a_zip_with_a_file_that_the_manifest_does_not_list_refuses_it(pack, run) -> None:
    packed = pack(2, 2)
    said = assert_not_verified(run(packed.repacked(packed.members() | {"more.txt": b"x"}), packed.key))
    assert "does not belong there: more.txt" in said


def test_verify_of_a_huge_number_of_files_refuses_to_list_them(key, run, tmp_path) -> None:
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}", b"")
    assert "too many files" in assert_not_verified(run(many, key))
    few = zipped(tmp_path / "few.zip", {f"{number}": b"" for number in range(65)})
    assert "too many files" in assert_not_verified(run(few, key))


def test_verify_of_a_zip_that_lies_about_its_sizes_unpacks_no_more_than_it_says(pack, run, tmp_path) -> None:
    packed = pack(2, 2)
    path = zipped(tmp_path / "lies.zip", packed.members())
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
        infos = archive.infolist()
    for info in infos:
        for size in (0, 1, info.file_size + 1, 2**31, 2**32 - 2):
            lying = bytearray(content)
            at = lying.index(info.filename.encode(), start) - 46
            lying[at + 24 : at + 28] = struct.pack("<I", size)
            path.write_bytes(lying)
            if size == info.file_size:
                continue
            assert_not_verified(run(path, packed.key))


def test_verify_of_a_bomb_in_any_file_refuses_to_unpack_it(pack, run, tmp_path) -> None:
    packed = pack(2, 2)
    zeros = bytes(30_000_000)
    for name in (*verify.MEMBERS, "more.bin"):
        bomb = zipped(tmp_path / "bomb.zip", packed.members() | {name: zeros})
        assert "zip bomb" in assert_not_verified(run(bomb, packed.key))
    # It is the one file that is held whole, and hashes do not pack.
    slack = b"".join(hashlib.sha256(b"%d" % each).digest() + bytes(8_000) for each in range(500))
    bomb = zipped(tmp_path / "bomb.zip", packed.members() | {"leafhashes.bin": slack})
    assert "zip bomb" in assert_not_verified(run(bomb, packed.key))
    inner = zipped(tmp_path / "inner.zip", {"zeros": zeros}).read_bytes()
    nested = zipped(tmp_path / "nested.zip", packed.members() | {"inner.zip": inner})
    assert "does not belong there: inner.zip" in assert_not_verified(run(nested, packed.key))


def test_verify_of_files_that_share_their_bytes_refuses_them(pack, run, tmp_path) -> None:
    packed = pack(2, 2)
    path = packed.repacked(packed.members())
    with zipfile.ZipFile(path) as archive:
        target = archive.getinfo("leafhashes.bin").header_offset
        start = archive.start_dir
        names = archive.namelist()
    content = bytearray(path.read_bytes())
    for name in names:
        at = content.index(name.encode(), start) - 46
        content[at + 42 : at + 46] = struct.pack("<I", target)
    path.write_bytes(content)
    assert_not_verified(run(path, packed.key))


DEEP = b"[" * 100_000
TRAPS = [
    b"",
    b"\n",
    b"null\n",
    b"[]\n",
    b"{}\n",
    b"{" + b'"a":{' * 50_000 + b"\n",
    DEEP + b"\n",
    b'{"a":' + DEEP + b"}\n",
    b"\xff\xfe\n",
    b'{"index":' + b"9" * 2_000_000 + b"}\n",
    b'{"index":1e999,"entry":NaN}\n',
    b'{"index":true,"name":"a","salt":"zz","text":"\\ud800"}\n',
    b'{"keys":[7,null,{"key":7}],"epochs":[]}\n',
    b'{"keys":{},"epochs":{}}\n',
    b'{"format":"countersign-bundle/2","first":-1,"count":1.5,"end":null,"period":[],"files":[]}\n',
    b'{"format":"countersign-bundle/2","first":1,"count":3,"end":4,"period":{},"files":{"README.txt":7}}\n',
    b"\x00" * 1000,
    b"\n" * 10_000,
]


@pytest.mark.parametrize("name", verify.MEMBERS)
def test_verify_with_a_trap_in_any_file_answers_in_one_line(pack, run, quick_signatures, name) -> None:
    for filters in ({}, {"change": "CHG-1"}):
        packed = pack(2, 3, **filters)
        members = packed.members()
        for trap in TRAPS:
            if trap != members[name]:
                assert_not_verified(run(packed.repacked(members | {name: trap}), packed.key))
                if not name.startswith("manifest"):
                    assert_not_verified(run(rewritten(packed, **{name.replace(".", "__"): trap}), packed.key))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_verify_of_a_bundle_damaged_in_many_places_answers_in_one_line(
    pack, run, quick_signatures, data, ledger_home, tmp_path
) -> None:
    source = tmp_path / "whole.zip"
    if not source.exists():
        source.write_bytes(pack(2, 2, change="CHG-1").path.read_bytes())
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "double", "zero"]))
        if kind == "set":
            content[at] = (content[at] + data.draw(st.integers(1, 255))) % 256
        elif kind == "cut":
            del content[at : at + data.draw(st.integers(1, 400))]
        elif kind == "double":
            content[at:at] = content[at : at + data.draw(st.integers(1, 400))]
        else:
            content[at : at + 8] = bytes(8)
        if not content:
            break
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    if bytes(content) != source.read_bytes():
        assert_not_verified(run(damaged, ledger_home / "ledger.pub"))


def test_verify_prints_on_a_terminal_that_knows_ascii_alone(pack, tmp_path) -> None:
    packed = pack(2, 3)
    texts = packed.members()["texts.jsonl"].replace(b"said", b"sang", 1)
    broken = rewritten(packed, texts__jsonl=texts)
    script = tmp_path / "verify.py"
    script.write_bytes(packed.members()["verify.py"])
    for path, status in ((packed.path, 0), (broken, 1)):
        answer = subprocess.run(
            [sys.executable, "-I", "-S", str(script), str(path), "--key", str(packed.key)],
            capture_output=True,
            check=False,
            env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"},
        )
        assert answer.returncode == status, answer
        assert answer.stderr == b""
