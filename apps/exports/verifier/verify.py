#!/usr/bin/env python3
"""Check a bundle of a Countersign ledger. It needs Python 3.9 or newer, and nothing else.

    python3 verify.py bundle.zip --key ledger.pub

The key must come from a source that you trust, never from the bundle. Exit status: 0 verified, 1 not verified,
2 called in a wrong way.

What is checked, against that key alone: the signature of the checkpoint; that the hashes of all entries of the
ledger give the checkpoint's root (RFC 9162, section 2.1); that each entry of the bundle is the one sealed at its
place; that none is missing between them or at either end of the period; that each object's entries follow each
other without a gap; the texts; that each revision of a change which an entry names is here, and is what was signed;
the signature of the manifest and the digest of every file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

Point = tuple[int, int, int, int]

USAGE = "usage: python3 verify.py bundle.zip --key ledger.pub\n"
HASH = 32
CHUNK = 1 << 20
LONGEST_LINE = 1 << 26
LONGEST_ENTRY = 65535
SMALL = 1 << 22
MOST_MEMBERS = 64
SEAL = b"countersign-seal sha256:"
MEMBERS = (
    "README.txt",
    "verify.py",
    "checkpoint",
    "keys.json",
    "leafhashes.bin",
    "entries.jsonl",
    "indexes.txt",
    "texts.jsonl",
    "revisions.jsonl",
    "report.csv",
    "people.json",
    "edges.jsonl",
    "manifest.json",
    "manifest.sig",
)


class Wrong(Exception):
    """The bundle is not what it should be. The message is one plain sentence."""


class Usage(Exception):
    """The program was called in a wrong way."""


# ---------------------------------------------------------------- Ed25519 (RFC 8032), verification only

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a: Point, b: Point) -> Point:
    """Add two points in extended coordinates (RFC 8032, section 5.1.4)."""
    u = (a[1] - a[0]) * (b[1] - b[0]) % P
    v = (a[1] + a[0]) * (b[1] + b[0]) % P
    w = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    e, f, g, h = v - u, z - w, z + w, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(scalar: int, point: Point) -> Point:
    """Multiply a point. Nothing here is secret, so the time may depend on the scalar."""
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_from(data: bytes) -> Point | None:
    """Return the point that 32 bytes encode, or None if they encode none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def point_bytes(point: Point) -> bytes:
    """Return the 32 bytes that encode a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_from(BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature holds (RFC 8032, section 5.1.7, without the cofactor)."""
    key = point_from(public) if len(public) == 32 else None
    if key is None or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    negated = (P - key[0], key[1], key[2], P - key[3])
    return (
        point_bytes(point_add(point_times(scalar, BASE), point_times(challenge, negated))) == signature[:32]
    )


# ---------------------------------------------------------------- keys and signed notes (c2sp.org/signed-note)


def from_base64(text: str) -> bytes | None:
    """Return what base64 encodes, taking only its one proper form, or None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


class Key:
    """A public key: ``name+keyid+base64``."""

    def __init__(self, line: str) -> None:
        parts = line.strip().split("+", 2)
        blob = from_base64(parts[2]) if len(parts) == 3 else None
        if blob is None or len(blob) != 33 or blob[0] != 1:
            raise Usage("The key file does not hold a ledger key.")
        self.name, self.public = parts[0], blob[1:]
        self.ident = hashlib.sha256(self.name.encode() + b"\n" + blob).digest()[:4]
        if self.ident.hex() != parts[1]:
            raise Usage("The key file is damaged: the key does not fit its own id.")


def open_note(data: bytes, key: Key, what: str) -> str:
    """Return the text of a note that the key signed."""
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong(f"{what} is damaged: it is not text.") from None
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Wrong(f"{what} is damaged: it has no signature.")
    found = False
    for line in lines[:-1].split("\n"):
        match = re.match("\u2014 ([^ +\\s]+) ([A-Za-z0-9+/]+=*)\\Z", line)
        blob = from_base64(match.group(2)) if match else None
        if match is None or blob is None:
            raise Wrong(f"{what} is damaged: a line of its signature is not well formed.")
        if match.group(1) == key.name and blob[:4] == key.ident:
            if not signature_holds(key.public, (text + "\n").encode(), blob[4:]):
                raise Wrong(f"{what} is not what the key signed.")
            found = True
    if not found:
        raise Wrong(f"{what} is not signed by the key that you gave ({key.name}).")
    return text + "\n"


def read_checkpoint(data: bytes, key: Key) -> tuple[int, bytes]:
    """Return the number of entries and the root that the checkpoint states."""
    lines = open_note(data, key, "The checkpoint").split("\n")
    root = from_base64(lines[2]) if len(lines) == 4 else None
    if root is None or len(root) != HASH or not re.match("(0|[1-9][0-9]{0,17})\\Z", lines[1]):
        raise Wrong("The checkpoint is not well formed.")
    return int(lines[1]), root


# ---------------------------------------------------------------- the Merkle tree (RFC 9162, section 2.1)


def root_of(leaves: bytes) -> bytes:
    """Return the root over leaf hashes that stand side by side."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    sha256 = hashlib.sha256
    level = [leaves[start : start + HASH] for start in range(0, len(leaves), HASH)]
    while len(level) > 1:
        odd = [level.pop()] if len(level) % 2 else []
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs)]  # noqa: B905 - Python 3.9
        level += odd
    return level[0]


