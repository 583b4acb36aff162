"""A calendar file on its way from the look at it to the word that it counts.

What was read travels in the page, signed, so that nothing is kept here in between and what is confirmed is what was
looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from apps.accounts.models import User
from apps.accounts.selectors import active_people
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
from apps.calendar.rules import Recurrence, in_words, scope_from
from apps.calendar.rules.horizon import worked_out
from apps.calendar.rules.ics_in import NotRead, PeriodSpec
from apps.calendar.selectors import Difference, ImportOrder
from apps.calendar.selectors.importing import Edit
from apps.core.errors import Invalid, Stale
from apps.web import dates

SHOWN = 200
"""So many of each sort are listed; of more, only their number."""
LARGEST = 2_000_000
"""The most characters that a page carries."""
KEPT = 24 * 3600
_SALT = "calendar.import"


def packed(order: ImportOrder, user: User) -> str:
    """Return an order as text for the page. Raises Invalid (``file``) when it is too long for one."""
    text = signing.dumps(
        {
            "by": user.pk,
            "source": order.source,
            "specs": [asdict(spec) for spec in order.specs],
            "kind": order.kind,
            "scope": order.scope.document(),
            "owner": order.owner.username if order.owner else "",
            "on_call": [person.username for person in order.on_call],
            "unread": sorted(order.unread),
        },
        salt=_SALT,
        compress=True,
    )
    if len(text) > LARGEST:
        raise Invalid({"file": ["The texts in the file are too long. Export a shorter time."]})
    return text


def unpacked(text: str, user: User) -> ImportOrder:
    """Return the order in a page. Raises Stale when it is not this person's, or older than a day."""
    try:
        given = signing.loads(text, salt=_SALT, max_age=KEPT)
    except signing.BadSignature:
        given = {}
    if given.get("by") != user.pk:
        raise Stale("This look at the file is too old.", remedy="Choose the file again.")
    people = {
        one.username: one for one in active_people().filter(username__in=[given["owner"], *given["on_call"]])
    }
    return ImportOrder(
        source=given["source"],
        specs=tuple(_spec(each) for each in given["specs"]),
        kind=PeriodKind(given["kind"]),
        scope=scope_from(given["scope"]),
        owner=people.get(given["owner"]),
        on_call=tuple(people[name] for name in given["on_call"] if name in people),
        unread=frozenset(given["unread"]),
    )


def _spec(given: dict[str, Any]) -> PeriodSpec:
    times = given.pop("recurrence")
    times |= {name: tuple(times[name]) for name in ("exdates", "rdates")}
    return PeriodSpec(**given, recurrence=Recurrence(**times))


@dataclass(frozen=True)
class Line:
    """One period in the look at a file."""

    name: str
    said: str
    period: Period | None = None


@dataclass(frozen=True)
class Part:
    """All of one sort, or all that is left out for one reason, of which the first are listed."""

    title: str
    count: int
    lines: tuple[Line, ...]

    @property
    def rest(self) -> int:
        """Return how many are not listed."""
        return self.count - len(self.lines)


def parts_of(difference: Difference) -> list[Part]:
    """Return what a file would change, in words."""
    new, changed, gone = difference.new, difference.changed, difference.gone
    return [
        _part("New", new, lambda spec: Line(spec.name, in_words(spec.recurrence))),
        _part("Changed", changed, _edit),
        _part(
            "Taken off, because the file does not have it any more", gone, lambda one: Line(one.name, "", one)
        ),
    ]


def reasons_of(difference: Difference, not_read: tuple[NotRead, ...]) -> list[Part]:
    """Return what is left out of a file by the reason, the one that holds most first."""
    by_reason: dict[str, list[NotRead]] = defaultdict(list)
    for one in (*not_read, *difference.left):
        by_reason[one.reason].append(one)
    most_first = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    return [_part(reason, them, _unread) for reason, them in most_first]


def _unread(one: NotRead) -> Line:
    return Line(one.name, dates.day(datetime.fromisoformat(one.starts).date()) if one.starts else "")


def first_coming(done: Difference, now: datetime) -> datetime | None:
    """Return when the first time of what an import brought or changed starts that is not over, if there is one."""
    specs = [*done.new, *(edit.spec for edit in done.changed)]
    coming = (one for spec in specs for one in worked_out(spec.recurrence, now))
    return min((start for start, end in coming if end > now), default=None)


def _edit(edit: Edit) -> Line:
    what = ", ".join(edit.what).capitalize()
    return Line(edit.spec.name, f"{what}: {in_words(edit.spec.recurrence)}", edit.period)


def _part(title: str, all_of_them: Sequence[Any], line: Callable[[Any], Line]) -> Part:
    return Part(title, len(all_of_them), tuple(line(each) for each in all_of_them[:SHOWN]))
