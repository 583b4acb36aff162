"""What we write, held to the schemas of those whose formats they are."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from apps.cards.rules.fields import EXTRA
from apps.cards.rules.formats import read_file, write_file
from apps.cards.rules.formats.front import split
from tests.cards.formats.contents import CONTENTS

HERE = Path(__file__).parent
REAL = sorted((HERE / "real").glob("*"))


def _bom_validator() -> Draft7Validator:
    folder = files("cyclonedx.schema") / "_res"
    schemas = {
        name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
        for name in ("bom-1.7", "spdx", "jsf-0.82", "cryptography-defs")
    }
    registry: Registry[Any] = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", Resource.from_contents(schema))
        for name, schema in schemas.items()
    )
    return Draft7Validator(
        schemas["bom-1.7"], registry=registry, format_checker=Draft7Validator.FORMAT_CHECKER
    )


VALIDATORS = {
    "cyclonedx": _bom_validator(),
    "toolkit": Draft7Validator(json.loads((HERE / "model_card_v0.0.2.schema.json").read_text())),
}


@pytest.mark.parametrize("name", VALIDATORS)
@settings(max_examples=25)
@given(content=CONTENTS)
def test_any_card_is_written_as_the_official_schema_says(name: str, content: dict[str, Any]) -> None:
    VALIDATORS[name].validate(json.loads(write_file(content, name).text))


@pytest.mark.parametrize("name", VALIDATORS)
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_card_that_has_changed_is_written_as_the_official_schema_says(path: Path, name: str) -> None:
    said = read_file(path.read_bytes())[1].said
    VALIDATORS[name].validate(json.loads(write_file(said | {"limitations": "Nights."}, name).text))


@settings(max_examples=25)
@given(content=CONTENTS)
def test_any_card_is_written_as_hugging_face_reads_it(content: dict[str, Any]) -> None:
    text = write_file(content, "huggingface").text
    _read_as_the_hub_does(text)
    assert read_file(text.encode())[0].name == "huggingface" or not split(text)[0]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_card_is_written_as_hugging_face_reads_it(path: Path) -> None:
    said = {name: value for name, value in read_file(path.read_bytes())[1].said.items() if name != EXTRA}
    _read_as_the_hub_does(write_file(said, "huggingface").text)


def _read_as_the_hub_does(text: str) -> None:
    """Ask of a card what huggingface_hub 2.4 asks when it loads one (``repocard.py``, ``repocard_data.py``)."""
    head, _ = split(text)
    front = yaml.safe_load(head.strip().strip("-")) if head else {}
    assert isinstance(front, dict)
    for result in _results(front):
        assert result["task"]["type"]
        assert result["dataset"]["type"]
        assert result["dataset"]["name"]
        assert all("value" in metric and metric["type"] for metric in result["metrics"])
        assert "name" not in result.get("source", {}) or result["source"]["url"]


def _results(front: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for model in front.get("model-index", []):
        assert model["name"]
        yield from model["results"]
