#!/usr/bin/env python3
"""Check a bundle of a Countersign ledger. It needs Python 3.9 or newer, and nothing else.

    python3 verify.py bundle.zip --key ledger.pub [--since checkpoint]

The key must come from a source that you trust, never from the bundle. --since takes a checkpoint that you kept from
an earlier day. Exit status: 0 verified, 1 not verified, 2 called in a wrong way.

What is checked, against that key alone: that it signed the checkpoint, itself or by way of keys that endorse each
other; that the hashes of all entries of the ledger give the checkpoint's root (RFC 9162, section 2.1); that the
ledger extends the earlier checkpoint in the bundle, and yours; that each entry of the bundle is the one sealed at its
place; that none is missing between them or at either end of the period, or, in a filtered bundle, that each has its
proof of inclusion; that each record's entries follow each other without a gap; the texts; that each revision of a
change which an entry names is here, and is what was signed; the attestation of each signature (DSSE); of each
entry that was retired, that a key of the ledger signed its tombstone; the signature of the manifest and the digest of
every file.
"""

from __future__ import annotations

import base64
import binascii
import gc
import hashlib
import json
import os
import re
import stat
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import starmap, zip_longest
from operator import eq
from struct import iter_unpack
from typing import Any, TextIO

Point = tuple[int, int, int, int]

USAGE = "usage: python3 verify.py bundle.zip --key ledger.pub [--since checkpoint]\n"
FORM = "countersign-bundle/2"
HASH = 32
CHUNK = 1 << 20
LONGEST_LINE = 1 << 26
LONGEST_ENTRY = 65535
SMALL = 1 << 22
MOST_MEMBERS = 64
LARGEST_DIRECTORY = 1 << 16
SEAL = b"countersign-seal sha256:"
MEMBERS = (
    "README.txt",
    "verify.py",
    "checkpoint",
    "prev-checkpoint",
    "consistency.txt",
    "keys.json",
    "anchors.json",
    "leafhashes.bin",
    "entries.jsonl",
    "indexes.txt",
    "proofs.txt",
    "texts.jsonl",
    "revisions.jsonl",
    "attestations.jsonl",
    "tombstones.jsonl",
    "report.csv",
    "people.json",
    "edges.jsonl",
    "manifest.json",
    "manifest.sig",
)
ATTESTED = {
    "approval.signed": "approve",
    "approval.rejected": "reject",
    "approval.abstained": "abstain",
    "approval.withdrawn": "withdraw",
    "approval.went_ahead": "go_ahead",
}
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:countersign:approval:v1"
KEPT, KEPT_PREDICATE = "approval.kept", "urn:countersign:kept:v1"
PASSED, PASSED_PREDICATE = "gate.asked", "https://slsa.dev/verification_summary/v1"
PAYLOAD = "application/vnd.in-toto+json"


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


@lru_cache(maxsize=16)
def multiples(point: Point) -> list[list[Point]]:
    """Return, for each of 64 places, 0 to 15 times the point times 16 to that place."""
    rows = []
    for _ in range(64):
        row = [(0, 1, 1, 0)]
        for _ in range(15):
            row.append(point_add(row[-1], point))
        rows.append(row)
        point = point_add(row[-1], point)
    return rows


def point_times(scalar: int, point: Point) -> Point:
    """Multiply a point by less than 2**256. Nothing here is secret, so the time may depend on the scalar."""
    result = (0, 1, 1, 0)
    for row in multiples(point):
        if scalar & 15:
            result = point_add(result, row[scalar & 15])
        scalar >>= 4
    return result


@lru_cache(maxsize=64)
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
        self.text = line.strip()
        parts = self.text.split("+", 2)
        blob = from_base64(parts[2]) if len(parts) == 3 else None
        if blob is None or len(blob) != 33 or blob[0] != 1:
            raise Usage("The key file does not hold a ledger key.")
        self.name, self.public = parts[0], blob[1:]
        self.ident = hashlib.sha256(self.name.encode() + b"\n" + blob).digest()[:4]
        if self.ident.hex() != parts[1]:
            raise Usage("The key file is damaged: the key does not fit its own id.")


def note_parts(data: bytes, what: str) -> tuple[str, dict[tuple[str, bytes], bytes]]:
    """Return the text of a note, and its signatures by the name and the id of their keys."""
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong(f"{what} is damaged: it is not text.") from None
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Wrong(f"{what} is damaged: it has no signature.")
    signatures = {}
    for line in lines[:-1].split("\n"):
        match = re.match("\u2014 ([^ +\\s]+) ([A-Za-z0-9+/]+=*)\\Z", line)
        blob = from_base64(match.group(2)) if match else None
        if match is None or blob is None:
            raise Wrong(f"{what} is damaged: a line of its signature is not well formed.")
        signatures[match.group(1), blob[:4]] = blob[4:]
    return text + "\n", signatures


def note_holds(note: object, key: Key, text: str) -> bool:
    """Tell whether a note says this and is signed by this key."""
    try:
        said, signatures = note_parts(str(note).encode("utf-8", "replace"), "A note")
    except Wrong:
        return False
    signature = signatures.get((key.name, key.ident), b"")
    return said == text and signature_holds(key.public, text.encode("utf-8", "replace"), signature)


# ---------------------------------------------------------------- the ledger's keys, each endorsed by the one before


class LedgerKey:
    """A key of the ledger with the sizes of the trees that it may have signed."""

    def __init__(self, row: dict[str, Any]) -> None:
        try:
            self.key = Key(str(row.get("key")))
        except Usage:
            raise Wrong("keys.json is damaged: it holds something that is no ledger key.") from None
        until, revoked = row.get("until_size"), row.get("revoked")
        self.first = whole(row.get("from_size"), "keys.json")
        self.last = None if until is None else whole(until, "keys.json")
        self.endorsement, self.revoked = row.get("endorsement"), revoked
        self.revoked_from = whole(revoked.get("size"), "keys.json") if isinstance(revoked, dict) else None

    @property
    def id(self) -> str:
        return self.key.ident.hex()

    def must_sign(self, size: int, what: str) -> None:
        """Refuse the signature of a tree that this key may not sign."""
        if self.revoked_from is not None and size > self.revoked_from:
            raise Wrong(
                f"{what} is signed by the key {self.id}, which is revoked from {self.revoked_from} entries on."
            )
        if size < self.first or (self.last is not None and size > self.last):
            raise Wrong(f"{what} is signed by the key {self.id}, which may not sign {size} entries.")


