"""A conflict in one plain sentence."""

from collections.abc import Sequence

from apps.calendar.enums import ConflictKind


def short_name(key: str) -> str:
    """Return the name in a component's key: ``credit-risk`` of ``model:default/credit-risk``."""
    return key.rpartition("/")[2]


def conflict_sentence(kind: str, other: str, path: Sequence[str], *, theirs_first: bool = False) -> str:
    """Return what is wrong, for someone who looks from one side at the ``other`` (a ref, or a freeze's name).

    ``theirs_first`` says that the path starts at what the other side moves.
    """
    first, last = short_name(path[0]), short_name(path[-1])
    if kind == ConflictKind.SAME_COMPONENT:
        return f"{other} moves {first} at the same time."
    if kind == ConflictKind.FREEZE:
        return f"{other} covers {first}: it must not change then."
    if theirs_first:
        return f"{other} moves {first} at the same time, and that reaches {last}."
    return f"{other} moves {last} at the same time, and {first} reaches it."
