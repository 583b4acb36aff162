"""Contract differences against what the makers of tools labelled, and what the labels do not reach."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.core.errors import Invalid
from apps.evidence.enums import ContractDirection, ContractKind, ContractLevel
from apps.evidence.rules.contracts import Comparison, compared, kind_of

CONSUMER, PRODUCER = ContractDirection.CONSUMER, ContractDirection.PRODUCER
BREAKING, RISKY, SAFE = ContractLevel.BREAKING, ContractLevel.RISKY, ContractLevel.SAFE
VERDICTS = {"breaking": BREAKING, "warning": RISKY, "non_breaking": SAFE}
WORDS = {"error": BREAKING, "warning": RISKY, "info": SAFE}


def _pairs(shared_data: Path, kind: str) -> Iterator[tuple[dict[str, Any], Comparison]]:
    folder = shared_data / "contracts" / kind
    for pair in json.loads((folder / "labels.json").read_text())["pairs"]:
        yield (
            pair,
            compared((folder / pair["base"]).read_bytes(), (folder / pair["revision"]).read_bytes()),
        )


def _levels(old: Any, new: Any) -> tuple[ContractLevel, ContractLevel]:
    """What consumers and producer are told of two documents."""
    found = compared(json.dumps(old).encode(), json.dumps(new).encode())
    return found.level(CONSUMER), found.level(PRODUCER)


@pytest.mark.parametrize("kind", ["odcs", "dcs", "openapi"])
def test_each_labelled_pair_comes_to_its_label(shared_data: Path, kind: str) -> None:
    seen = 0
    for pair, found in _pairs(shared_data, kind):
        expected = pair["expected"] if isinstance(pair["expected"], dict) else {"consumer": pair["expected"]}
        for direction, verdict in expected.items():
            assert found.level(ContractDirection(direction)) == VERDICTS[verdict], (pair["id"], direction)
            seen += 1
    assert seen


def test_each_labelled_change_of_a_data_contract_is_found_with_its_level(shared_data: Path) -> None:
    seen = 0
    for pair, found in _pairs(shared_data, "odcs"):
        for direction, result in pair["result"].items():
            expected = {
                (one["path"], one["change"].replace("updated", "changed"), WORDS[one["level"]])
                for one in result["changes"]
            }
            assert _rolled_up(found, ContractDirection(direction)) == expected, (pair["id"], direction)
            seen += len(expected)
    assert seen == 50


def _rolled_up(found: Comparison, direction: ContractDirection) -> set[tuple[str, str, ContractLevel]]:
    """What differs, told of the element that holds it, as the labels tell it."""
    elements: dict[str, list[tuple[str, ContractLevel]]] = {}
    for one in found.towards(direction):
        whole = one.rule.startswith(("table-", "column-")) or one.path.endswith(".customProperties")
        path = one.path if whole or "." not in one.path else one.path.rpartition(".")[0]
        elements.setdefault(path, []).append((one.what, one.level))
    order = list(ContractLevel)
    return {
        (
            path,
            whats.pop() if len(whats := {what for what, _ in told}) == 1 else "changed",
            min((level for _, level in told), key=order.index),
        )
        for path, told in elements.items()
    }


def test_each_labelled_pair_the_other_way_round_hits_the_other_side(shared_data: Path) -> None:
    back = {"added": "removed", "removed": "added", "changed": "changed"}
    for kind in ("odcs", "dcs"):
        folder = shared_data / "contracts" / kind
        for pair, there in _pairs(shared_data, kind):
            base, revision = (folder / pair["base"]).read_bytes(), (folder / pair["revision"]).read_bytes()
            for one, other in ((CONSUMER, PRODUCER), (PRODUCER, CONSUMER)):
                assert {(d.path, d.what, d.level) for d in there.towards(one)} == {
                    (d.path, back[d.what], d.level) for d in compared(revision, base).towards(other)
                }
            assert not compared(base, base).differences


def test_each_real_data_contract_is_read_or_refused_with_the_reason(shared_data: Path) -> None:
    folder = shared_data / "contracts" / "odcs"
    files = [*folder.glob("examples/*.yaml"), *folder.glob("lint/valid*.yaml")]
    assert len(files) == 9
    for file in files:
        content = file.read_bytes()
        assert kind_of(content) == ContractKind.ODCS
        assert not compared(content, content).differences
    # What the declared version forbids and a later one allows is read: only what every version requires is asked for.
    with pytest.raises(Invalid, match="leaves out status, which the standard requires"):
        kind_of((folder / "lint/invalid.odcs.yaml").read_bytes())


CONTRACT: dict[str, Any] = {
    "version": "1.0.0",
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "orders",
    "status": "active",
    "slaProperties": [{"property": "latency", "value": 4, "unit": "h"}],
    "schema": [
        {
            "name": "orders",
            "properties": [
                {"name": "id", "logicalType": "string", "primaryKey": True, "classification": "internal"},
                {"name": "total", "logicalType": "number", "logicalTypeOptions": {"minimum": 0}},
                {
                    "name": "lines",
                    "logicalType": "array",
                    "items": {"logicalType": "object", "properties": [{"name": "sku", "required": True}]},
                },
            ],
            "quality": [
                {"name": "enough", "metric": "rowCount", "mustBeGreaterThan": 100},
                {"type": "text", "description": "Totals add up."},
            ],
        }
    ],
}


def _contract(**changed: Any) -> dict[str, Any]:
    return json.loads(json.dumps(CONTRACT)) | changed


def _table(**changed: Any) -> dict[str, Any]:
    return _contract(schema=[CONTRACT["schema"][0] | changed])


def _column(place: int, **changed: Any) -> dict[str, Any]:
    columns = [dict(column) for column in CONTRACT["schema"][0]["properties"]]
    columns[place] |= changed
    return _table(properties=columns)


@pytest.mark.parametrize(
    ("new", "consumer", "producer"),
    [
        (_contract(status="retired"), BREAKING, SAFE),
        (_contract(status="deprecated"), RISKY, SAFE),
        (_contract(slaProperties=[{"property": "latency", "value": 1, "unit": "d"}]), RISKY, SAFE),
        (_contract(slaProperties=[{"property": "latency", "value": 240, "unit": "minutes"}]), SAFE, SAFE),
        (_contract(slaProperties=[]), RISKY, SAFE),
        (_column(0, classification="public"), RISKY, RISKY),
        (_column(0, customProperties=[{"property": "pii", "value": True}]), RISKY, RISKY),
        (_column(0, primaryKey=False), BREAKING, SAFE),
        (_column(0, physicalName="order_id"), BREAKING, BREAKING),
        (_column(0, physicalName="id"), SAFE, SAFE),
        (_column(0, businessName="Order"), SAFE, SAFE),
        (_column(1, logicalTypeOptions={"exclusiveMinimum": 0}), SAFE, BREAKING),
        (_column(1, logicalTypeOptions={"minimum": -1}), BREAKING, SAFE),
        (_column(1, logicalTypeOptions={"minimum": 0, "multipleOf": 0.01}), SAFE, BREAKING),
        (_column(2, items={"logicalType": "object", "properties": [{"name": "sku"}]}), BREAKING, SAFE),
        (_table(quality=CONTRACT["schema"][0]["quality"][:1]), RISKY, SAFE),
        (_table(quality=CONTRACT["schema"][0]["quality"][1:]), BREAKING, SAFE),
        (
            _table(quality=[{"name": "enough", "metric": "rowCount", "mustBeGreaterThan": 50}]),
            BREAKING,
            SAFE,
        ),
        (_contract(team=[{"username": "kim"}]), SAFE, SAFE),
    ],
)
def test_data_contract_when_a_promise_moves_hits_who_relied_on_it(
    new: dict[str, Any], consumer: ContractLevel, producer: ContractLevel
) -> None:
    assert _levels(CONTRACT, new) == (consumer, producer)


def test_sentence_names_column_and_table_in_plain_words() -> None:
    found = compared(json.dumps(CONTRACT).encode(), json.dumps(_column(0, logicalType="integer")).encode())
    worst = next(found.towards(CONSUMER))
    assert worst.sentence == "Column “id” of table “orders”: logicalType changes from “string” to “integer”."
    assert (worst.path, worst.before, worst.after) == (
        "schema.orders.properties.id.logicalType",
        "string",
        "integer",
    )