class KeyRing:
    """The keys that the pinned one leads to. A bundle cannot add to them: each must be endorsed, old key to new.

    Keys from before the pinned one count too, because the manifest vouches for them. So the manifest itself must be
    signed by the pinned key or one ``after`` it: anyone can make a key that endorses somebody else's.
    ``listed`` has also the keys that nobody endorsed, as after a loss. They prove nothing about the ledger, but what
    the ledger itself names by digest may bear their signature.
    """

    def __init__(self, pinned: Key) -> None:
        self.pinned = pinned
        self.trusted = {(pinned.name, pinned.ident): LedgerKey({"key": pinned.text, "from_size": 0})}
        self.order: list[LedgerKey] = list(self.trusted.values())
        self.after = self.order
        self.listed = self.trusted
        self.epochs: list[Any] = []

    def learn(self, history: dict[str, Any]) -> None:
        """Take in a history of keys."""
        rows, epochs = history.get("keys"), history.get("epochs")
        if not isinstance(rows, list) or not isinstance(epochs, list) or len(rows) > 10_000:
            raise Wrong("keys.json is damaged: it holds no history of keys.")
        keys = [LedgerKey(row if isinstance(row, dict) else {}) for row in rows]
        places = [at for at, key in enumerate(keys) if key.key.text == self.pinned.text]
        if not places:
            raise Wrong(f"The bundle is not signed by the key that you gave ({self.pinned.name}).")
        first = last = places[0]
        while first > 0 and self.endorsed(keys[first - 1], keys[first]):
            first -= 1
        while last + 1 < len(keys) and self.endorsed(keys[last], keys[last + 1]):
            last += 1
        self.order, self.epochs = keys[first : last + 1], epochs
        self.after = keys[places[0] : last + 1]
        for at, each in enumerate(self.order):
            self.check_revoked(each, self.order[at + 1 :])
        self.trusted = {(each.key.name, each.key.ident): each for each in self.order}
        self.listed = {(each.key.name, each.key.ident): each for each in keys}

    def endorsed(self, old: LedgerKey, new: LedgerKey) -> bool:
        """Tell whether the old key endorses the new one. A key without a word from the one before stands alone."""
        if new.endorsement is None:
            return False
        lines = str(new.endorsement).split("\n")
        at = lines[3] if len(lines) > 3 else ""
        said = f"{old.key.name}/key-rotation\n{old.key.text}\n{new.key.text}\n{at}\n{new.first}\n"
        if not note_holds(new.endorsement, old.key, said):
            raise Wrong(f"keys.json names the key {new.id}, which the key before it does not endorse.")
        return True

    def check_revoked(self, key: LedgerKey, later: list[LedgerKey]) -> None:
        """Check that a later key signed a revocation."""
        if key.revoked is None:
            return
        revoked = key.revoked if isinstance(key.revoked, dict) else {}
        said = [key.key.text, *(str(revoked.get(name)) for name in ("at", "size", "reason"))]
        for each in later:
            text = "\n".join([f"{each.key.name}/key-revocation", *said, ""])
            if note_holds(revoked.get("note"), each.key, text):
                return
        raise Wrong(f"keys.json says that the key {key.id} is revoked, but no later key signed that.")

    def open(self, data: bytes, what: str, *, sealed: bool = False) -> tuple[str, LedgerKey]:
        """Return the text of a note, and the key that signed it: a trusted one, or any if the ledger names the note."""
        text, signatures = note_parts(data, what)
        keys = self.listed if sealed else self.trusted
        for ident, signature in signatures.items():
            if ident in keys:
                key = keys[ident]
                if not signature_holds(key.key.public, text.encode(), signature):
                    raise Wrong(f"{what} is not what the key signed.")
                return text, key
        raise Wrong(
            f"{what} is not signed by the key that you gave ({self.pinned.name}), nor by one that it leads to."
        )

    def began(self, name: str) -> int | None:
        """Return from how many entries on the ledger has this name, if it began anew under it."""
        for epoch in self.epochs[1:]:
            if isinstance(epoch, dict) and epoch.get("origin") == name:
                return whole(epoch.get("from_size"), "keys.json")
        return None

    def epochs_said(self) -> list[str]:
        """Say which epochs began because signed entries were lost, by the note of each one's first key."""
        rows = {str(row.get("origin")): row for row in self.epochs if isinstance(row, dict)}
        lines = []
        for old, new in zip(self.order, self.order[1:]):  # noqa: B905 - Python 3.9
            if new.key.name != old.key.name:
                lines.append(epoch_said(rows.get(new.key.name, {}), new))
        return lines

    def path_to(self, signer: LedgerKey) -> str:
        """Say how the pinned key leads to the one that signed."""
        ids = [each.id for each in self.order]
        start, end = ids.index(self.pinned.ident.hex()), ids.index(signer.id)
        if start == end:
            return f"{signer.id}, which you gave"
        if start < end:
            return f"{signer.id}; you gave {' which endorses '.join(ids[start : end + 1])}"
        return f"{signer.id}, an earlier key; you gave {ids[start]}, and the manifest vouches for the other"


def epoch_said(row: dict[str, Any], key: LedgerKey) -> str:
    """Say what was lost before an epoch, once its first key has signed that."""
    lost, lost_size = row.get("lost_head"), row.get("lost_size")
    digest = (
        hashlib.sha256(lost.encode("utf-8", "replace")).hexdigest() if isinstance(lost, str) else "unknown"
    )
    beyond = "unknown" if lost_size is None else str(whole(lost_size, "keys.json"))
    said = [row.get("number"), row.get("at"), row.get("from_size"), beyond, digest, row.get("reason")]
    text = "\n".join([f"{key.key.name}/epoch-began", *map(str, said), ""])
    if not note_holds(row.get("note"), key.key, text) or row.get("from_size") != key.first:
        raise Wrong(f"keys.json names the key {key.id} of a new epoch, but not what was lost before it.")
    many = int(beyond) - key.first if beyond != "unknown" else -1
    count = f"{many} signed entries" if many >= 0 else "an unknown number of signed entries"
    began = f"{plain(row['number'])} began after entry {key.first}"
    return f"Epoch     {began}; {count} of before were lost: {plain(said[-1])}"


class Head:
    """A checkpoint: the number of entries, the root over them, and who signed it."""

    def __init__(self, data: bytes, ring: KeyRing, what: str) -> None:
        text, self.signer = ring.open(data, what)
        lines = text.split("\n")
        root = from_base64(lines[2]) if len(lines) == 4 else None
        if root is None or len(root) != HASH or not re.match("(0|[1-9][0-9]{0,17})\\Z", lines[1]):
            raise Wrong(f"{what} is not well formed.")
        if lines[0] != self.signer.key.name:
            raise Wrong(f"{what} is of another ledger: {plain(lines[0])}.")
        self.size, self.root = int(lines[1]), root
        self.signer.must_sign(self.size, what)


ANCHORS = {"mail": "by e-mail", "folder": "in a folder", "rfc3161": "with a time-stamp"}


class Anchor:
    """A checkpoint that the portal says it left outside: how, when, and over which tree.

    Its tree is compared with the ledger's. Whether it lies there is for the reader to see; a time-stamp proves itself
    to ``openssl ts -verify``.
    """

    def __init__(self, row: object) -> None:
        said = row if isinstance(row, dict) else {}
        note, digest = str(said.get("note")), said.get("note_sha256")
        lines = note.encode("utf-8", "replace").decode().split("\n")
        root = from_base64(lines[2]) if len(lines) > 3 and not lines[3] else None
        self.how = ANCHORS.get(str(said.get("kind")), "in an unknown way")
        self.at = plain(said.get("at"))[:16].replace("T", " ")
        if root is None or not re.match("(0|[1-9][0-9]{0,17})\\Z", lines[1]):
            raise Wrong("anchors.json is damaged: a checkpoint in it cannot be read.")
        self.size, self.root = int(lines[1]), root
        stamped = from_base64(str(said.get("token"))) if said.get("token") is not None else None
        known = hashlib.sha256("\n".join(lines).encode("utf-8"))
        if digest != known.hexdigest() or (stamped is not None and known.digest() not in stamped):
            raise Wrong(
                f"anchors.json is damaged: what was left outside {self.how} is not the checkpoint in it."
            )


def anchored_said(anchors: list[Anchor]) -> list[str]:
    """Say since when the ledger is anchored outside, as far as the bundle shows."""
    if not anchors:
        return ["Level     signed; the portal names no checkpoint that it left outside"]
    ways = sorted({anchor.how for anchor in anchors})
    last = max(anchors, key=lambda anchor: anchor.size)
    return [
        f"Level     anchored outside since {min(anchor.at for anchor in anchors)} UTC, as the portal says: "
        f"{', '.join(ways)};",
        f"          last {last.at} UTC, up to {last.size} entries",
    ]


