"""Values that JSON writers disagree about: refused, or kept in bytes that every reader writes again alike.

The oracle is another implementation: Node's own ``JSON.parse`` and ``JSON.stringify``, from which RFC 8785 takes its
numbers and strings, with the keys sorted as it says (section 3.2.3). rfc8785 is asked too.
"""

import json
import math
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright._impl._driver import compute_driver_executable

from apps.audit.rules.entries import NotRecordable, ObjectRef, draft
from apps.core import actors
from apps.core.canonical import DEEPEST, NotCanonical, canonical_bytes
from tests.faults.amount import amount

_NODE = """
const canon = v => v === null || typeof v !== 'object' ? JSON.stringify(v)
  : Array.isArray(v) ? '[' + v.map(canon).join(',') + ']'
  : '{' + Object.keys(v).sort().map(k => JSON.stringify(k) + ':' + canon(v[k])).join(',') + '}';
// Not readline: it ends a line at U+2028 too.
let rest = '';
process.stdin.setEncoding('utf8').on('data', chunk => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) process.stdout.write(canon(JSON.parse(line)) + '\\n');
});
"""
Canon = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def node() -> Iterator[Canon]:
    """Return what Node makes of JSON: parsed, and written canonically."""
    command = [str(compute_driver_executable()[0]), "-e", _NODE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def canon(content: bytes) -> bytes:
            process.stdin.write(content + b"\n")
            process.stdin.flush()
            return process.stdout.readline().removesuffix(b"\n")

        yield canon
        process.stdin.close()


def entry_of(data: Any) -> bytes | None:
    """Return the bytes that the ledger would keep, or None when it refuses."""
    try:
        made = draft(
            event="a.b",
            actor=actors.system("tests"),
            obj=ObjectRef("thing", "1"),
            at=datetime(2026, 3, 1, tzinfo=UTC),
            data=data,
            private={},
        )
        return made.before_seq + b"1" + made.after_seq
    except (NotCanonical, NotRecordable):
        return None


def nested(depth: int, kind: type) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


class Number(IntEnum):
    ONE = 1


REFUSED = {
    "2^53": 2**53,
    "-2^53": -(2**53),
    "2^63": 2**63,
    "2^53 as a float": float(2**53),
    "a float written as a whole number": 1.5e20,
    "NaN": math.nan,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "a lone high surrogate": "a\ud800",
    "a lone low surrogate": "\udc00b",
    "surrogates in the wrong order": "\udc00\ud800",
    "a surrogate in a key": {"\ud800": 1},
    "a key that is a number": {1: "a"},
    "a key that is a number, and its double": {1: "a", "1": "b"},
    "a key that is nothing": {None: 1},
    "bytes": b"x",
    "a set": {1},
    "a time": datetime(2026, 3, 1, tzinfo=UTC),
    "100 lists in each other": nested(100, list),
    "100 objects in each other": nested(100, dict),
    "100,000 lists in each other": nested(100_000, list),
}
KEPT = {
    "2^53 - 1": (2**53 - 1, b"9007199254740991"),
    "1 - 2^53": (1 - 2**53, b"-9007199254740991"),
    "minus zero": (-0.0, b"0"),
    "a float that is whole": (1.0, b"1"),
    "1e21": (1e21, b"1e+21"),
    "1e-7": (1e-7, b"1e-7"),
    "1e-6": (1e-6, b"0.000001"),
    "the smallest": (5e-324, b"5e-324"),
    "the largest": (1.7976931348623157e308, b"1.7976931348623157e+308"),
    "a sum that is not 0.3": (0.1 + 0.2, b"0.30000000000000004"),
    "a pair of surrogates as one character": ("\U0001f600", '"\U0001f600"'.encode()),
    "controls": ("\x00\x1f\x7f\b\n", b'"\\u0000\\u001f\x7f\\b\\n"'),
    "separators of lines": ("\u2028\u2029", '"\u2028\u2029"'.encode()),
    "letters that look alike": ({"\u00e9": 1, "e\u0301": 2}, '{"e\u0301":2,"\u00e9":1}'.encode()),
    "keys in the order of UTF-16": ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
    "a key that objects of JavaScript have": (
        {"__proto__": 1, "10": 2, "9": 3},
        b'{"10":2,"9":3,"__proto__":1}',
    ),
    "a key without a name": ({"": 1}, b'{"":1}'),
    "a tuple": ((1, 2), b"[1,2]"),
    "truth": (True, b"true"),
    "a number of an enumeration": (Number.ONE, b"1"),
    "20 lists in each other": (nested(20, list), b"[" * 20 + b"1" + b"]" * 20),
}


@pytest.mark.parametrize("name", REFUSED)
def test_trap_that_has_no_exact_form_is_refused(name) -> None:
    assert entry_of({"trap": REFUSED[name]}) is None
    with pytest.raises(NotCanonical):
        canonical_bytes(REFUSED[name])


@pytest.mark.parametrize("name", KEPT)
def test_trap_that_has_an_exact_form_is_kept_in_it(name, node) -> None:
    value, written = KEPT[name]
    assert canonical_bytes(value) == written
    entry = entry_of({"trap": value})
    assert entry is not None
    assert b'"data":{"trap":%s}' % written in entry
    assert node(entry) == entry == canonical_bytes(json.loads(entry))


EDGES = st.sampled_from(
    [
        2**53,
        2**53 - 1,
        -(2**53),
        1e16,
        9007199254740993.0,
        1e20,
        1e21,
        1e22,
        -0.0,
        5e-324,
        1e-7,
        math.nan,
        math.inf,
    ]
)
TEXT = st.text(st.characters(codec=None), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | EDGES | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=amount(200, 20_000))
@given(st.dictionaries(TEXT, VALUES, max_size=4))
@example({"a": 1e20})
def test_anything_is_refused_or_read_and_written_again_to_the_same_bytes(node, data) -> None:
    entry = entry_of(data)
    if entry is None:
        return
    assert node(entry) == entry
    assert rfc8785.dumps(json.loads(entry)) == entry
    assert canonical_bytes(json.loads(entry)) == entry


@settings(deadline=None, max_examples=amount(300, 50_000))
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_is_written_as_javascript_writes_it_or_refused(node, number) -> None:
    try:
        written = canonical_bytes(number)
    except NotCanonical:
        assert 2**53 <= abs(number) < 1e21
        return
    assert written == node(json.dumps(number).encode())
    assert float(written) == number


@settings(deadline=None, max_examples=amount(50, 1_000))
@example(depth=DEEPEST - 2, kind=list)
@example(depth=DEEPEST - 1, kind=list)
@given(depth=st.integers(1, 200), kind=st.sampled_from([list, dict]))
def test_nesting_that_is_kept_can_be_read_by_any_reader(node, depth, kind) -> None:
    entry = entry_of({"deep": nested(depth, kind)})
    assert (entry is not None) == (depth + 2 <= DEEPEST)  # two more: the data, and the entry
    if entry is not None:
        assert node(entry) == entry == canonical_bytes(json.loads(entry))
