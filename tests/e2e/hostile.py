"""Values that nobody means, for every kind of field; and whether a refusal has left anything behind."""

import json
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction

from apps.accounts.models import ApiToken
from apps.audit.models import AuditEvent

LONG = "x" * 1_000_000
DEEP = "[" * 5000

TEXTS: dict[str, list[str]] = {
    "left out": [],
    "empty": [""],
    "a million characters": [LONG],
    "NUL": ["a\x00b"],
    "half a surrogate pair": ["a\ud800b"],
    "right to left and emoji": ["\u202eمرحبا 👩\u200d🚀\u0301"],
    "a list": ["a", "b"],
    "markup": ['"><script>alert(1)</script>{{ 1 }}{% x %}'],
    "JSON that cannot be kept": ['{"a": "\\u0000\\ud800", "__proto__": [1e400, NaN]}'],
    "JSON without end": [DEEP],
    "line ends alone": ["\r\n\r\n"],
}
NUMBERS: dict[str, list[str]] = {
    "left out": [],
    "empty": [""],
    "past 64 bits": ["92233720368547758070"],
    "past 32 bits": ["2147483648"],
    "five thousand digits": ["9" * 5000],
    "negative": ["-1"],
    "negative past 64 bits": ["-92233720368547758090"],
    "infinity": ["1e999"],
    "no number": ["NaN"],
    "a superscript": ["²"],
    "Arabic digits": ["١٢"],
    "half": ["0.5"],
    "nothing left of it": ["1e-400"],
    "a list": ["1", "2"],
    "NUL": ["1\x00"],
}
MOMENTS: dict[str, list[str]] = {
    "left out": [],
    "empty": [""],
    "the first minute": ["0001-01-01T00:00"],
    "the last minute": ["9999-12-31T23:59"],
    "the first day": ["0001-01-01"],
    "the last day": ["9999-12-31"],
    "year 0": ["0000-01-01"],
    "year 10000": ["10000-01-01T00:00"],
    "no such day": ["2027-02-30T12:00"],
    "with an offset": ["2027-02-03T12:00+23:59"],
    "not a date": ["soon"],
    "NUL": ["2027-02-03\x00"],
    "a list": ["2027-02-03", "2027-02-04"],
}
CHOICES: dict[str, list[str]] = {
    "left out": [],
    "empty": [""],
    "an unknown choice": ["no-such-choice"],
    "the wrong identifier": ["5f0c1a52-3e9b-4c3e-9d5b-0a1b2c3d4e5f"],
    "a number past 64 bits": ["92233720368547758070"],
    "negative": ["-1"],
    "a superscript": ["²"],
    "a list": ["no-such-choice", "-1"],
    "NUL": ["\x00"],
    "half a surrogate pair": ["\ud800"],
    "a million characters": [LONG],
}
PRESSED = CHOICES | {
    what: [value]
    for what, value in {
        "a row past 64 bits": "remove:items:92233720368547758070",
        "a negative row": "remove:steps:-1",
        "a superscript for a row": "remove:steps:²",
        "a row of nothing": "remove::",
        "no row": "remove",
        "up from nowhere": "up:no-such:0",
        "one more of nothing": "add:no-such",
        "no component": "pick:\x00",
        "half a component": "pick:a\ud800",
    }.items()
}
HOSTILE: dict[str, dict[str, list[str]]] = {
    "number": NUMBERS,
    "date": MOMENTS,
    "datetime-local": MOMENTS,
    "month": MOMENTS,
    "select": CHOICES,
    "radio": CHOICES,
    "checkbox": CHOICES,
    "button": PRESSED,
    "submit": CHOICES,
    "hidden": CHOICES | TEXTS | NUMBERS,
}
"""By the kind of a field; any other is a text."""