# ---------------------------------------------------------------- the Merkle tree (RFC 9162, section 2.1)


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The hashes over leaf hashes: the row of leaves, and above it a row for each height of perfect subtrees."""

    def __init__(self, leaves: bytes) -> None:
        self.rows, sha256 = [leaves], hashlib.sha256
        while len(self.rows[-1]) >= 2 * HASH:
            row = self.rows[-1]
            pairs = iter_unpack("64s", row[: len(row) // (2 * HASH) * 2 * HASH])
            self.rows.append(b"".join([sha256(b"\x01" + pair).digest() for (pair,) in pairs]))

    def root(self, size: int) -> bytes:
        """Return the root as it was at ``size`` leaves: that of its perfect subtrees, folded from the smallest on."""
        root, place = b"", size
        for height in range(size.bit_length()):
            if size >> height & 1:
                place -= 1 << height
                at = HASH * (place >> height)
                subtree = self.rows[height][at : at + HASH]
                root = node(subtree, root) if root else subtree
        return root or hashlib.sha256(b"").digest()


def root_of(leaves: bytes) -> bytes:
    """Return the root over leaf hashes that stand side by side."""
    return Tree(leaves).root(len(leaves) // HASH)


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf hash stands at ``index`` (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node(step, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node(result, step)
        place, last = place >> 1, last >> 1
    return last == 0 and result == root


def consistency_holds(old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that one tree extends another (RFC 9162, section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    # An old tree that is a perfect subtree of the new one is left out of the proof.
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_result = result = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_result, result = node(step, old_result), node(step, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node(result, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_result == old_root and result == root


# ---------------------------------------------------------------- the zip file


class Archive:
    """The bundle's files, read in pieces, each hashed as it passes."""

    def __init__(self, path: str) -> None:
        self.path = path
        check_file(path)
        try:
            self.zip = zipfile.ZipFile(path)
        except Exception as error:  # zipfile raises many kinds for damaged bytes
            raise Wrong(f"The bundle cannot be read as a zip file: {said_by(error)}.") from None
        self.digests: dict[str, tuple[int, str]] = {}
        infos = self.zip.infolist()
        self.infos = {info.filename: info for info in infos}
        if len(infos) > MOST_MEMBERS or len(self.infos) != len(infos):
            raise Wrong("The bundle is not one: it holds too many files, or one name twice.")
        for info in infos:
            self.guard(info)
        # A second core passes over what is only hashed, meanwhile.
        self.helper = ThreadPoolExecutor(1)
        self.sealed = self.helper.submit(self.digest_of_all)

    def close(self) -> None:
        """Wait for the second core, and close the file."""
        self.helper.shutdown(cancel_futures=True)
        self.zip.close()

    def guard(self, info: zipfile.ZipInfo) -> None:
        """Refuse what no portal writes: secret, strangely named, strangely packed or hugely packed files."""
        if not re.match("[A-Za-z0-9][A-Za-z0-9._-]{0,80}\\Z", info.filename):
            raise Wrong(f"The bundle holds a file that does not belong there: {plain(info.filename)}.")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Wrong(f"{info.filename} is packed in a way that no portal uses.")
        # The hashes are held whole in memory, and cannot be packed.
        times = 2 if info.filename == "leafhashes.bin" else 400
        if info.file_size > times * info.compress_size + 65536:
            raise Wrong(f"{info.filename} would unpack to far more than it should: a zip bomb.")

    def size_of(self, name: str) -> int:
        """Return how long a file says that it is."""
        if name not in self.infos:
            raise Wrong(f"{name} is missing from the bundle.")
        return self.infos[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file in pieces. Damage shows as Wrong where it is met."""
        self.size_of(name)
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
            raise Wrong(f"{name} is damaged: {said_by(error)}.") from None
        self.digests[name] = (size, digest.hexdigest())
        if size != self.infos[name].file_size:
            raise Wrong(f"{name} is damaged: it is not as long as the zip file says.")

    def pass_over(self, name: str) -> None:
        """Hash a file whose content nobody looks at."""
        for _ in self.chunks(name):
            pass

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
        if self.size_of(name) > SMALL:
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
        if comment and comment != SEAL + self.sealed.result().encode():
            raise Wrong("The zip file's own bytes were changed, outside the contents of its files.")
        return bool(comment)

    def digest_of_all(self) -> str:
        """Return the digest of the whole file but for the last 64 bytes, which hold it."""
        digest = hashlib.sha256()
        with open(self.path, "rb") as file:
            left = file.seek(0, 2) - 64
            file.seek(0)
            while left > 0:
                chunk = file.read(min(left, CHUNK))
                if not chunk:
                    break
                digest.update(chunk)
                left -= len(chunk)
        return digest.hexdigest()


def check_file(path: str) -> None:
    """Refuse what is no file, and a zip whose list of files alone would fill the memory."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Wrong(f"{plain(path)} is not a file.")
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - (1 << 16) - 22 - 76))
            tail = file.read()
    except FileNotFoundError:
        raise Usage(f"There is no file {plain(path)}.") from None
    except (OSError, ValueError) as error:
        raise Usage(f"{plain(path)} cannot be read: {said_by(error)}.") from None
    ends_plainly = tail[-22:-18] == b"PK\x05\x06" and tail[-2:] == b"\x00\x00"
    end = len(tail) - 22 if ends_plainly else tail.rfind(b"PK\x05\x06")
    listed = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if listed == 0xFFFFFFFF and end >= 76:  # a large file: the record before the last has the size
        listed = int.from_bytes(tail[end - 36 : end - 28], "little")
    if listed > LARGEST_DIRECTORY:
        raise Wrong("The bundle is not one: it holds too many files.")


# ---------------------------------------------------------------- entries


FORM_UP_TO_TEXTS = (
    rb'\{"actor":\{"id":"[^"\\]*","kind":"[^"\\]*"\},"at":"([^"\\]*)","data":\{.*\},"event":"([^"\\]*)",'
    rb'"object":\{"id":"([^"\\]*)","seq":([0-9]{1,18}),"type":"([^"\\]*)"\},"private":\{'
)
FORM_OF_ENTRY = re.compile(FORM_UP_TO_TEXTS + rb'((?:"[^"\\]*":"[^"\\]*",?)*)\},"v":1\}\Z', re.DOTALL)
FORM_WITHOUT_TEXTS = re.compile(FORM_UP_TO_TEXTS + rb'\},"v":1\}\Z', re.DOTALL)
PRIVATE = re.compile(rb'"([^"\\]*)":"([^"\\]*)"')
NOTHING: dict[bytes, bytes] = {}
# A line of texts.jsonl as the portal writes it, where nothing in it needs a backslash.
PLAIN_TEXT = re.compile(
    rb'\{"index": ([0-9]{1,18}), "name": "([^"\\]*)", "salt": "([0-9a-f]*)", "text": "([^"\\]*)"\}\Z'
)


class Entry:
    """One entry, taken apart. Everything is bytes, as it stands in the line."""

    __slots__ = ("at", "event", "index", "line", "number", "private", "record", "seq")

    def __init__(self, index: int, number: int, line: bytes) -> None:
        self.index, self.number, self.line = index, number, line
        # Entries are canonical JSON (RFC 8785), so head and tail are found without reading what lies between. A
        # quote inside a string has a backslash before it, so the pattern cannot match inside one.
        match = FORM_OF_ENTRY.match(line)
        if match is None:
            self.read()
            return
        self.at, self.event, ident, seq, kind, private = match.groups()
        self.record, self.seq = (kind, ident), int(seq)
        self.private = dict(PRIVATE.findall(private)) if private else NOTHING

    def read(self) -> None:
        """Take apart an entry whose names or texts hold escapes."""
        entry = parsed(self.line, "An entry")
        try:
            obj = entry["object"]
            self.at, self.event = entry["at"].encode(), entry["event"].encode()
            self.record, self.seq = (obj["type"].encode(), obj["id"].encode()), whole(obj["seq"], "An entry")
            self.private = {name.encode(): digest.encode() for name, digest in entry["private"].items()}
        except (KeyError, TypeError, AttributeError, UnicodeError):
            raise Wrong(f"{self.name()} has a form that no portal writes.") from None

    def part(self, name: str) -> dict[str, Any]:
        """Return one part of the entry: its actor, or its data."""
        part = parsed(self.line, "An entry").get(name)
        return part if isinstance(part, dict) else {}

    def actor(self) -> str:
        """Return who acted, as one word."""
        actor = self.part("actor")
        return f"{actor.get('kind')}:{actor.get('id')}"

    def name(self, small: bool = False) -> str:
        """Name the entry so that a person finds it."""
        return entry_name(self.index, self.line, self.number, small)


