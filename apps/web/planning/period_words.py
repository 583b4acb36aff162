"""What each kind of period is called, and what it says of itself on its pages."""

from dataclasses import dataclass

from apps.calendar.enums import PeriodKind


@dataclass(frozen=True)
class PeriodWords:
    """The words of one kind.

    ``noun`` names it in a sentence; ``covers`` stands over its components; ``ending`` is the button that ends it and
    ``ended`` what it is then; ``after`` says what that means for changes.
    """

    noun: str
    covers: str
    ending: str
    ended: str
    after: str


_OFF, _TAKEN_OFF = "Take it off the calendar", "Taken off"
_NO_WARNING = "Changes in it are not warned of it any more."

WORDS = {
    PeriodKind.FREEZE: PeriodWords(
        "freeze",
        "What must not change",
        "Lift the freeze",
        "Lifted",
        "Changes that only this freeze kept back can go out again.",
    ),
    PeriodKind.BLACKOUT: PeriodWords(
        "blackout",
        "What must not change",
        "Lift the blackout",
        "Lifted",
        "Changes that only this blackout kept back can go out again.",
    ),
    PeriodKind.MAINTENANCE: PeriodWords(
        "maintenance window",
        "What may change only in its windows",
        _OFF,
        _TAKEN_OFF,
        "What it covers may then change at any time, but where another maintenance window covers it.",
    ),
    PeriodKind.RETRAINING: PeriodWords(
        "retraining window", "What is retrained in it", _OFF, _TAKEN_OFF, _NO_WARNING
    ),
    PeriodKind.COOLDOWN: PeriodWords("cooldown", "What should rest", _OFF, _TAKEN_OFF, _NO_WARNING),
    PeriodKind.EVENT: PeriodWords("event", "What it touches", _OFF, _TAKEN_OFF, _NO_WARNING),
    PeriodKind.ON_CALL: PeriodWords(
        "on-call shift",
        "What they are on call for",
        _OFF,
        _TAKEN_OFF,
        "Its people are free for changes at that time.",
    ),
}
