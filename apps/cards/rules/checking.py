"""Whether the content of a card has its shape, with each fault at its field, row and column."""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.cards.rules.fields import BY_NAME, EXTRA, FORMAT_NAMES, LARGEST_FILE, is_filled
from apps.cards.rules.kinds import Column, Keeper, Kind
from apps.core.errors import Invalid

LONGEST_LINE = 500
LONGEST_TEXT = 50_000
MOST_LINES = 200
MOST_ROWS = 500

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_KEY = ("name", "slice", "dataset", "split", "task")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the field, and in a field of rows the row, from 1, and the column's name."""

    field: str
    says: str
    row: int | None = None
    column: str = ""

    @property
    def sentence(self) -> str:
        """Return the fault with its place within the field."""
        if self.row is None:
            return self.says
        field = BY_NAME[self.field]
        label = next((each.label for each in field.columns if each.name == self.column), "")
        return f"Row {self.row}, {label.lower()}: {self.says}" if label else f"Row {self.row}: {self.says}"


@dataclass(frozen=True)
class Checked:
    """A content in its shape, without what is wrong in it, and each fault."""

    content: dict[str, Any]
    faults: tuple[Fault, ...]

    def whole(self) -> dict[str, Any]:
        """Return the content.

        Raises:
            Invalid: something is wrong; each field has its sentences.
        """
        if self.faults:
            said: dict[str, list[str]] = {}
            for fault in self.faults:
                said.setdefault(fault.field, []).append(fault.sentence)
            raise Invalid(said)
        return self.content


def check(content: Mapping[str, Any], keeper: Keeper = Keeper.PEOPLE) -> Checked:
    """Check a content, or a part of one: text is trimmed, empty rows go, and each row gets all its columns.

    A field is in the result with what is right of it: a list without its wrong rows, and a wrong text as empty.
    ``keeper`` is whose fields may be there: a content holds those of people, and what it is shown with those of the
    portal.
    """
    faults: list[Fault] = []
    clean: dict[str, Any] = {}
    for name, value in content.items():
        field = BY_NAME.get(name)
        if name == EXTRA:
            clean[name] = _files(value, faults)
        elif field is None:
            faults.append(Fault(name, f"A card has no field “{name}”."))
        elif field.keeper is Keeper.PORTAL and keeper is not Keeper.PORTAL:
            faults.append(Fault(name, "The portal fills this in from its own records."))
        elif field.kind in (Kind.ROWS, Kind.METRICS):
            clean[name] = _rows(name, value, faults)
        else:
            clean[name] = _one(Column(name, field.label, field.kind, choices=field.choices), value, faults)
    return Checked(clean, tuple(faults))


def _files(value: Any, faults: list[Fault]) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {"": value}
    wrong = [
        name
        for name, text in given.items()
        if name not in FORMAT_NAMES
        or not isinstance(text, str)
        or len(text) > LARGEST_FILE
        or _UNKEEPABLE.search(text)
    ]
    if wrong:
        faults.append(Fault(EXTRA, f"Give texts of files by their format: {_or(list(FORMAT_NAMES))}."))
    return {name: text for name, text in given.items() if name not in wrong}


def _one(as_column: Column, value: Any, faults: list[Fault]) -> Any:
    try:
        return _value(as_column, value)
    except ValueError as error:
        faults.append(Fault(as_column.name, str(error)))
        return as_column.empty


def _rows(name: str, value: Any, faults: list[Fault]) -> list[dict[str, Any]]:
    field = BY_NAME[name]
    if value is None or not isinstance(value, list | tuple):
        faults.append(Fault(name, "Give a list of rows."))
        return []
    if len(value) > MOST_ROWS:
        faults.append(Fault(name, f"Give at most {MOST_ROWS} rows; this has {len(value):,}."))
        return []
    kept: list[dict[str, Any]] = []
    for place, row in enumerate(value, start=1):
        found = list(_row_faults(name, field.columns, place, row, kept))
        faults += found
        clean = {} if found else _clean_row(field.columns, row)
        if any(is_filled(each) for each in clean.values()):
            kept.append(clean)
    return kept