class Retired(Entry):
    """What a tombstone keeps of an entry whose content is gone: its time, its record and its step."""

    __slots__ = ("hash", "place")

    def __init__(self, index: int, number: int, line: bytes) -> None:
        self.index, self.number, self.line = index, number, line
        stone = parsed(line, f"The tombstone at leaf {index}")
        try:
            obj = stone["object"]
            self.record, self.seq = (
                (obj["type"].encode(), obj["id"].encode()),
                whole(obj["seq"], "A tombstone"),
            )
            self.at, self.place, self.hash = stone["at"].encode(), stone["index"], stone["leaf_hash"]
        except (KeyError, TypeError, AttributeError, UnicodeError):
            raise Wrong(f"The tombstone at leaf {index} has a form that no portal writes.") from None
        self.event, self.private = b"entry.retired", NOTHING


class Tombstones:
    """The signed statements of tombstones.jsonl. Each lists the SHA-256 of the lines that stand for retired entries."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.statements: list[dict[str, Any]] = []
        self.listed: dict[str, int] = {}
        self.met: dict[int, int] = {}
        self.revoked = 0

    def read(self) -> None:
        """Read and check every statement."""
        for line in self.bundle.archive.lines("tombstones.jsonl", LONGEST_LINE):
            self.learn(parsed(line, "tombstones.jsonl"))

    def learn(self, line: dict[str, Any]) -> None:
        """Keep what a statement lists, once a key of the ledger signed it."""
        name = f"Statement {len(self.statements) + 1} of tombstones.jsonl"
        note, content = line.get("note"), line.get("statement")
        if not isinstance(note, str) or not isinstance(content, str):
            raise Wrong(f"{name} is damaged.")
        data = content.encode("utf-8", "replace")
        text, signer = self.bundle.ring.open(note.encode("utf-8", "replace"), name, sealed=True)
        if text != f"{signer.key.name}/tombstone\n{hashlib.sha256(data).hexdigest()}\n":
            raise Wrong(f"{name} is not what the key signed.")
        self.revoked += signer.revoked is not None
        said = parsed(data, name)
        lines = said.get("lines")
        if not isinstance(lines, list):
            raise Wrong(f"{name} is damaged.")
        self.listed.update((str(digest), len(self.statements)) for digest in lines)
        self.statements.append({each: said.get(each) for each in ("at", "decided_by", "policy")})

    def entry(self, index: int, number: int, line: bytes) -> Retired | None:
        """Return what is left of a retired entry, or None if the line is no tombstone."""
        if not line.startswith(b'{"at":'):
            return None
        stone = Retired(index, number, line)
        which = self.listed.get(hashlib.sha256(line).hexdigest())
        if which is None:
            raise Wrong(
                f"The tombstone at leaf {index} (line {number}) is in no signed statement of the bundle."
            )
        if stone.place != index or stone.hash != self.bundle.leaf(index).hex():
            raise Wrong(f"The tombstone at leaf {index} (line {number}) belongs to another entry.")
        self.met[which] = self.met.get(which, 0) + 1
        return stone

    def said(self) -> list[str]:
        """Say how many entries were retired, and under which policies."""
        groups: dict[tuple[str, str], int] = {}
        for which, count in sorted(self.met.items()):
            made = self.statements[which]
            name = (plain(made["policy"]), plain(made["decided_by"]))
            groups[name] = groups.get(name, 0) + count
        revoked = ", part of it signed by a key that was revoked since" if self.revoked else ""
        return [
            f"Retired   {count} of them, under policy \u201c{policy}\u201d, decided by {who}{revoked}"
            for (policy, who), count in groups.items()
        ]


class Steps:
    """The order of each record's entries: 1, 2, 3 without a gap wherever all of them belong into the bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self.whole, self.from_start = bundle.whole_records, bundle.first == 0
        self.last_of: dict[tuple[bytes, bytes], int] = {}

    def missed(self, record: tuple[bytes, bytes], step: int) -> int | None:
        """Take the next step of a record. Return the one before it if it does not follow that."""
        before = self.last_of.get(record)
        if before is None and self.whole and self.from_start:
            before = 0
        self.last_of[record] = step
        if before is not None and step != before + 1 and (self.whole or step <= before):
            return before
        return None


class Texts:
    """The lines of texts.jsonl, taken entry by entry."""

    def __init__(self, bundle: Bundle) -> None:
        self.withheld = bundle.withheld
        self.lines = bundle.archive.lines("texts.jsonl", LONGEST_LINE)
        self.next: tuple[Any, ...] | None = None
        self.place: object = None
        self.checked = self.missing = self.kept_back = 0
        self.advance()

    def advance(self) -> None:
        line = next(self.lines, None)
        match = PLAIN_TEXT.match(line) if line is not None else None
        if match is not None:
            self.place, self.next = int(match.group(1)), match.group(2, 3, 4)
        elif line is not None:
            text = parsed(line, "texts.jsonl")
            self.place, self.next = text.get("index"), tuple(map(text.get, ("name", "salt", "text")))
        else:
            self.place = self.next = None

    def check(self, entry: Entry) -> None:
        """Check the texts of an entry against the salted digests in it."""
        found = self.take(entry.index)
        back = "texts" in self.withheld or ("names" in self.withheld and entry.record[0] == b"person")
        if found and back:
            raise Wrong(
                f"texts.jsonl holds a text of {entry.name(small=True)}, which the manifest withholds."
            )
        for name, digest in found.items():
            if entry.private.get(name) != digest:
                text = plain(name.decode("utf-8", "replace"))
                raise Wrong(
                    f"The text \u201c{text}\u201d of {entry.name(small=True)} is not the one that was recorded."
                )
        self.checked += len(found)
        if back:
            self.kept_back += len(entry.private)
        else:
            self.missing += len(entry.private) - len(found)

    def take(self, index: int) -> dict[bytes, bytes]:
        """Return the digests of the texts of one entry, by name."""
        found = {}
        while self.next is not None and self.place == index:
            try:
                name, salt, text = self.next
                if not isinstance(name, bytes):
                    name, salt, text = name.encode(), salt.encode(), text.encode()
                found[name] = hashlib.sha256(binascii.unhexlify(salt) + text).hexdigest().encode()
            except (ValueError, AttributeError):
                raise Wrong(f"The texts of the entry at leaf {index} are damaged.") from None
            self.advance()
        return found

    def must_be_over(self) -> None:
        if self.next is not None:
            raise Wrong("texts.jsonl holds a text that belongs to no entry of the bundle.")

    def said(self) -> str:
        if "texts" in self.withheld:
            return f"withheld ({self.kept_back}; some may be erased)"
        back = f", {self.kept_back} withheld" if self.kept_back else ""
        return f"{self.checked} checked, {self.missing} erased since{back}"


class Revisions:
    """The lines of revisions.jsonl, each taken where an entry first names its digest."""

    def __init__(self, bundle: Bundle) -> None:
        self.lines = bundle.archive.lines("revisions.jsonl", LONGEST_LINE)
        self.next = next(self.lines, None)
        self.met: set[str] = set()

    def check(self, entry: Entry) -> None:
        """Check the revision that an entry is the first to name, if it names one."""
        if entry.record[0] != b"change":
            return
        data = entry.part("data")
        digest = data.get("digest")
        if "revision" not in data or not isinstance(digest, str) or digest in self.met:
            return
        name = f"revision {plain(data['revision'])} of {plain(entry.record[1].decode('utf-8', 'replace'))}"
        named_by = entry.name(small=True)
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