# ---------------------------------------------------------------- the zip file


class Archive:
    """The bundle's files, read in pieces, each hashed as it passes."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise Usage(f"There is no file {plain(path)}.") from None
        except Exception as error:  # zipfile raises many kinds for damaged bytes
            raise Wrong(
                "The bundle cannot be read as a zip file: {}.".format(str(error).rstrip("."))
            ) from None
        self.digests: dict[str, tuple[int, str]] = {}
        infos = self.zip.infolist()
        self.infos = {info.filename: info for info in infos}
        if len(infos) > MOST_MEMBERS or len(self.infos) != len(infos):
            raise Wrong("The bundle is not one: it holds too many files, or one name twice.")
        for info in infos:
            self.guard(info)

    def guard(self, info: zipfile.ZipInfo) -> None:
        """Refuse what no portal writes: secret, strangely packed or hugely packed files."""
        if info.filename not in MEMBERS:
            raise Wrong(f"The bundle holds a file that does not belong there: {plain(info.filename)}.")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Wrong(f"{info.filename} is packed in a way that no portal uses.")
        if info.file_size > 400 * info.compress_size + 65536:
            raise Wrong(f"{info.filename} would unpack to far more than it should: a zip bomb.")

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file in pieces. Damage shows as Wrong where it is met."""
        if name not in self.infos:
            raise Wrong(f"{name} is missing from the bundle.")
        digest, size = hashlib.sha256(), 0
        try:
            with self.zip.open(self.infos[name]) as stream:
                # A wrong CRC would withhold the last piece; the digests here say better what is wrong in it.
                stream._expected_crc = None  # type: ignore[attr-defined]
                while True:
                    chunk = stream.read(CHUNK)
                    if not chunk:
                        break
                    digest.update(chunk)
                    size += len(chunk)
                    yield chunk
        except Wrong:
            raise
        except Exception as error:  # zipfile and zlib raise many kinds for damaged bytes
            raise Wrong("{} is damaged: {}.".format(name, str(error).rstrip("."))) from None
        self.digests[name] = (size, digest.hexdigest())

    def lines(self, name: str, longest: int) -> Iterator[bytes]:
        """Yield the lines of a file without their ends. The last must end too."""
        rest = b""
        for chunk in self.chunks(name):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            yield from lines
            if len(rest) > longest:
                raise Wrong(f"{name} holds a line that is too long.")
        if rest:
            raise Wrong(f"{name} ends in the middle of a line.")

    def small(self, name: str) -> bytes:
        """Return a file that is never large."""
        if name in self.infos and self.infos[name].file_size > SMALL:
            raise Wrong(f"{name} is far larger than it should be.")
        return b"".join(self.chunks(name))

    def check_seal(self) -> bool:
        """Check the bytes that a zip reader skips. Return False if the file was packed again since."""
        with open(self.path, "rb") as file:
            size = file.seek(0, 2)
            comment = self.zip.comment
            file.seek(max(0, size - len(comment) - 22))
            ending = file.read()
            if ending[:4] != b"PK\x05\x06" or ending[22:] != comment:
                raise Wrong("The zip file has bytes after its end.")
            if int.from_bytes(ending[20:22], "little") != len(comment):
                raise Wrong("The zip file is cut off: its last bytes are missing.")
            if not comment:
                return False
            digest, left = hashlib.sha256(), size - 64
            file.seek(0)
            while left > 0:
                chunk = file.read(min(left, CHUNK))
                if not chunk:
                    break
                digest.update(chunk)
                left -= len(chunk)
        if comment != SEAL + digest.hexdigest().encode():
            raise Wrong("The zip file's own bytes were changed, outside the contents of its files.")
        return True


