"""A conflict in one plain sentence."""

from collections.abc import Sequence

from apps.calendar.enums import ConflictKind


def short_name(key: str) -> str:
    """Return the name in a component's key: ``credit-risk`` of ``model:default/credit-risk``."""
    return key.rpartition("/")[2]


_SAID = {
    ConflictKind.SAME_COMPONENT: "{other} moves {first} at the same time.",
    ConflictKind.READS: "{other} moves {last} at the same time, and {first} reaches it.",
    ConflictKind.WRITES: "{other} moves {last} at the same time, and {first} writes what leads to it.",
    ConflictKind.FREEZE: "{other} covers {first}: it must not change then.",
    ConflictKind.REACHES_FROZEN: "{other} covers {last}, and {first} reaches it.",
    ConflictKind.OUTSIDE: "{first} may change only in its maintenance windows, and this time is outside {other}.",
    ConflictKind.COOLDOWN: "{other} covers {first}: it is quiet time then.",
    ConflictKind.PERSON: "{what} is needed for {other} at the same time.",
    ConflictKind.APPROVER: "{what} signs for {other} too, which goes out at the same time.",
    ConflictKind.POOL: "{other} needs {what} at the same time.",
    ConflictKind.LIMIT: "More changes go out at once than {what}.",
    ConflictKind.BACK_TO_BACK: "{other} moves {first} right after.",
    ConflictKind.RETRAINING: "{first} is being retrained then: {other}.",
    ConflictKind.EVENT: "{other} falls into this time and touches {first}.",
}

_SAID_OF_AFTER = "{other} moves {first} again in the quiet time after this one."

_SAID_FROM_THEIRS = {
    ConflictKind.READS: "{other} moves {first} at the same time, and that reaches {last}.",
    ConflictKind.WRITES: "{other} moves {first} at the same time, and that writes what leads to {last}.",
    ConflictKind.COOLDOWN: "{first} is in the quiet time after {other}, which moves it just before.",
    ConflictKind.BACK_TO_BACK: "{other} moves {first} right before.",
}


def conflict_sentence(
    kind: str,
    other: str,
    path: Sequence[str],
    *,
    what: str = "",
    theirs_first: bool = False,
    of_period: bool = False,
) -> str:
    """Return what is wrong, for someone who looks from one side at the ``other`` (a ref, or a period's name).

    ``theirs_first`` says that the path starts at what the other side moves, or that the other side comes first.
    ``what`` is the person, pool or limit that they share, as people call it.
    """
    first, last = (short_name(path[0]), short_name(path[-1])) if path else ("", "")
    said = _SAID[ConflictKind(kind)]
    if theirs_first:
        said = _SAID_FROM_THEIRS.get(ConflictKind(kind), said)
    elif kind == ConflictKind.COOLDOWN and not of_period:
        said = _SAID_OF_AFTER
    return said.format(other=other, first=first, last=last, what=what)
