"""What one export is to hold. The same order over the same tree gives the same bytes."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from apps.exports.enums import ExportFormat, ExportSubject
from apps.exports.rules.period import Period, period_of

FORMATS = {
    ExportSubject.ENTRIES: tuple(ExportFormat),
    ExportSubject.POPULATION: (ExportFormat.XLSX, ExportFormat.CSV, ExportFormat.JSONL),
    ExportSubject.SAMPLE: (ExportFormat.BUNDLE,),
}
"""Which forms a subject can take."""


@dataclass(frozen=True)
class Scope:
    """Which entries: those of the days ``start`` to ``end``, both included, in UTC, where each filter set holds.

    ``component`` is a component's key, ``change`` a number such as CHG-1042, ``person`` a username. An event
    that ends with a dot stands for all that begin so.
    """

    start: date
    end: date
    component: str = ""
    change: str = ""
    person: str = ""
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Write the names of component and change as the ledger does, however they were given."""
        object.__setattr__(self, "component", self.component.strip().lower())
        object.__setattr__(self, "change", _change_named(self.change.strip().upper()))

    @property
    def period(self) -> Period:
        """Return the days as a half-open span of time.

        Raises:
            Invalid: the days are in the wrong order.
        """
        return period_of(self.start, self.end)

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything but the days narrows the scope."""
        return bool(self.component or self.change or self.person or self.events)


def _change_named(text: str) -> str:
    """Return "CHG-1042" for that and for "1042"; any other text as it is."""
    number = text.removeprefix("CHG-")
    return f"CHG-{int(number)}" if number.isascii() and number.isdecimal() and len(number) <= 9 else text


@dataclass(frozen=True)
class Order:
    """One export: its scope, its form, which columns a table has (none: all) and what is withheld.

    ``seed`` makes a sample reproducible: the same seed over the same changes draws the same ones. ``asked_by``
    is the asker's key in the ledger, such as person:12; the services fill it in.
    """

    scope: Scope
    subject: ExportSubject = ExportSubject.ENTRIES
    format: ExportFormat = ExportFormat.BUNDLE
    fields: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    seed: str = ""
    asked_by: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the order as plain JSON, as the job and the ledger keep it."""
        plain = asdict(self)
        scope = plain["scope"]
        scope["start"], scope["end"] = self.scope.start.isoformat(), self.scope.end.isoformat()
        return plain | {"subject": str(self.subject), "format": str(self.format)}


def order_from(plain: dict[str, Any]) -> Order:
    """Return the order that ``Order.as_json`` wrote."""
    scope = plain["scope"]
    return Order(
        scope=Scope(
            start=date.fromisoformat(scope["start"]),
            end=date.fromisoformat(scope["end"]),
            component=scope["component"],
            change=scope["change"],
            person=scope["person"],
            events=tuple(scope["events"]),
        ),
        subject=ExportSubject(plain["subject"]),
        format=ExportFormat(plain["format"]),
        fields=tuple(plain["fields"]),
        withheld=tuple(plain["withheld"]),
        seed=plain["seed"],
        asked_by=plain.get("asked_by", ""),
    )