# ---------------------------------------------------------------- the bundle


class Bundle:
    """One check of one bundle. ``problems`` collects what is wrong, the worst to know first."""

    def __init__(self, archive: Archive, key: Key) -> None:
        self.archive, self.key = archive, key
        self.entry_problems: list[str] = []
        self.problems: list[str] = []
        self.size = -1
        self.root = b""
        self.manifest: dict[str, Any] = {}
        self.first, self.expected = -1, 0
        self.start = self.end = ""
        self.leaves, self.root_holds = bytearray(), False
        self.count = self.outside = self.texts = self.erased = self.revisions = 0

    def check(self) -> None:
        """Run every check."""
        self.attempt(self.check_checkpoint)
        self.attempt(self.check_leaves)
        self.attempt(self.check_manifest)
        if self.first >= 0 and self.leaves:
            self.attempt(self.check_entries, self.entry_problems)
            self.attempt(self.check_edges, self.entry_problems)
        self.attempt(self.check_files)

    def attempt(self, step: Callable[[], None], problems: list[str] | None = None) -> None:
        """Run a check, and keep what it finds wrong."""
        try:
            step()
        except Wrong as wrong:
            (self.problems if problems is None else problems).append(str(wrong))

    def check_checkpoint(self) -> None:
        self.size, self.root = read_checkpoint(self.archive.small("checkpoint"), self.key)

    def check_manifest(self) -> None:
        data = self.archive.small("manifest.json")
        self.manifest = parsed(data, "manifest.json")
        self.first, self.expected = number_in(self.manifest, "first"), number_in(self.manifest, "count")
        period = self.manifest.get("period")
        if not isinstance(period, dict):
            raise Wrong("manifest.json is damaged: it names no period.")
        self.start, self.end = str(period.get("start")), str(period.get("end"))
        text = open_note(self.archive.small("manifest.sig"), self.key, "manifest.sig")
        if text != f"{self.key.name}/bundle\n{hashlib.sha256(data).hexdigest()}\n":
            raise Wrong("manifest.json is not the one that was signed.")
        if self.manifest.get("format") != "countersign-bundle/1":
            raise Wrong("This bundle has a form that this program does not know.")
        if self.size >= 0 and self.manifest.get("tree_size") != self.size:
            raise Wrong("The manifest and the checkpoint are of different times.")

    def check_leaves(self) -> None:
        for chunk in self.archive.chunks("leafhashes.bin"):
            self.leaves += chunk
        if self.size < 0:
            return
        if len(self.leaves) != HASH * self.size:
            raise Wrong(f"leafhashes.bin does not hold the {self.size} hashes that were signed.")
        self.root_holds = root_of(bytes(self.leaves)) == self.root
        if not self.root_holds:
            raise Wrong("leafhashes.bin does not give the root that was signed: a hash in it was changed.")

    def check_entries(self) -> None:
        """Check each entry in its place, and its texts. Stop at the first that is wrong."""
        first, expected = self.first, self.expected
        indexes = self.archive.lines("indexes.txt", 32)
        texts, revisions = Texts(self.archive), Revisions(self.archive)
        last_of: dict[Any, int] = {}
        at = None
        lines = self.archive.lines("entries.jsonl", LONGEST_ENTRY)
        while True:
            index = first + self.count
            line = step_of(lines, index, self.count + 1)
            if line is None:
                break
            name_line(indexes, index, self.count + 1)
            entry = self.checked_entry(index, line)
            at = entry["at"]
            outside = not self.in_period(at)
            if outside and self.count == 0:
                raise Wrong(f"{entry_name(index, line, 1)} lies outside the period.")
            self.outside += outside
            self.check_step(last_of, entry, index, line)
            self.check_texts(texts, entry, index, line)
            revisions.check(entry, index, line, self.count + 1)
            self.count += 1
        if next(indexes, None) is not None or self.count != expected:
            raise Wrong(
                f"entries.jsonl holds {self.count} entries, and should hold {expected}: "
                f"the entry at leaf {first + self.count} is missing."
            )
        if at is not None and not self.in_period(at):
            raise Wrong(f"The last entry, at leaf {first + self.count - 1}, lies outside the period.")
        texts.must_be_over()
        revisions.must_be_over()
        self.revisions = len(revisions.met)

    def checked_entry(self, index: int, line: bytes) -> dict[str, Any]:
        """Return the entry of a line, once it is the one that was sealed at this place."""
        digest = hashlib.sha256(b"\x00" + line).digest()
        if digest != self.leaves[HASH * index : HASH * (index + 1)]:
            raise Wrong(self.explain(index, line, digest))
        return parsed(line, "An entry")

    def explain(self, index: int, line: bytes, digest: bytes) -> str:
        """Say what is wrong with a line whose hash is not the one of its place."""
        name = entry_name(index, line, self.count + 1)
        if HASH * (index + 1) > len(self.leaves):
            return f"{name} stands where the ledger has no entry."
        place = self.leaves.find(digest)
        while place >= 0 and place % HASH:
            place = self.leaves.find(digest, place + 1)
        if place >= 0:
            return (
                f"The entry at leaf {index} is not in its place (line {self.count + 1}): "
                f"the one of leaf {place // HASH} stands there."
            )
        if not self.root_holds and self.size >= 0:
            mended = self.leaves[: HASH * index] + digest + self.leaves[HASH * (index + 1) :]
            if root_of(bytes(mended)) == self.root:
                name = entry_name(index, line, self.count + 1, small=True)
                return f"leafhashes.bin was changed at leaf {index}; {name} is as it was sealed."
        return f"{name} is not what was sealed: it was changed afterwards."

    def check_step(self, last_of: dict[Any, int], entry: dict[str, Any], index: int, line: bytes) -> None:
        """Check that an object's entries follow each other without a gap."""
        obj = entry["object"]
        record, seq = (obj["type"], obj["id"]), obj["seq"]
        before = last_of.get(record, 0 if index == self.count else None)
        if before is not None and seq != before + 1:
            name = entry_name(index, line, self.count + 1)
            raise Wrong(f"{name} does not follow step {before} of the same record.")
        last_of[record] = seq

    def check_texts(self, texts: Texts, entry: dict[str, Any], index: int, line: bytes) -> None:
        """Check the texts of an entry against the salted digests in it."""
        digests = entry["private"]
        if not digests and texts.index() != index:
            return
        found = texts.take(index)
        for name, digest in found.items():
            if digests.get(name) != digest:
                owner = entry_name(index, line, self.count + 1, small=True)
                raise Wrong(
                    f"The text \u201c{plain(name)}\u201d of {owner} is not the one that was recorded."
                )
        self.texts += len(found)
        self.erased += len(digests) - len(found)

    def check_edges(self) -> None:
        """Check that the entries just outside the bundle lie outside the period."""
        first, count = self.first, self.expected
        size = len(self.leaves) // HASH
        wanted = [index for index in (first - 1, first + count) if 0 <= index < size]
        found = 0
        for at, line in enumerate(self.archive.lines("edges.jsonl", LONGEST_LINE)):
            edge = parsed(line, "edges.jsonl")
            if edge.get("index") not in wanted[at : at + 1]:
                raise Wrong("edges.jsonl does not hold the entries next to the period.")
            self.check_edge(edge["index"], str(edge.get("entry")).encode("utf-8", "replace"))
            found += 1
        if found != len(wanted):
            raise Wrong("edges.jsonl does not hold the entries next to the period.")

    def check_edge(self, index: int, line: bytes) -> None:
        if hashlib.sha256(b"\x00" + line).digest() != self.leaves[HASH * index : HASH * (index + 1)]:
            raise Wrong(f"The neighbouring entry at leaf {index} is not what was sealed.")
        if self.in_period(parsed(line, "edges.jsonl")["at"]):
            raise Wrong(f"The entry at leaf {index} belongs to the period and was left out.")

    def in_period(self, at: str) -> bool:
        """Tell whether a time lies in the period. All times are written alike, so they compare as text."""
        return self.start <= at < self.end

    def check_files(self) -> None:
        """Check every file against the manifest."""
        files = self.manifest.get("files")
        if not isinstance(files, dict):
            raise Wrong("The manifest lists no files.")
        for name in MEMBERS:
            if name.startswith("manifest."):
                continue
            if name not in self.archive.digests:
                for _ in self.archive.chunks(name):
                    pass
            size, digest = self.archive.digests[name]
            if files.get(name) != {"bytes": size, "sha256": digest}:
                raise Wrong(f"{name} is not the file that the manifest lists.")


