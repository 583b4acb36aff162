"""What a legal hold must say before it is placed."""

from dataclasses import dataclass
from datetime import datetime

from apps.core.errors import Invalid
from apps.retention.enums import HoldScope

_NAMES = {
    HoldScope.RECORD: ("record", "Name the record, such as CHG-1042."),
    HoldScope.COMPONENT: ("component", "Name the component by its key."),
    HoldScope.PERSON: ("person", "Name the person."),
}


@dataclass(frozen=True)
class HoldScopeInput:
    """What a hold covers. Only the parts of its kind count; ``person`` is a person's number."""

    kind: str
    record: str = ""
    component_key: str = ""
    person: int | None = None
    start: datetime | None = None
    end: datetime | None = None


def checked_hold(scope: HoldScopeInput, reason: str) -> HoldScopeInput:
    """Return the scope with what its kind does not need left out.

    Raises:
        Invalid: the kind is unknown, what it covers is not named, or there is no reason.
    """
    problems: dict[str, list[str]] = {}
    if not reason.strip():
        problems["reason"] = ["Say why these records must stay whole."]
    given = {
        HoldScope.RECORD: HoldScopeInput(scope.kind, record=scope.record.strip()),
        HoldScope.COMPONENT: HoldScopeInput(scope.kind, component_key=scope.component_key.strip()),
        HoldScope.PERSON: HoldScopeInput(scope.kind, person=scope.person),
        HoldScope.PERIOD: HoldScopeInput(scope.kind, start=scope.start, end=scope.end),
    }
    if scope.kind not in HoldScope.values:
        raise Invalid({"kind": ["Choose what the hold covers."]})
    kind = HoldScope(scope.kind)
    wanted = given[kind]
    if kind == HoldScope.PERIOD:
        if wanted.start is None or wanted.end is None or wanted.end <= wanted.start:
            problems["end"] = ["Give a first and a last day, in this order."]
    elif not (wanted.record or wanted.component_key or wanted.person):
        problems[_NAMES[kind][0]] = [_NAMES[kind][1]]
    if problems:
        raise Invalid(problems)
    return wanted
