"""Contracts that are none, or more than a reader can bear."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.evidence.enums import ContractDirection, ContractLevel
from apps.evidence.rules.contracts import compared

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA = json.dumps({"$schema": DIALECT}).encode()
BOMB = b"a: &a [1,1,1,1,1,1,1,1,1,1]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + at, 98 + at, b",".join([b"*%c" % (97 + at)] * 10)) for at in range(9)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"  ", "The file is empty."),
        (b"a: " + b"x" * (5 * 1024 * 1024), "Send at most 5 MB"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"hello", "holds no mapping"),
        (b"{}", "none of the contracts that are read here"),
        (b'{"a": 1, "a": 2}', "“a” twice"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested deeper than 64 levels"),
        (b"{a: " * 3000 + b"1" + b"}" * 3000, "nested deeper than 64 levels"),
        (BOMB, "more than 400,000 values once its aliases are followed"),
        (b"a: 1\n---\nb: 2\n", "2 documents"),
        (b'{"type": "\\ud800"}', "half a surrogate pair"),
        (b'{"openapi": "4.0.0"}', "OpenAPI 4.0.0 is not read here"),
        (b'{"openapi": "3.0.0", "paths": [1]}', "paths of the OpenAPI description"),
        (b'{"kind": "DataContract", "id": "x"}', "leaves out version, apiVersion, status"),
        (b"dataContractSpecification: 2.0.0", "version 2.0.0 of its specification"),
    ],
)
def test_file_that_is_no_contract_is_refused_at_its_field(content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as first:
        compared(content, SCHEMA)
    assert list(first.value.fields) == ["old"]
    with pytest.raises(Invalid, match=reason) as second:
        compared(SCHEMA, content)
    assert list(second.value.fields) == ["new"]


def test_contracts_of_two_kinds_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="The old file is JSON Schema and the new one OpenAPI"):
        compared(SCHEMA, b'{"openapi": "3.1.0", "paths": {}}')


def test_parts_of_the_wrong_shape_are_refused() -> None:
    old = {"openapi": "3.0.0", "paths": {"/a": {"get": {"responses": {}}}}}
    new: dict[str, Any] = {
        "openapi": "3.0.0",
        "info": [1],
        "components": [1],
        "paths": {"/a": {"get": {"callbacks": [1]}}},
    }
    with pytest.raises(Invalid, match="wrong shape"):
        compared(json.dumps(old).encode(), json.dumps(new).encode())


def test_reference_out_of_the_file_is_risky_where_it_changes_and_never_fetched() -> None:
    old, new = (
        json.dumps(
            {"$schema": DIALECT, "properties": {"a": {"$ref": f"https://example.org/{name}.json"}}}
        ).encode()
        for name in ("one", "two")
    )
    assert not compared(old, old).differences
    found = compared(old, new)
    for direction in ContractDirection:
        assert found.level(direction) == ContractLevel.RISKY
    assert "is not fetched" in found.differences[0].sentence


def test_references_in_a_circle_and_in_a_web_end() -> None:
    web = {
        f"a{at}": {"properties": {f"x{to}": {"$ref": f"#/$defs/a{to}"} for to in range(40)}}
        for at in range(40)
    }
    old = {"$schema": DIALECT, "$ref": "#/$defs/a0", "$defs": web}
    new = {"$schema": DIALECT, "$ref": "#/$defs/a0", "$defs": web | {"a7": web["a7"] | {"type": "object"}}}
    (change,) = {one.path for one in compared(json.dumps(old).encode(), json.dumps(new).encode()).differences}
    assert change == "$defs.a7.type"
    circle = {
        "$schema": DIALECT,
        "$ref": "#/$defs/a",
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    }
    other = circle | {"$ref": "#/$defs/b"}
    found = compared(json.dumps(circle).encode(), json.dumps(other).encode())
    assert found.level(ContractDirection.CONSUMER) == ContractLevel.RISKY


def _twice(size: int) -> bytes:
    return json.dumps({f"p{at}": 1 for at in range(size)})[:-1].encode() + b', "p%d": 1}' % (size - 1)


def _addresses(size: int, name: str) -> bytes:
    one = {"get": {"parameters": [{"name": name, "in": "path"}], "responses": {"200": {}}}}
    paths = {f"/{at}/{{{name}}}": one for at in range(size)}
    return json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}).encode()


def _required(size: int, name: str) -> bytes:
    names = [f"{name}{at}" for at in range(size)]
    properties = dict.fromkeys(names, {"type": "string"})
    return json.dumps({"$schema": DIALECT, "properties": properties, "required": names}).encode()


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (lambda size: (_twice(size), _twice(size)), 10_000),
        (lambda size: (_addresses(size, "id"), _addresses(size, "key")), 700),
        (lambda size: (_required(size, "a"), _required(size, "b")), 700),
    ],
    ids=["name-twice", "addresses", "required"],
)
def test_contract_of_four_times_the_size_takes_some_four_times_as_long(
    written: Callable[[int], tuple[bytes, bytes]], size: int
) -> None:
    def seconds(size: int) -> float:
        old, new = written(size)
        started = time.process_time()
        with suppress(Invalid):
            compared(old, new)
        return time.process_time() - started

    assert seconds(size * 4) < 8 * seconds(size) + 0.2
