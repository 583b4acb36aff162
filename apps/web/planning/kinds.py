"""Every kind of conflict in plain words, for the page of the calendar's rules."""

from apps.calendar.enums import ConflictKind

EXPLAINED = {
    ConflictKind.SAME_COMPONENT: "Two changes move the same component at the same time.",
    ConflictKind.READS: "One change moves what the other reads, calls, embeds or trains on, at the same time.",
    ConflictKind.WRITES: "One change moves something that writes what the other relies on, at the same time.",
    ConflictKind.FREEZE: "A freeze or a blackout covers what the change moves.",
    ConflictKind.REACHES_FROZEN: "A freeze or a blackout covers something that it only reaches. The nearest is told.",
    ConflictKind.OUTSIDE: "What it moves may change only in its maintenance windows then, and none of them holds it.",
    ConflictKind.COOLDOWN: "What it moves was changed shortly before, and is still being watched.",
    ConflictKind.PERSON: "Whoever leads it, or is on call for it, is needed for another change at the same time.",
    ConflictKind.APPROVER: "Somebody who signed for it signed for another change at the same time too.",
    ConflictKind.POOL: "Both changes need the same compute pool at the same time.",
    ConflictKind.LIMIT: "More changes of a sort go out at once than a limit allows.",
    ConflictKind.BACK_TO_BACK: "It begins right after another change of the same component.",
    ConflictKind.RETRAINING: "What it moves is being retrained then.",
    ConflictKind.EVENT: "Something else happens then that touches what it moves: a holiday, a team day.",
}