class Texts:
    """The lines of texts.jsonl, taken entry by entry."""

    def __init__(self, archive: Archive) -> None:
        self.lines = archive.lines("texts.jsonl", LONGEST_LINE)
        self.next: dict[str, Any] | None = None
        self.advance()

    def advance(self) -> None:
        line = next(self.lines, None)
        self.next = parsed(line, "texts.jsonl") if line is not None else None

    def index(self) -> int | None:
        """Return the leaf that the next text belongs to, or None at the end."""
        return self.next.get("index") if self.next is not None else None

    def take(self, index: int) -> dict[str, str]:
        """Return the digests of the texts of one entry, by name."""
        found = {}
        while self.next is not None and self.index() == index:
            try:
                salted = bytes.fromhex(self.next["salt"]) + self.next["text"].encode("utf-8")
                found[self.next["name"]] = hashlib.sha256(salted).hexdigest()
            except (KeyError, TypeError, ValueError, AttributeError):
                raise Wrong(f"The texts of the entry at leaf {index} are damaged.") from None
            self.advance()
        return found

    def must_be_over(self) -> None:
        if self.next is not None:
            raise Wrong("texts.jsonl holds a text that belongs to no entry of the bundle.")


class Revisions:
    """The lines of revisions.jsonl, each taken where an entry first names its digest."""

    def __init__(self, archive: Archive) -> None:
        self.lines = archive.lines("revisions.jsonl", LONGEST_LINE)
        self.next = next(self.lines, None)
        self.met: set[str] = set()

    def check(self, entry: dict[str, Any], index: int, line: bytes, number: int) -> None:
        """Check the revision that an entry is the first to name, if it names one."""
        data, obj = entry["data"], entry["object"]
        digest = data.get("digest")
        if obj["type"] != "change" or "revision" not in data or digest is None or digest in self.met:
            return
        name = f"revision {plain(data['revision'])} of {plain(obj['id'])}"
        named_by = entry_name(index, line, number, small=True)
        match = re.match(b'{"content":(.*),"digest":"([^"]*)"}\\Z', self.next or b"", re.DOTALL)
        if self.next is not None and match is None:
            raise Wrong(f"revisions.jsonl is damaged where {name} should stand.")
        held = hashlib.sha256(match.group(1)).hexdigest() if match else ""
        if match is None or digest not in (held, match.group(2).decode("utf-8", "replace")):
            raise Wrong(f"The content of {name} is missing. It was named by {named_by}.")
        if held != digest:
            raise Wrong(
                f"The content of {name} is not what was signed: it was changed. It was named by {named_by}."
            )
        if match.group(2) != digest.encode():
            raise Wrong(f"revisions.jsonl names a wrong digest for {name}.")
        self.met.add(digest)
        self.next = next(self.lines, None)

    def must_be_over(self) -> None:
        if self.next is not None:
            raise Wrong("revisions.jsonl holds a revision that no entry of the bundle names.")