CURSED_JSON: dict[str, str] = {
    "null": "null",
    "a truth": "true",
    "a number": "7",
    "negative": "-1",
    "past 64 bits": "92233720368547758070",
    "four thousand digits": "9" * 4000,
    "five thousand digits": "9" * 5000,
    "infinity": "1e400",
    "no number": "NaN",
    "a fraction": "0.5",
    "a text": '"x"',
    "empty": '""',
    "a million characters": f'"{LONG}"',
    "NUL": '"a\\u0000b"',
    "half a surrogate pair": '"a\\ud800b"',
    "right to left and emoji": '"\u202eمرحبا 👩\u200d🚀"',
    "a list": "[]",
    "a list of lists": "[[[1], null], {}]",
    "an object": "{}",
    "an object in an object": '{"a": {"b": null}, "": 1e308}',
    "nested without end": "[" * 100 + "]" * 100,
    "year 1": '"0001-01-01T00:00"',
    "year 9999": '"9999-12-31T23:59"',
    "the last day": '"9999-12-31"',
    "the wrong identifier": '"5f0c1a52-3e9b-4c3e-9d5b-0a1b2c3d4e5f"',
    "two thousand": "[" + ",".join(["1"] * 2000) + "]",
}
"""JSON as it is written: Python's own writer refuses some of it."""


BROKEN = ["", "{", "[1,]", "\ufeff{}", "{'a': 1}", '{"a": 1, "a": 2}', DEEP, LONG]
"""Bodies that are no JSON, or JSON that nobody writes."""

_HERE = "\u2603 here"


class _Undo(Exception):  # noqa: N818
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever happens within, and let what insists on a transaction of its own have it here."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    try:
        with block:
            yield
            raise _Undo
    except _Undo:
        pass


def attempts() -> dict[str, int]:
    """Return by table how many rows this transaction has tried to write so far, also where it took it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


_ASIDE = {model._meta.db_table for model in (Session, ApiToken)}
"""What a refusal may touch: the session, and when a token was used last. That it refused is in the ledger."""

_REFUSALS = ("access.denied", "person.sign_in_failed")


def rows_of(tables: Iterable[str]) -> dict[str, Any]:
    """Return what the tables hold, as a digest of each; and how much the ledger tells of anything but refusals."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in tables:
            if table not in _ASIDE and not table.startswith("audit_"):
                cursor.execute(
                    f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t'
                )
                found[table] = cursor.fetchone()[0]
    found["the ledger"] = AuditEvent.objects.exclude(event__in=_REFUSALS).count()
    return found


def wrong_with(
    send: Callable[[], Any], judge: Callable[[Any], Iterable[str]], *, keeps: bool = False
) -> list[str]:
    """Send something, take back what it did, and return what is wrong with that.

    ``judge`` returns what is wrong with the answer. What is refused must have changed nothing, unless it ``keeps``.
    """
    cache.clear()  # the counted tries
    wrong: list[str] = []
    touched: set[str] = set()
    before, after = attempts(), None
    try:
        with undone():
            answer = send()
            wrong += judge(answer)
            if refused(answer) and not keeps:
                touched = {table for table, count in attempts().items() if count != before.get(table)}
                after = rows_of(touched) if touched else None
    except Exception as error:  # noqa: BLE001  # whatever the portal let through
        wrong.append(f"{error!r:.300} at {traceback.extract_tb(error.__traceback__)[-1]}")
    if after is not None and (kept := after.items() - rows_of(touched).items()):
        wrong.append(f"it was refused, and changed {sorted(table for table, _ in kept)}")
    return wrong


def refused(answer: Any) -> bool:
    return answer.status_code >= 400 or says_why(answer)


def says_why(answer: Any) -> bool:
    """Return whether a page says, at a field or at the top, what is wrong."""
    page = b"" if answer.streaming else answer.content
    return any(mark in page for mark in (b'role="alert"', b"aria-invalid", b'class="err"'))


def ways_into(body: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to each part of a JSON value, the value itself first."""
    yield way
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, each in inner:
        yield from ways_into(each, (*way, name))


def written(body: Any, way: tuple[str | int, ...], text: str) -> str:
    """Return the JSON of a value with another text at the end of the way; with none, the part is left out."""
    if not way:
        return text
    whole = deepcopy(body)
    inner = whole
    for name in way[:-1]:
        inner = inner[name]
    if not text:
        del inner[way[-1]]
        return json.dumps(whole)
    inner[way[-1]] = _HERE
    return json.dumps(whole).replace(json.dumps(_HERE), text)
