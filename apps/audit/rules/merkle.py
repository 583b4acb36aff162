"""The Merkle tree of RFC 6962 and RFC 9162, section 2.1, with SHA-256.

Hashes are 32 bytes. A proof is a list of hashes, as RFC 9162 orders them.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()

Subtree = Callable[[int, int], bytes]
"""Gives the hash of the perfect subtree at (height, position), which starts at leaf position << height."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 over 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 over 0x01 and its two children."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes that stand at one height."""
    level = list(hashes)
    while len(level) > 1:
        level = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=True)
        ]
    return level[0]


def frontier_of(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the perfect subtrees that a row of hashes decomposes into, largest first."""
    roots, start = [], 0
    for height in reversed(range(len(hashes).bit_length())):
        width = 1 << height
        if len(hashes) & width:
            roots.append(perfect_root(hashes[start : start + width]))
            start += width
    return roots


def fold(frontier: Sequence[bytes]) -> bytes:
    """Return the root of the tree whose perfect subtrees, largest first, have these roots."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over a list of leaf hashes."""
    return fold(frontier_of(leaf_hashes))


def range_root(subtree: Subtree, start: int, end: int) -> bytes:
    """Return the hash of the node over leaves [start, end), where RFC 9162's splits put such a node.

    ``start`` must be a multiple of the largest power of two below the range's length, as it is for every
    node of the tree.
    """
    roots, position, left = [], start, end - start
    for height in reversed(range(left.bit_length())):
        width = 1 << height
        if left & width:
            roots.append(subtree(height, position >> height))
            position += width
    return fold(roots)


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size} leaves.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_root(subtree, middle, end))
            end = middle
        else:
            proof.append(range_root(subtree, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(subtree: Subtree, old_size: int, size: int) -> list[bytes]:
    """Return the proof that the tree of ``size`` extends that of ``old_size`` (RFC 9162, 2.1.4.1)."""
    if not 0 < old_size <= size:
        raise ValueError(f"A tree of {size} leaves cannot extend one of {old_size}.")
    proof: list[bytes] = []
    start, end, whole = 0, size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(range_root(subtree, middle, end))
            end = middle
        else:
            proof.append(range_root(subtree, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(range_root(subtree, start, end))
    return proof[::-1]


def inclusion_holds(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows the leaf hash at ``index`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node_hash(step, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, step)
        place, last = place >> 1, last >> 1
    return last == 0 and result == root


def consistency_holds(
    *, old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that one tree extends another (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
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
            old_result, result = node_hash(step, old_result), node_hash(step, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_result == old_root and result == root


def _split(width: int) -> int:
    """Return the largest power of two below ``width``."""
    return 1 << ((width - 1).bit_length() - 1)
