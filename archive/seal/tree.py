"""A Merkle tree as RFC 9162 (2.1) defines it: takes 32-byte digests in order, gives the root and the path of one of them.

A leaf is SHA-256(0x00 + digest), a node SHA-256(0x01 + left + right): no node can be passed off as a leaf. A node without a right
neighbour is handed up unchanged, which is the same tree as the standard's split at the largest power of two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

Side = Literal["left", "right"]  # where the other node stands
Step = tuple[Side, str]  # its SHA-256 in hex
LEAF, NODE = b"\x00", b"\x01"
SIZE = 32  # bytes of a digest


def leaf_of(digest: bytes) -> bytes:
    return hashlib.sha256(LEAF + digest).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def levels_of(digests: Iterable[bytes]) -> list[bytes]:
    """The tree from its leaves to its root, each level the nodes in order, 32 bytes each. ``digests``: at least one."""
    nodes = [leaf_of(digest) for digest in digests]
    levels = [b"".join(nodes)]
    while len(nodes) > 1:
        joined = [node_of(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = joined + nodes[len(joined) * 2 :]
        levels.append(b"".join(nodes))
    return levels


def root_of(digests: Iterable[bytes]) -> str:
    """The root in hex."""
    return levels_of(digests)[-1].hex()


def steps_to_root(levels: Sequence[bytes], index: int) -> list[Step]:
    """The path of the leaf at ``index``: the nodes that it is joined with on its way up, the nearest first."""
    steps: list[Step] = []
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level) // SIZE:
            steps.append(("left" if beside < index else "right", level[beside * SIZE : (beside + 1) * SIZE].hex()))
        index //= 2
    return steps


def climbed(digest: bytes, steps: Iterable[Step]) -> str:
    """The root, in hex, that a path leads to."""
    node = leaf_of(digest)
    for side, other in steps:
        node = node_of(bytes.fromhex(other), node) if side == "left" else node_of(node, bytes.fromhex(other))
    return node.hex()
