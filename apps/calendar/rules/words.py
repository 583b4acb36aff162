"""A conflict in one plain sentence."""

from collections.abc import Sequence

from apps.calendar.enums import ConflictKind


def short_name(key: str) -> str:
    """Return the name in a component's key: ``credit-risk`` of ``model:default/credit-risk``."""
    return key.rpartition("/")[2]


def conflict_sentence(  # noqa: PLR0911 (one sentence for each kind)
    kind: str, other: str, path: Sequence[str], *, what: str = "", theirs_first: bool = False
) -> str:
    """Return what is wrong, for someone who looks from one side at the ``other`` (a ref, or a period's name).

    ``theirs_first`` says that the path starts at what the other side moves, or that the other side comes first.
    ``what`` is the person, pool or limit that they share, as people call it.
    """
    first, last = (short_name(path[0]), short_name(path[-1])) if path else ("", "")
    match kind:
        case ConflictKind.SAME_COMPONENT:
            return f"{other} moves {first} at the same time."
        case ConflictKind.FREEZE:
            return f"{other} covers {first}: it must not change then."
        case ConflictKind.OUTSIDE:
            return f"{first} may change only in its maintenance windows, and none of them holds this time."
        case ConflictKind.COOLDOWN if theirs_first:
            return f"{first} is in the quiet time after {other}, which moves it just before."
        case ConflictKind.COOLDOWN if other:
            return f"{other} follows in the quiet time of {first}, which this change moves just before."
        case ConflictKind.PERSON:
            return f"{what} is needed for {other} at the same time."
        case ConflictKind.APPROVER:
            return f"{what} signs for {other} too, which goes out at the same time."
        case ConflictKind.POOL:
            return f"{other} needs {what} at the same time."
        case ConflictKind.LIMIT:
            return f"More changes go out at once than “{what}” allows."
        case ConflictKind.BACK_TO_BACK if theirs_first:
            return f"{other} moves {first} right before."
        case ConflictKind.BACK_TO_BACK:
            return f"{other} moves {first} right after."
        case ConflictKind.RETRAINING:
            return f"{first} is being retrained then: {other}."
        case ConflictKind.EVENT:
            return f"{other} falls into this time and touches {first}."
    how = "writes what leads to" if kind == ConflictKind.WRITES else "reaches"
    if theirs_first:
        return f"{other} moves {first} at the same time, and that {how} {last}."
    return f"{other} moves {last} at the same time, and {first} {how} it."
