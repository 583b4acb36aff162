"""The tree against published vectors, a literal reading of RFC 9162, and another implementation."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from apps.audit.rules import merkle
from apps.audit.rules.tiles import Edge, edge_of, edge_places

# The eight leaves and roots with which Certificate Transparency's own implementations are tested.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"entry %d" % number) for number in range(count)]


def split(count: int) -> int:
    width = 1
    while width * 2 < count:
        width *= 2
    return width


def literal_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + literal_root(leaves[:k]) + literal_root(leaves[k:])).digest()


def literal_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*literal_path(m, leaves[:k]), literal_root(leaves[k:])]
    return [*literal_path(m - k, leaves[k:]), literal_root(leaves[:k])]


def literal_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [literal_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*literal_subproof(m, leaves[:k], whole), literal_root(leaves[k:])]
    return [*literal_subproof(m - k, leaves[k:], False), literal_root(leaves[:k])]


def subtree_over(leaves: list[bytes]) -> merkle.Subtree:
    def subtree(height: int, position: int) -> bytes:
        return merkle.perfect_root(leaves[position << height : (position + 1) << height])

    return subtree


@pytest.mark.parametrize("size", range(9))
def test_root_of_published_leaves_is_the_published_root(size) -> None:
    assert merkle.root_of([merkle.leaf_hash(leaf) for leaf in CT_LEAVES[:size]]).hex() == CT_ROOTS[size]


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 1000])
def test_root_of_any_size_is_that_of_another_implementation(size) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append(b"entry %d" % number)
    assert merkle.root_of(leaves_of(size)) == literal_root(leaves_of(size)) == tree.get_state()


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_inclusion_proof_for_every_leaf_is_the_literal_one_and_holds(size) -> None:
    leaves = leaves_of(size)
    root = merkle.root_of(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.inclusion_proof(subtree_over(leaves), index, size)
        assert proof == literal_path(index, leaves)
        assert merkle.inclusion_holds(leaf=leaf, index=index, size=size, proof=proof, root=root)


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_consistency_proof_from_every_size_is_the_literal_one_and_holds(size) -> None:
    leaves = leaves_of(size)
    root = merkle.root_of(leaves)
    for old in range(1, size + 1):
        proof = merkle.consistency_proof(subtree_over(leaves), old, size)
        assert proof == literal_subproof(old, leaves, True)
        old_root = merkle.root_of(leaves[:old])
        assert merkle.consistency_holds(old_size=old, size=size, old_root=old_root, root=root, proof=proof)


@settings(deadline=None)
@given(st.data())
def test_inclusion_proof_with_anything_changed_does_not_hold(data) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    claim = {
        "leaf": leaves[index],
        "index": index,
        "size": size,
        "proof": merkle.inclusion_proof(subtree_over(leaves), index, size),
        "root": merkle.root_of(leaves),
    }
    wrong = data.draw(
        st.sampled_from(["leaf", "index", "root", "shorter", "longer"] + ["step"] * bool(claim["proof"]))
    )
    if wrong == "index":
        claim["index"] = data.draw(st.integers(-1, size + 5).filter(lambda other: other != index))
    elif wrong == "shorter":
        claim["proof"] = claim["proof"][:-1] if claim["proof"] else [b"\0" * 32]
    elif wrong == "longer":
        claim["proof"] = [*claim["proof"], leaves[0]]
    elif wrong == "step":
        place = data.draw(st.integers(0, len(claim["proof"]) - 1))
        claim["proof"][place] = bytes(32)
    else:
        claim[wrong] = sha256(claim[wrong]).digest()
    assert not merkle.inclusion_holds(**claim)


@settings(deadline=None)
@given(st.data())
def test_consistency_proof_with_anything_changed_does_not_hold(data) -> None:
    size = data.draw(st.integers(2, 40))
    old = data.draw(st.integers(1, size - 1))
    leaves = leaves_of(size)
    claim = {
        "old_size": old,
        "size": size,
        "old_root": merkle.root_of(leaves[:old]),
        "root": merkle.root_of(leaves),
        "proof": merkle.consistency_proof(subtree_over(leaves), old, size),
    }
    wrong = data.draw(st.sampled_from(["old_root", "root", "step", "shorter", "longer"]))
    if wrong == "shorter":
        claim["proof"] = claim["proof"][:-1]
    elif wrong == "longer":
        claim["proof"] = [*claim["proof"], leaves[0]]
    elif wrong == "step":
        claim["proof"][data.draw(st.integers(0, len(claim["proof"]) - 1))] = bytes(32)
    else:
        claim[wrong] = sha256(claim[wrong]).digest()
    assert not merkle.consistency_holds(**claim)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 700), max_size=6))
def test_edge_extended_in_any_steps_gives_the_root_and_the_tiles(steps) -> None:
    tiles: dict[tuple[int, int], bytes] = {}
    edge = Edge(0, [])
    leaves = leaves_of(sum(steps))
    for step in steps:
        tiles |= edge.extend(leaves[edge.size : edge.size + step])
        assert (
            edge_of(edge.size, {place: tiles[place] for place in edge_places(edge.size)}).root()
            == edge.root()
        )
    assert edge.root() == merkle.root_of(leaves)
    assert b"".join(tiles[0, index] for index in range(-(-len(leaves) // 256))) == b"".join(leaves)


def test_edge_over_three_levels_gives_the_root_at_every_earlier_size() -> None:
    leaves = leaves_of(66_000)
    tiles: dict[tuple[int, int], bytes] = {}
    edge = Edge(0, [])
    for start in range(0, len(leaves), 2_000):
        tiles |= edge.extend(leaves[start : start + 2_000])
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000):
        assert edge_of(size, tiles).root() == merkle.root_of(leaves[:size])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_inclusion_proof_outside_the_tree_is_refused(index, size) -> None:
    with pytest.raises(ValueError):
        merkle.inclusion_proof(subtree_over([]), index, size)
