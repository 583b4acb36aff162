"""The verifier's proofs of RFC 9162 against published vectors, brute force and another implementation."""

from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from apps.audit.rules import merkle
from apps.exports.verifier import verify
from tests.audit.test_merkle import (
    CT_LEAVES,
    CT_ROOTS,
    leaves_of,
    literal_path,
    literal_root,
    literal_subproof,
)

MOST = 64
A, B, C, D, E, F, G, H = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
)
# The proofs with which Certificate Transparency's own implementations are tested: leaf from 0, size, hashes.
CT_INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, F]),
    (2, 3, [H]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", B, D]),
]
# Old size, size, hashes.
CT_CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [G, E, F]), (2, 5, [B, D])]


def unhexed(hashes: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in hashes]


@cache
def tree() -> InmemoryTree:
    made = InmemoryTree(algorithm="sha256")
    for number in range(MOST):
        made.append(b"entry %d" % number)
    return made


@cache
def root(size: int) -> bytes:
    return literal_root(leaves_of(size))


def in_rfc_order(proof: object, old_size: int, size: int) -> list[bytes]:
    """Return pymerkle's consistency proof as RFC 9162 has it.

    pymerkle goes down to the first new leaf and names the hashes of the old root by a mask. The RFC names the last of
    these first, or none if the old tree is one perfect subtree, and stops at the node that starts at the first new
    leaf.
    """
    if old_size == size:
        return []
    first = proof.subset.index(1)
    fresh = proof.path[0]
    for each in proof.path[1:first]:
        fresh = merkle.node_hash(fresh, each)
    hashes = [proof.path[first], fresh, *proof.path[first + 1 :]]
    return hashes[1:] if old_size & (old_size - 1) == 0 else hashes


@pytest.mark.parametrize(("index", "size", "proof"), CT_INCLUSION)
def test_inclusion_proof_as_published_holds(index, size, proof) -> None:
    leaf = merkle.leaf_hash(CT_LEAVES[index])
    assert verify.inclusion_holds(leaf, index, size, unhexed(proof), bytes.fromhex(CT_ROOTS[size]))
    leaves = [merkle.leaf_hash(each) for each in CT_LEAVES[:size]]
    assert literal_path(index, leaves) == unhexed(proof)


@pytest.mark.parametrize(("old_size", "size", "proof"), CT_CONSISTENCY)
def test_consistency_proof_as_published_holds(old_size, size, proof) -> None:
    roots = (bytes.fromhex(CT_ROOTS[old_size]), bytes.fromhex(CT_ROOTS[size]))
    assert verify.consistency_holds(old_size, size, *roots, unhexed(proof))


@pytest.mark.parametrize("size", range(9))
def test_root_of_published_leaves_is_the_published_root_to_the_verifier_too(size) -> None:
    leaves = b"".join(merkle.leaf_hash(leaf) for leaf in CT_LEAVES[:size])
    assert verify.root_of(leaves).hex() == CT_ROOTS[size]


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_inclusion_proof_for_every_leaf_holds_there_and_nowhere_else(size) -> None:
    leaves = leaves_of(size)
    for index, leaf in enumerate(leaves):
        proof = literal_path(index, leaves)
        assert verify.inclusion_holds(leaf, index, size, proof, root(size))
        others = [other for other in range(-1, size + 2) if other != index]
        assert not any(verify.inclusion_holds(leaf, other, size, proof, root(size)) for other in others)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_consistency_proof_from_every_size_holds_from_there_and_from_no_other(size) -> None:
    leaves = leaves_of(size)
    for old in range(1, size + 1):
        proof = literal_subproof(old, leaves, True)
        assert verify.consistency_holds(old, size, root(old), root(size), proof)
        for other in range(size + 2):
            if other != old:
                assert not verify.consistency_holds(other, size, root(other), root(size), proof)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_proofs_that_another_implementation_made_hold(size) -> None:
    made = tree()
    assert made.get_state(size) == root(size) == verify.root_of(b"".join(leaves_of(size)))
    for index in range(size):
        path = made.prove_inclusion(index + 1, size).path
        assert verify.inclusion_holds(path[0], index, size, path[1:], made.get_state(size))
        for at in range(1, len(path)):
            wrong = [*path[1:at], bytes(32), *path[at + 1 :]]
            assert not verify.inclusion_holds(path[0], index, size, wrong, made.get_state(size))
    for old in range(1, size + 1):
        proof = in_rfc_order(made.prove_consistency(old, size), old, size)
        roots = (made.get_state(old), made.get_state(size))
        assert verify.consistency_holds(old, size, *roots, proof)
        for at in range(len(proof)):
            assert not verify.consistency_holds(old, size, *roots, [*proof[:at], bytes(32), *proof[at + 1 :]])
            assert not verify.consistency_holds(old, size, *roots, [*proof[:at], *proof[at + 1 :]])


@settings(deadline=None)
@given(st.integers(-3, 70), st.integers(-3, 70), st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_hashes_at_random_prove_nothing_and_break_nothing(index, size, proof) -> None:
    leaf = sha256(b"no leaf").digest()
    assert not verify.inclusion_holds(leaf, index, size, proof, bytes(32))
    assert not verify.consistency_holds(index, size, leaf, bytes(32), proof)
