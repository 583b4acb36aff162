"""What a change of the clocks does to a time that is planned: in words, and drawn on the clock on the wall."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.calendar.rules import ClockChange, Recurrence, clock_changes, in_hours, span_from_local

LEFT, RIGHT = 16.0, 268.0
APART = 20.0
"""Labels of hours nearer to the label at an end than this would run into it."""
MOST = timedelta(hours=12)
"""Of a longer time only the hours around the change are drawn: all of them would be too narrow to read."""
BEFORE, AFTER = timedelta(hours=4), timedelta(hours=3)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Piece:
    """A piece of a time, an hour at most: where it is drawn, and whether it is skipped or comes twice."""

    x: float
    width: float
    mark: str


@dataclass(frozen=True)
class Turn:
    """A change of the clocks, in words and, where it falls inside the time, drawn."""

    title: str
    sentence: str
    pieces: tuple[Piece, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    said: str = ""
    said_at: float = 0.0


def turns_of(recurrence: Recurrence, what: str, now: datetime) -> tuple[Turn, ...]:
    """Return what the next changes of the clocks do; of what happens once, only those that make it longer or shorter.

    ``what`` names it in the sentence (“this freeze”).
    """
    if recurrence.repeats:
        return tuple(_turn(change, what) for change in clock_changes(recurrence, now))
    start, end = (datetime.fromisoformat(text) for text in (recurrence.local_start, recurrence.local_end))
    begins = span_from_local(start, end, recurrence.time_zone).start
    changes = clock_changes(recurrence, begins)
    return tuple(_turn(each, what) for each in changes if each.inside and each.lasts != each.usual)


def _turn(change: ClockChange, what: str) -> Turn:
    day = f"{change.before:%a} {change.before.day} {change.before:%B %Y}"
    title = f"{day}: {in_hours(change.lasts)}" if change.instance else day
    sentence = change.sentence(what)
    if change.instance is None or change.ends is None or not change.inside:
        return Turn(title, sentence)
    start, end = datetime.fromisoformat(change.instance.local_start), change.ends
    if change.odd[0] < start < change.odd[1]:
        # It starts in the first of two like hours and runs through part of the second: no line shows that.
        return Turn(title, sentence)
    first, last = start, end
    if end - start > MOST:
        first, last = max(start, change.odd[0] - BEFORE), min(end, change.odd[1] + AFTER)
    scale = (RIGHT - LEFT) / ((last - first) / _HOUR)

    def at(clock: datetime) -> float:
        return round(LEFT + (clock - first) / _HOUR * scale, 1)

    odd = "off" if change.forward else "twice"
    edges = _edges(first, last, change.odd)
    pieces = tuple(
        Piece(at(one), round(at(later) - at(one), 1), odd if change.odd[0] <= one < change.odd[1] else "frz")
        for one, later in zip(edges, edges[1:], strict=False)
    )
    inner = [each for each in edges[1:-1] if each.minute == 0 and LEFT + APART <= at(each) <= RIGHT - APART]
    ticks = (
        (LEFT, f"{'' if first == start else '… '}{_label(first)}"),
        *((at(each), _label(each)) for each in inner),
        (RIGHT, f"{_label(last)}{'' if last == end else ' …'}"),
    )
    said_at = (at(max(first, change.odd[0])) + at(min(last, change.odd[1]))) / 2
    return Turn(title, sentence, pieces, ticks, "skipped" if change.forward else "twice", round(said_at, 1))


def _edges(first: datetime, last: datetime, odd: tuple[datetime, datetime]) -> list[datetime]:
    """Return where the pieces meet: at whole hours, and where the clocks change."""
    hour = first.replace(minute=0) + _HOUR
    whole = [hour + count * _HOUR for count in range(int((last - hour) / _HOUR) + 1)] if last >= hour else []
    return sorted({first, last, *(each for each in (*whole, *odd) if first < each < last)})


def _label(clock: datetime) -> str:
    return f"{clock:%H:%M}" if clock.minute else f"{clock:%H}"
