"""How near the day is on which a version is validated again."""

from datetime import date, timedelta
from enum import StrEnum

FIRST_NOTICE = timedelta(days=30)
LAST_NOTICE = timedelta(days=7)


class Nearness(StrEnum):
    """How near a day is, as people are told of it: each time once."""

    FIRST = "first"
    LAST = "last"
    OVERDUE = "overdue"

    def mark(self, day: date) -> str:
        """Return what a card keeps once people were told of this day, this near."""
        return f"{day.isoformat()} {self.value}"


def nearness_of(day: date, today: date) -> Nearness | None:
    """Return how near a day is; None when it is far yet. A day is overdue once it is over."""
    if day < today:
        return Nearness.OVERDUE
    if day <= today + LAST_NOTICE:
        return Nearness.LAST
    return Nearness.FIRST if day <= today + FIRST_NOTICE else None