def _row_faults(
    name: str, columns: tuple[Column, ...], place: int, row: Any, before: list[dict[str, Any]]
) -> Iterator[Fault]:
    """Yield what is wrong with a row, given those before it."""
    if not isinstance(row, Mapping):
        yield Fault(name, "Give each row as names and values.", place)
        return
    known = {column.name for column in columns}
    for key in row:
        if key not in known:
            yield Fault(name, f"There is no column “{key}”.", place)
    wrong = False
    for column in columns:
        try:
            _value(column, row.get(column.name))
        except ValueError as error:
            wrong = True
            yield Fault(name, str(error), place, column.name)
    if not wrong:
        yield from _whole_row_faults(name, columns, place, _clean_row(columns, row), before)


def _whole_row_faults(
    name: str, columns: tuple[Column, ...], place: int, row: dict[str, Any], before: list[dict[str, Any]]
) -> Iterator[Fault]:
    """Yield what is wrong between the columns of a row, each of which is right by itself."""
    if not any(is_filled(each) for each in row.values()):
        return
    missing = [column for column in columns if column.needed and not is_filled(row[column.name])]
    for column in missing:
        yield Fault(name, "Fill this in.", place, column.name)
    if missing:
        return
    if name == "retraining_triggers":
        for column_name in _lacks_of_trigger(row):
            yield Fault(name, "Fill this in.", place, column_name)
    elif name == "licences" and not (row["identifier"] or row["text"]):
        yield Fault(name, "Name the licence, or give its text.", place, "identifier")
    elif name == "metrics":
        if row["low"] is not None and row["high"] is not None and row["low"] > row["high"]:
            yield Fault(name, "The interval ends before it starts.", place, "high")
        if any(all(row[key] == other[key] for key in _KEY) for other in before):
            said = f"{row['name']} on {row['slice']}" if row["slice"] else row["name"]
            yield Fault(name, f"“{said}” is there twice.", place, "name")


def _lacks_of_trigger(row: dict[str, Any]) -> list[str]:
    asked = {"schedule": ("every", "unit"), "regulation": ("what",), "event": ("what",)}
    return [
        each for each in asked.get(row["kind"], ("what", "beyond", "threshold")) if not is_filled(row[each])
    ]


def _clean_row(columns: tuple[Column, ...], row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: _value(column, row.get(column.name)) for column in columns}


def _value(column: Column, value: Any) -> Any:
    """Return a value in its shape, or raise ValueError with what is wrong."""
    if value is None or value == "":
        return column.empty
    if column.kind is Kind.NUMBER:
        return _number(value)
    if column.kind is Kind.COUNT:
        return _count(value)
    if column.kind is Kind.PEOPLE:
        return _people(value)
    if column.kind is Kind.LIST:
        return _lines(value)
    text = _text(value, LONGEST_TEXT if column.kind is Kind.MARKDOWN else LONGEST_LINE)
    if column.kind is not Kind.MARKDOWN and "\n" in text:
        raise ValueError("Keep it on one line.")
    if column.kind is Kind.DATE and text:
        return _day(text)
    if column.kind is Kind.CHOICE and text and text not in dict(column.choices):
        raise ValueError(f"“{text[:60]}” is no choice. Choose {_or(list(dict(column.choices)))}.")
    return text


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise ValueError("Give a text.")
    if _UNKEEPABLE.search(value):
        raise ValueError("It holds a character that nobody can see or keep (NUL or half a pair).")
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > longest:
        raise ValueError(f"Keep it under {longest:,} characters; this has {len(text):,}.")
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("Give a number.")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"“{str(value)[:60]}” is no number.") from None
    if not math.isfinite(number):
        raise ValueError(f"“{value}” is no number. Leave it empty if it was not measured.")
    return number


def _count(value: Any) -> int:
    number = _number(value)
    if not number.is_integer() or not 1 <= number <= 10**15:
        raise ValueError(f"“{value}” is no whole number from 1.")
    return int(number)


def _people(value: Any) -> list[int]:
    if not isinstance(value, list | tuple) or any(
        isinstance(each, bool) or not isinstance(each, int) for each in value
    ):
        raise ValueError("Give the numbers of people.")
    return sorted(set(value))


def _lines(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValueError("Give a list of lines.")
    if len(value) > MOST_LINES:
        raise ValueError(f"Give at most {MOST_LINES} lines; this has {len(value):,}.")
    lines = [_text(each, LONGEST_LINE) for each in value]
    if any("\n" in line for line in lines):
        raise ValueError("Keep each on one line.")
    return list(dict.fromkeys(line for line in lines if line))


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"“{text[:60]}” is no day. Write it as 2026-11-30.") from None


def _or(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