def step_of(lines: Iterator[bytes], index: int, number: int) -> bytes | None:
    """Return the next line of the entries, or None at the end."""
    try:
        return next(lines, None)
    except Wrong as wrong:
        raise Wrong(f"The entry at leaf {index} (line {number}) cannot be read: {wrong}") from None


def name_line(indexes: Iterator[bytes], index: int, number: int) -> None:
    """Check one line of indexes.txt."""
    if next(indexes, None) != b"%d" % index:
        raise Wrong(f"Line {number} of indexes.txt should name leaf {index}.")


def number_in(manifest: dict[str, Any], name: str) -> int:
    """Return a number of the manifest."""
    value = manifest.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 60:
        raise Wrong("manifest.json is damaged: it does not say which entries the bundle holds.")
    return value


def parsed(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Wrong(f"{what} is damaged: it cannot be read.")
    return value


def entry_name(index: int, line: bytes, number: int, small: bool = False) -> str:
    """Name an entry so that a person finds it, even if its line is damaged."""
    event = re.search(b'"event":"([^"\\\\]{1,80})"', line)
    obj = re.search(
        b'"object":\\{"id":"([^"\\\\]{1,250})","seq":([0-9]{1,19}),"type":"([^"\\\\]{1,40})"', line
    )
    parts = []
    if event:
        parts.append(event.group(1))
    if obj:
        parts.append(b"%s %s step %s" % (obj.group(3), obj.group(1), obj.group(2)))
    said = ", ".join([plain(part.decode("utf-8", "replace")) for part in parts] + [f"line {number}"])
    return f"{'the' if small else 'The'} entry at leaf {index} ({said})"


def plain(text: object) -> str:
    """Return text that is safe to print on one line of any terminal."""
    return "".join(char if char.isprintable() else "?" for char in str(text))[:300]


# ---------------------------------------------------------------- the command


def statement(bundle: Bundle, as_exported: bool) -> str:
    """Say what has been proven, and what has not."""
    manifest, count = bundle.manifest, bundle.count
    first, period = manifest["first"], manifest["period"]
    if count:
        place = f"leaves {first} to {first + count - 1} of {bundle.size}"
    else:
        place = f"none of {bundle.size}"
    lines = [
        "VERIFIED",
        "",
        f"Ledger    {plain(bundle.key.name)}, {bundle.size} entries, sealed {plain(manifest['sealed_at'])}",
        f"Period    {plain(period['start'])} up to, not including, {plain(period['end'])}",
        f"Entries   {count} ({place})",
        f"Texts     {bundle.texts} checked, {bundle.erased} erased since",
        f"Revisions {bundle.revisions} checked",
        f"Key       {bundle.key.ident.hex()}, which you gave",
        "",
        f"Proven: the holder of this key signed a ledger of {bundle.size} entries. Every entry here stands in it,",
        "byte for byte, in its place. None is missing between them or at either end of the period, and the",
        "entries of each record follow each other without a gap. Each revision of a change that they name is here,",
        "as it was signed. Every other file is the one that the portal wrote.",
    ]
    if bundle.outside:
        lines.append(
            f"{bundle.outside} of the entries carry a time outside the period; they lie between others that do not."
        )
    if not as_exported:
        lines.append("The zip file was packed again after the export. Its contents are what was checked.")
    return "\n".join(
        lines
        + [
            "",
            "Not proven: that what people and machines reported is true; that the portal's clock was right; the",
            "printed names in report.csv and people.json, which are the portal's word. Whoever holds the key could",
            "have signed another ledger: compare the checkpoint with one that you kept from an earlier day.",
            "",
        ]
    )


def read_key(path: str) -> Key:
    """Return the key in a file."""
    try:
        with open(path, "rb") as file:
            data = file.read(4096)
        return Key(data.decode("ascii"))
    except OSError as error:
        raise Usage("The key file cannot be read: %s." % (error.strerror or error)) from None
    except UnicodeDecodeError:
        raise Usage("The key file does not hold a ledger key.") from None


def arguments(argv: list[str]) -> tuple[str, str]:
    """Return the bundle and the key file that the command line names."""
    rest, key = [], None
    words = iter(argv)
    for word in words:
        if word == "--key":
            key = next(words, None)
        elif word.startswith("--key="):
            key = word[len("--key=") :]
        elif word.startswith("-"):
            raise Usage(f"There is no option {plain(word)}.")
        else:
            rest.append(word)
    if len(rest) != 1 or not key:
        raise Usage("Name one bundle, and one key file after --key.")
    return rest[0], key


def verify(path: str, key: Key) -> str:
    """Return the statement about a bundle.

    Raises Wrong with the first thing that is wrong.
    """
    archive = Archive(path)
    bundle = Bundle(archive, key)
    bundle.check()
    problems = bundle.entry_problems + bundle.problems
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        raise Wrong(problems[0] + more)
    return statement(bundle, archive.check_seal())


def main(argv: list[str]) -> int:
    """Run the command, and return its exit status."""
    try:
        if argv in (["-h"], ["--help"]):
            sys.stdout.write(__doc__)
            return 0
        path, key_path = arguments(argv)
        said = verify(path, read_key(key_path))
    except Usage as usage:
        sys.stderr.write(f"{usage}\n{USAGE}")
        return 2
    except Wrong as wrong:
        sys.stdout.write(f"NOT VERIFIED: {wrong}\n")
        return 1
    except Exception as error:  # whatever a damaged file provokes, the answer is one plain line
        sys.stdout.write(f"NOT VERIFIED: The bundle cannot be read ({type(error).__name__}).\n")
        return 1
    sys.stdout.write(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