class Attestations:
    """The lines of attestations.jsonl: one DSSE envelope for each entry that names its digest, in their order."""

    def __init__(self, bundle: Bundle) -> None:
        self.ring = bundle.ring
        self.lines = bundle.archive.lines("attestations.jsonl", LONGEST_LINE)
        self.count = self.kept = self.passed = self.revoked = 0
        self.signed: dict[str, str] = {}

    def check(self, entry: Entry) -> None:
        """Check the attestation that an entry names, if it names one."""
        data = entry.part("data")
        digest = data.get("attestation")
        if not isinstance(digest, str) or not digest:  # a gate that stayed closed attests nothing
            return
        name = f"The attestation of {entry.name(small=True)}"
        line = next(self.lines, None)
        if line is None:
            raise Wrong(f"{name} is missing.")
        if hashlib.sha256(line).hexdigest() != digest:
            raise Wrong(f"{name} is not the one that was recorded: it was changed, or is missing.")
        statement = self.statement(parsed(line, name), name)
        self.compare(statement, entry, data, name)
        if entry.event == KEPT.encode():
            self.kept += 1
        elif entry.event == PASSED.encode():
            self.passed += 1
        else:
            self.count += 1

    def statement(self, envelope: dict[str, Any], name: str) -> dict[str, Any]:
        """Return what an envelope states, once a key of the ledger signed it (DSSE 1.0)."""
        try:
            kind, (signature,) = envelope["payloadType"], envelope["signatures"]
            payload, signed = from_base64(envelope["payload"]), from_base64(signature["sig"])
            key = next((each for each in self.ring.listed.values() if each.id == signature["keyid"]), None)
            said = b"DSSEv1 %d %s %d %s" % (
                len(kind),
                kind.encode("ascii"),
                len(payload or b""),
                payload or b"",
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Wrong(f"{name} is not well formed.") from None
        if kind != PAYLOAD or payload is None or signed is None:
            raise Wrong(f"{name} is not well formed.")
        if key is None:
            raise Wrong(f"{name} is signed by a key that is none of the ledger's.")
        if not signature_holds(key.key.public, said, signed):
            raise Wrong(f"{name} is not what the key signed.")
        self.revoked += key.revoked_from is not None
        return parsed(payload, name)

    def compare(self, statement: dict[str, Any], entry: Entry, data: dict[str, Any], name: str) -> None:
        """Check that a statement (in-toto Statement v1) says what the entry says."""
        predicate, subject = statement.get("predicate"), statement.get("subject")
        event = entry.event.decode("utf-8", "replace")
        kind = {KEPT: KEPT_PREDICATE, PASSED: PASSED_PREDICATE}.get(event, PREDICATE)
        if statement.get("_type") != STATEMENT or statement.get("predicateType") != kind:
            raise Wrong(f"{name} is of another kind.")
        if not isinstance(predicate, dict) or not isinstance(subject, list) or len(subject) != 1:
            raise Wrong(f"{name} is not well formed.")
        if event == PASSED:
            self.compare_pass(predicate, subject[0], entry, name)
            return
        if not isinstance(subject[0], dict) or subject[0].get("digest") != {"sha256": data.get("digest")}:
            raise Wrong(f"{name} is about another revision than the entry.")
        if event == KEPT:
            self.compare_kept(predicate, data, name)
            return
        decision = ATTESTED.get(event)
        if decision is None or predicate.get("decision") != decision:
            raise Wrong(f"{name} states another decision than the entry.")
        kind, _, ident = entry.actor().partition(":")
        if kind not in ("person", "token") or predicate.get("signer") != f"person:{ident.partition('/')[0]}":
            raise Wrong(f"{name} names another person than the entry.")
        if any(
            (predicate.get(each) or None) != (data.get(each) or None)
            for each in ("meaning", "requirement", "revision", "role", "for", "nonce", "checked")
        ):
            raise Wrong(f"{name} does not say what the entry says.")
        if decision == "go_ahead" and (
            predicate.get("passed_over") != data.get("passed_over")
            or predicate.get("sign_by") != data.get("due")
        ):
            raise Wrong(f"{name} does not say what the entry says.")
        self.signed[data["attestation"]] = str(data.get("digest"))

    def compare_pass(self, predicate: dict[str, Any], about: Any, entry: Entry, name: str) -> None:
        """Check that a verification summary (SLSA) says what passed which stage, and where, as the entry does."""
        data, change, said = entry.part("data"), entry.part("object").get("id"), predicate.get("countersign")
        if data.get("answer") != "pass" or predicate.get("verificationResult") != "PASSED":
            raise Wrong(f"{name} states another answer than the entry.")
        # Without an artifact a pass is about the change as it was revised.
        artifact = data.get("artifact")
        named, digest = (data.get("component"), artifact) if artifact else (change, data.get("digest"))
        if about != {"name": named, "digest": {"sha256": digest}}:
            raise Wrong(f"{name} is about something else than the entry.")
        if (
            not isinstance(said, dict)
            or said.get("change") != change
            or said.get("revisionDigest") != {"sha256": data.get("digest")}
            or said.get("rulesVersion") != data.get("rules_version")
            or any(said.get(each) != data.get(each) for each in ("revision", "stage", "environment"))
        ):
            raise Wrong(f"{name} does not say what the entry says.")

    def compare_kept(self, predicate: dict[str, Any], data: dict[str, Any], name: str) -> None:
        """Check that a statement says which earlier signature still counts, on which digest it is, and why."""
        said = (
            "signer",
            "for",
            "role",
            "component",
            "requirement",
            "revision",
            "signature",
            "signed_revision",
        )
        if any(predicate.get(each) != data.get(each) for each in (*said, "signed_digest", "because")):
            raise Wrong(f"{name} does not say what the entry says.")
        if data.get("signature") in self.signed and self.signed[data["signature"]] != data.get(
            "signed_digest"
        ):
            raise Wrong(f"{name} gives the signature that was kept another digest.")

    def must_be_over(self) -> None:
        if next(self.lines, None) is not None:
            raise Wrong("attestations.jsonl holds an attestation that no entry of the bundle names.")


class Proofs:
    """The lines of proofs.txt: of each entry of a filtered bundle, the hashes that lead to the root."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.lines = bundle, bundle.archive.lines("proofs.txt", 1 << 16)

    def check(self, entry: Entry) -> None:
        bundle = self.bundle
        hashes = from_base64((next(self.lines, None) or b"?").decode("ascii", "replace"))
        proof = [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)] if hashes is not None else None
        leaf = bundle.leaf(entry.index)
        if proof is None or not inclusion_holds(leaf, entry.index, bundle.size, proof, bundle.root):
            raise Wrong(f"Line {entry.number} of proofs.txt does not prove {entry.name(small=True)}.")

    def must_be_over(self) -> None:
        if next(self.lines, None) is not None:
            raise Wrong("proofs.txt holds a proof that belongs to no entry of the bundle.")


# ---------------------------------------------------------------- the bundle


class Bundle:
    """One check of one bundle. ``problems`` collects what is wrong, the worst to know first."""

    def __init__(self, archive: Archive, pinned: Key, kept: bytes | None) -> None:
        self.archive, self.ring, self.kept = archive, KeyRing(pinned), kept
        self.entry_problems: list[str] = []
        self.key_problems: list[str] = []
        self.problems: list[str] = []
        self.size, self.root = -1, b""
        self.head: Head | None = None
        self.manifest: dict[str, Any] = {}
        self.first, self.beyond, self.expected = -1, -1, 0
        self.start = self.end = self.sealed_at = b""
        self.filter: dict[str, Any] = {}
        self.withheld: list[Any] = []
        self.leaves, self.tree, self.root_holds = b"", Tree(b""), False
        self.count = self.outside = self.late = 0
        self.extends: list[str] = []
        self.tombstones = Tombstones(self)
        self.retired: list[str] = []
        self.anchors: list[str] = []
        self.epochs: list[str] = []

    def check(self) -> None:
        """Run every check."""
        self.attempt(self.check_keys, self.key_problems)
        self.attempt(self.check_checkpoint)
        self.attempt(self.check_leaves)
        self.attempt(self.check_manifest)
        report = self.report_ahead()
        if self.first >= 0 and self.size >= 0 and (self.leaves or not self.size):
            self.attempt(self.check_entries, self.entry_problems)
            self.attempt(self.check_edges, self.entry_problems)
        if self.root_holds:
            self.attempt(self.check_previous)
            self.attempt(self.check_kept)
            self.attempt(self.check_anchors)
        wait(report)
        self.attempt(self.check_files)

    def report_ahead(self) -> list[Future[None]]:
        """Let the second core hash the report, the largest of what nothing else reads, if it has the right size."""
        name = "report.csv"
        if name not in self.archive.infos or self.archive.size_of(name) != self.listed(name).get("bytes"):
            return []
        return [self.archive.helper.submit(self.archive.pass_over, name)]

    def listed(self, name: str) -> dict[str, Any]:
        """Return what the manifest says of a file."""
        files = self.manifest.get("files")
        row = files.get(name) if isinstance(files, dict) else None
        return row if isinstance(row, dict) else {}

    def attempt(self, step: Callable[[], None], problems: list[str] | None = None) -> None:
        """Run a check, and keep what it finds wrong."""
        try:
            step()
        except Wrong as wrong:
            (self.problems if problems is None else problems).append(str(wrong))

    @property
    def whole_records(self) -> bool:
        """Tell whether the bundle should hold every entry of a record between its first and its last."""
        return not self.filter or self.filter.get("whole_records") is True

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash at a place."""
        return self.leaves[HASH * index : HASH * (index + 1)]

    def check_keys(self) -> None:
        self.ring.learn(parsed(self.archive.small("keys.json"), "keys.json"))
        self.epochs = self.ring.epochs_said()

    def check_checkpoint(self) -> None:
        self.head = Head(self.archive.small("checkpoint"), self.ring, "The checkpoint")
        self.size, self.root = self.head.size, self.head.root

    def check_leaves(self) -> None:
        if self.size < 0:
            return
        if self.archive.size_of("leafhashes.bin") != HASH * self.size:
            raise Wrong(f"leafhashes.bin does not hold the {self.size} hashes that were signed.")
        self.leaves = b"".join(self.archive.chunks("leafhashes.bin"))
        self.tree = Tree(self.leaves)
        self.root_holds = len(self.leaves) == HASH * self.size and self.tree.root(self.size) == self.root
        if not self.root_holds:
            raise Wrong("leafhashes.bin does not give the root that was signed: a hash in it was changed.")

    def check_manifest(self) -> None:
        data = self.archive.small("manifest.json")
        self.manifest = manifest = parsed(data, "manifest.json")
        if manifest.get("format") != FORM:
            raise Wrong("This bundle has a form that this program does not know.")
        period, self.filter = manifest.get("period"), manifest.get("filter") or {}
        self.withheld = manifest.get("withheld") or []
        if not (
            isinstance(period, dict) and isinstance(self.filter, dict) and isinstance(self.withheld, list)
        ):
            raise Wrong("manifest.json is damaged: it does not say what the bundle holds.")
        self.start, self.end, self.sealed_at = (
            str(time).encode("utf-8", "replace")
            for time in (period.get("start"), period.get("end"), manifest.get("sealed_at"))
        )
        self.expected, self.beyond = (
            whole(manifest.get("count"), "manifest.json"),
            whole(manifest.get("end"), "manifest.json"),
        )
        self.first = whole(manifest.get("first"), "manifest.json")
        text, signer = self.ring.open(self.archive.small("manifest.sig"), "manifest.sig")
        if text != f"{signer.key.name}/bundle\n{hashlib.sha256(data).hexdigest()}\n":
            raise Wrong("manifest.json is not the one that was signed.")
        if signer not in self.ring.after:
            raise Wrong(
                f"The manifest is signed by the key {signer.id}, which comes before the one that you gave: "
                "nothing that you trust vouches for it."
            )
        if signer.revoked is not None:
            raise Wrong(f"The manifest is signed by the key {signer.id}, which it says is revoked.")
        if self.size >= 0 and manifest.get("tree_size") != self.size:
            raise Wrong("The manifest and the checkpoint are of different times.")
        # A day more, so that a clock that is a little wrong on either side does no harm.
        latest = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S").encode()
        if not re.match(b"[0-9]{4}-[0-9]{2}-[0-9]{2}T", self.sealed_at) or self.sealed_at > latest:
            raise Wrong(
                f"The checkpoint is of the future: it was sealed {plain(self.sealed_at.decode())}, "
                "and this computer's clock is not that far."
            )

    def check_entries(self) -> None:
        """Check each entry in its place, and what belongs to it. Stop at the first that is wrong."""
        texts, revisions, attestations = Texts(self), Revisions(self), Attestations(self)
        steps, proofs = Steps(self), Proofs(self)
        self.tombstones.read()
        sha256, leaves = hashlib.sha256, self.leaves
        start, end, sealed_at = self.start, self.end, self.sealed_at
        at, filtered = b"", bool(self.filter)
        # This runs for each entry, up to millions of times: what few entries need is done for these alone.
        for index, line in self.placed_lines():
            entry, match = None, None
            if sha256(b"\x00" + line).digest() != leaves[HASH * index : HASH * (index + 1)]:
                entry = self.retired_at(index, line)
            elif not (filtered or texts.place == index or b'"digest":"' in line):
                match = FORM_WITHOUT_TEXTS.match(line)
            if match is not None:
                at, _, ident, seq, kind = match.groups()
                record, step = (kind, ident), int(seq)
            else:
                entry = entry or Entry(index, self.count + 1, line)
                at, record, step = entry.at, entry.record, entry.seq
            if not start <= at < end:
                self.outside += 1
                self.check_start(index, line)
            if at > sealed_at:
                self.late += 1
            before = steps.missed(record, step)
            if before is not None:
                name = entry_name(index, line, self.count + 1)
                raise Wrong(f"{name} does not follow step {before} of the same record.")
            if entry is not None:
                self.check_parts(entry, texts, revisions, attestations, proofs)
            self.count += 1
        self.check_end(at)
        for stream in (texts, revisions, attestations, proofs):
            stream.must_be_over()
        self.texts, self.revisions, self.attestations = texts, revisions, attestations
        self.retired = self.tombstones.said()

    def check_parts(
        self, entry: Entry, texts: Texts, revisions: Revisions, attestations: Attestations, proofs: Proofs
    ) -> None:
        """Check what belongs to an entry beyond its place: its texts, what it names, and what a filter asks of it."""
        if entry.private or texts.place == entry.index:
            texts.check(entry)
        if b'"digest":"' in entry.line:
            revisions.check(entry)
            attestations.check(entry)
        if self.filter:
            proofs.check(entry)
            self.check_filter(entry)

    def check_start(self, index: int, line: bytes) -> None:
        """Refuse a first entry that lies outside the period; a filtered bundle may count some."""
        if self.count == 0 and not self.filter:
            raise Wrong(f"{entry_name(index, line, 1)} lies outside the period.")

    def check_end(self, at: bytes) -> None:
        """Check that the entries are as many as they should be, and that the last one's time fits."""
        if self.count != self.expected:
            raise Wrong(
                f"entries.jsonl holds {self.count} entries, and should hold {self.expected}"
                + ("." if self.filter else f": the entry at leaf {self.first + self.count} is missing.")
            )
        if self.count and not self.filter and not self.start <= at < self.end:
            raise Wrong(f"The last entry, at leaf {self.first + self.count - 1}, lies outside the period.")

    def retired_at(self, index: int, line: bytes) -> Entry:
        """Return what is left of an entry, where the line is a signed tombstone of what was sealed there."""
        retired = self.tombstones.entry(index, self.count + 1, line)
        if retired is None:
            raise Wrong(self.explain(index, line))
        return retired

    def placed_lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the entries with their leaves: one after the other, or as indexes.txt says under a filter."""
        lines = self.archive.lines("entries.jsonl", LONGEST_ENTRY)
        return self.lines_named(lines) if self.filter else self.lines_in_a_row(lines)

    def lines_in_a_row(self, lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield the entries of a bundle that leaves none out between its first and its last."""
        try:
            yield from enumerate(lines, self.first)
        except Wrong as wrong:
            raise self.unreadable(self.first + self.count, wrong) from None
        end = self.first + self.count
        wanted = map(b"%d".__mod__, range(self.first, end))
        named = zip_longest(wanted, self.archive.lines("indexes.txt", 32))
        for index, same in enumerate(starmap(eq, named), self.first):
            if not same and index < end:
                raise Wrong(f"Line {index - self.first + 1} of indexes.txt should name leaf {index}.")
            if not same:
                raise self.missing(index)

    def lines_named(self, lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield the entries of a filtered bundle, each at the leaf that indexes.txt names."""
        indexes, index = self.archive.lines("indexes.txt", 32), self.first - 1
        while True:
            before, named = index, next(indexes, b"")
            index = int(named) if re.match(b"(0|[1-9][0-9]{0,17})\\Z", named) else -1
            try:
                line = next(lines, None)
            except Wrong as wrong:
                raise self.unreadable(index, wrong) from None
            if line is None:
                break
            if not before < index < min(self.beyond, self.size):
                raise Wrong(f"Line {self.count + 1} of indexes.txt does not name a leaf that follows.")
            yield index, line
        if index >= 0 or next(indexes, None) is not None:
            raise self.missing(index)

    def unreadable(self, index: int, wrong: Wrong) -> Wrong:
        return Wrong(f"The entry at leaf {index} (line {self.count + 1}) cannot be read: {wrong}")

    def missing(self, index: int) -> Wrong:
        return Wrong(
            f"entries.jsonl holds {self.count} entries, and should hold {self.expected}: "
            f"the entry at leaf {index} is missing."
        )

    def check_filter(self, entry: Entry) -> None:
        """Check that an entry is one that the filter lets through, as far as the entry shows it."""
        events, actors = self.filter.get("events"), self.filter.get("actors")
        if (events and not passes(entry.event.decode("utf-8", "replace"), events, ".")) or (
            actors and not passes(entry.actor(), actors, "/")
        ):
            raise Wrong(f"{entry.name()} is not one that the filter lets through.")

    def explain(self, index: int, line: bytes) -> str:
        """Say what is wrong with a line whose hash is not the one of its place."""
        digest = hashlib.sha256(b"\x00" + line).digest()
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
        if not self.root_holds:
            mended = self.leaves[: HASH * index] + digest + self.leaves[HASH * (index + 1) :]
            if root_of(mended) == self.root:
                name = entry_name(index, line, self.count + 1, small=True)
                return f"leafhashes.bin was changed at leaf {index}; {name} is as it was sealed."
        return f"{name} is not what was sealed: it was changed afterwards."

    def check_edges(self) -> None:
        """Check that the entries just outside the bundle lie outside the period. A filtered bundle has none."""
        size = len(self.leaves) // HASH
        places = () if self.filter else (self.first - 1, self.first + self.expected)
        wanted = [index for index in places if 0 <= index < size]
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
        is_sealed = hashlib.sha256(b"\x00" + line).digest() == self.leaf(index)
        edge = Entry(index, 1, line) if is_sealed else self.tombstones.entry(index, 1, line)
        if edge is None:
            raise Wrong(f"The neighbouring entry at leaf {index} is not what was sealed.")
        # All times are written alike, so they compare as text.
        if self.start <= edge.at < self.end:
            raise Wrong(f"The entry at leaf {index} belongs to the period and was left out.")

    def check_previous(self) -> None:
        """Check that the ledger extends the earlier checkpoint that the bundle holds, if there was one."""
        note, proof = self.archive.small("prev-checkpoint"), self.archive.small("consistency.txt")
        if not note:
            if proof:
                raise Wrong("consistency.txt proves nothing: there is no earlier checkpoint.")
            return
        head = Head(note, self.ring, "The earlier checkpoint")
        lines = proof.decode("ascii", "replace").split("\n")
        steps = [from_base64(line) for line in lines[:-1]]
        hashes = [step for step in steps if step is not None]
        if len(hashes) != len(steps) or lines[-1]:
            raise Wrong("consistency.txt is damaged.")
        if not consistency_holds(head.size, self.size, head.root, self.root, hashes):
            raise Wrong(f"The ledger does not extend the checkpoint of {head.size} entries in the bundle.")
        self.must_extend(head, "in the bundle")

    def check_kept(self) -> None:
        """Check that the ledger extends the checkpoint that the auditor kept."""
        if self.kept is not None:
            self.must_extend(Head(self.kept, self.ring, "The checkpoint that you kept"), "that you kept")

    def check_anchors(self) -> None:
        """Check that the ledger extends each checkpoint that the portal says it left outside."""
        rows = parsed(self.archive.small("anchors.json"), "anchors.json").get("anchors")
        anchors = [Anchor(row) for row in rows] if isinstance(rows, list) else None
        if anchors is None:
            raise Wrong("anchors.json is damaged: it cannot be read.")
        for anchor in anchors:
            if anchor.size > self.size or self.tree.root(anchor.size) != anchor.root:
                raise Wrong(
                    f"The ledger does not extend the checkpoint of {anchor.size} entries that was left outside "
                    f"{anchor.how}. History was rewritten."
                )
        self.anchors = anchored_said(anchors)

    def must_extend(self, head: Head, which: str) -> None:
        name = self.head.signer.key.name if self.head is not None else ""
        began = self.ring.began(name)
        if began is not None and head.size > began and head.signer.key.name != name:
            raise Wrong(
                f"The checkpoint {which} counts {head.size} entries, but the ledger says that it lost what was signed "
                f"beyond {began} of them, and began anew."
            )
        if head.size > self.size:
            raise Wrong(
                f"The checkpoint {which} counts {head.size} entries, but the bundle is of a ledger of "
                f"{self.size}. Either the bundle is older, or what came after was lost."
            )
        if self.tree.root(head.size) != head.root:
            raise Wrong(
                f"The ledger does not extend the checkpoint {which}: its first {head.size} entries are others. "
                "History was rewritten."
            )
        self.extends.append(f"the checkpoint of {head.size} entries {which}")

    def check_files(self) -> None:
        """Check every file against the manifest."""
        files = self.manifest.get("files")
        if not isinstance(files, dict):
            raise Wrong("The manifest lists no files.")
        for name in sorted(set(self.archive.infos) - set(files) - {"manifest.json", "manifest.sig"}):
            raise Wrong(f"The bundle holds a file that does not belong there: {name}.")
        for name in [*MEMBERS[:-2], *sorted(set(files) - set(MEMBERS))]:
            listed = self.listed(name)
            if name not in self.archive.digests and self.archive.size_of(name) == listed.get("bytes"):
                self.archive.pass_over(name)
            if self.archive.digests.get(name) != (listed.get("bytes"), listed.get("sha256")):
                raise Wrong(f"{plain(name)} is not the file that the manifest lists.")
        if "names" in self.withheld and parsed(self.archive.small("people.json"), "people.json"):
            raise Wrong("people.json holds names, which the manifest withholds.")


def passes(said: str, wanted: object, mark: str) -> bool:
    """Tell whether a word is one that is wanted; what ends with the mark stands for all that begin so."""
    return isinstance(wanted, list) and any(
        said == each or (str(each).endswith(mark) and said.startswith(str(each))) for each in wanted
    )


def whole(value: object, what: str) -> int:
    """Return a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 60:
        raise Wrong(f"{what} is damaged: a number in it is wrong.")
    return value


def short_number(text: str) -> int:
    """Read a number of JSON. Python would take minutes for one of a million digits."""
    if len(text) > 30:
        raise ValueError("The number is too long.")
    return int(text)


DECODER = json.JSONDecoder(parse_int=short_number)


def parsed(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object."""
    try:
        value = DECODER.decode(data.decode("utf-8"))
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
    return "".join(char if char.isprintable() else "?" for char in str(text)[:300])


def said_by(error: Exception) -> str:
    """Return what an error says, on one line."""
    return plain(getattr(error, "strerror", None) or error).rstrip(".") or type(error).__name__


def now() -> datetime:
    """Return this computer's time."""
    return datetime.now(timezone.utc)  # noqa: UP017 - Python 3.9


# ---------------------------------------------------------------- the command


def statement(bundle: Bundle, signer: LedgerKey, as_exported: bool) -> str:
    """Say what has been proven, and what has not."""
    manifest, count, size = bundle.manifest, bundle.count, bundle.size
    first, period = manifest["first"], manifest["period"]
    if bundle.filter:
        place = (
            f"of leaves {first} to {manifest['end'] - 1} of {size}"
            if manifest["end"] > first
            else f"none of {size}"
        )
    else:
        place = f"leaves {first} to {first + count - 1} of {size}" if count else f"none of {size}"
    attested = f"{bundle.attestations.count} signatures checked"
    if bundle.attestations.kept:
        attested += f", {bundle.attestations.kept} times one was kept for a later revision"
    if passed := bundle.attestations.passed:
        attested += f", {passed} {'pass' if passed == 1 else 'passes'} of the gate"
    attested += (
        f", {bundle.attestations.revoked} by a key that was revoked since"
        if bundle.attestations.revoked
        else ""
    )
    lines = [
        "VERIFIED",
        "",
        f"Ledger    {plain(signer.key.name)}, {size} entries, sealed {plain(manifest['sealed_at'])}",
        f"Period    {plain(period['start'])} up to, not including, {plain(period['end'])}",
        *([f"Filter    {filter_said(bundle.filter)}"] if bundle.filter else []),
        f"Entries   {count} ({place})",
        *bundle.retired,
        f"Texts     {bundle.texts.said()}",
        *(["Names     withheld"] if "names" in bundle.withheld else []),
        f"Revisions {len(bundle.revisions.met)} checked",
        f"Attested  {attested}",
        f"Extends   {' and '.join(bundle.extends) or 'no earlier checkpoint: there is none in the bundle'}",
        f"Key       {bundle.ring.path_to(signer)}",
        *bundle.epochs,
        *bundle.anchors,
        "",
        f"Proven: the holder of this key signed a ledger of {size} entries. Every entry here stands in it,",
        *(proven_filtered(bundle) if bundle.filter else PROVEN_WHOLE),
        "Each revision of a change that they name is here, as it was signed, and each signature's attestation.",
        "Every other file is the one that the portal wrote.",
    ]
    if bundle.retired:
        lines += [
            "Of the retired entries the place and the hash are proven, and that the key signed which they are.",
            "What they said is gone. Their time, record and step are the word of the key's holder.",
        ]
    if bundle.outside:
        lines.append(
            f"{bundle.outside} of the entries carry a time outside the period; they lie between others that do not."
        )
    if bundle.late:
        lines.append(
            f"{bundle.late} of the entries carry a time after the seal: the portal's clock went back."
        )
    if not as_exported:
        lines.append("The zip file was packed again after the export. Its contents are what was checked.")
    return "\n".join([*lines, "", *not_proven(bundle), ""])


PROVEN_WHOLE = (
    "byte for byte, in its place. None is missing between them or at either end of the period, and the",
    "entries of each record follow each other without a gap.",
)


def proven_filtered(bundle: Bundle) -> list[str]:
    """Say what a filtered bundle proves about its entries."""
    lines = ["byte for byte, in its place, and has its own proof of that in proofs.txt."]
    if bundle.whole_records:
        lines.append("The entries of each record follow each other without a gap.")
    return lines


def not_proven(bundle: Bundle) -> list[str]:
    """Say what the check cannot show."""
    lines = []
    if bundle.filter:
        lines += [
            "Not proven: that no other entry of the ledger matches the filter; ask for the whole period to know."
        ]
    lines += [
        "Not proven: that what people and machines reported is true; that the portal's clock was right; the",
        "printed names in report.csv and people.json, which are the portal's word; that the key was in no other",
        "hands, or was not revoked since.",
    ]
    if any("anchored" in line for line in bundle.anchors):
        lines += [
            "Not proven: that the checkpoints in anchors.json lie where the portal says; look there. A time-stamp",
            "in it proves itself to openssl: README.txt says how.",
        ]
    if bundle.kept is None:
        lines += [
            "Whoever holds the key could have signed another ledger: keep this bundle's checkpoint, and next time",
            "check with --since that the ledger still extends it.",
        ]
    return lines


def filter_said(filters: dict[str, Any]) -> str:
    """Return the filter as the manifest names it."""
    parts = []
    for name in ("component", "change", "changes", "person", "events"):
        value = filters.get(name)
        if value:
            parts.append(f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return plain("; ".join(parts))


def read_key(path: str) -> Key:
    """Return the key in a file."""
    try:
        return Key(read_small(path, "The key file").decode("ascii"))
    except UnicodeDecodeError:
        raise Usage("The key file does not hold a ledger key.") from None


def read_small(path: str, what: str) -> bytes:
    """Return the start of a file, which is all of a key or a checkpoint."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Usage(f"{what} is not a file.")
        with open(path, "rb") as file:
            return file.read(16384)
    except (OSError, ValueError) as error:
        raise Usage(f"{what} cannot be read: {said_by(error)}.") from None


def arguments(argv: list[str]) -> tuple[str, str, str | None]:
    """Return the bundle, the key file and the kept checkpoint that the command line names."""
    rest: list[str] = []
    named: dict[str, str | None] = {}
    words = iter(argv)
    for word in words:
        option, given, value = word.partition("=")
        if option in ("--key", "--since"):
            named[option] = value if given else next(words, None)
            if not named[option]:
                raise Usage(f"Name a file after {option}.")
        elif word.startswith("-"):
            raise Usage(f"There is no option {plain(word)}.")
        else:
            rest.append(word)
    key = named.get("--key")
    if len(rest) != 1 or not key:
        raise Usage("Name one bundle, and one key file after --key.")
    return rest[0], key, named.get("--since")


def verify(path: str, key: Key, kept: bytes | None = None) -> str:
    """Return the statement about a bundle, and about the checkpoint that the auditor kept.

    Raises Wrong with the first thing that is wrong.
    """
    archive = Archive(path)
    try:
        bundle = Bundle(archive, key, kept)
        bundle.check()
        problems = bundle.entry_problems + bundle.problems + bundle.key_problems
        if problems or bundle.head is None:
            more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
            raise Wrong(problems[0] + more)
        return statement(bundle, bundle.head.signer, as_exported=archive.check_seal())
    finally:
        archive.close()


def say(stream: TextIO, text: str) -> None:
    """Print, whatever the terminal can show."""
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def main(argv: list[str]) -> int:
    """Run the command, and return its exit status."""
    try:
        if argv in (["-h"], ["--help"]):
            say(sys.stdout, __doc__)
            return 0
        path, key_path, kept_path = arguments(argv)
        kept = read_small(kept_path, "The checkpoint that you kept") if kept_path else None
        said = verify(path, read_key(key_path), kept)
    except Usage as usage:
        say(sys.stderr, f"{usage}\n{USAGE}")
        return 2
    except Wrong as wrong:
        say(sys.stdout, f"NOT VERIFIED: {wrong}\n")
        return 1
    except Exception as error:  # whatever a damaged file provokes, the answer is one plain line
        say(sys.stdout, f"NOT VERIFIED: The bundle cannot be read ({type(error).__name__}).\n")
        return 1
    say(sys.stdout, said)
    return 0


if __name__ == "__main__":
    gc.disable()  # nothing here holds itself, and to look for that in millions of small things takes time
    sys.exit(main(sys.argv[1:]))
