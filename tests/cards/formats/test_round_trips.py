from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from apps.cards.rules.fields import BY_NAME, EXTRA
from apps.cards.rules.formats import FORMATS, read_file, write_file
from apps.cards.rules.formats.items import items_of, text_of
from tests.cards.formats.contents import CONTENTS

REAL = sorted((Path(__file__).parent / "real").glob("*"))


def read(text: str, name: str) -> dict[str, Any]:
    said = read_file(text.encode(), name)[1].said
    return {field: value for field, value in said.items() if field != EXTRA}


@pytest.mark.parametrize("name", ["huggingface", "cyclonedx"])
@settings(max_examples=25)
@given(content=CONTENTS)
def test_card_written_in_a_format_with_room_for_all_comes_back_whole(
    name: str, content: dict[str, Any]
) -> None:
    written = write_file(content, name)
    assert not written.lost
    assert read(written.text, name) == content


@settings(max_examples=25)
@given(content=CONTENTS)
def test_card_written_for_the_toolkit_says_every_field_that_does_not_come_back(
    content: dict[str, Any],
) -> None:
    written = write_file(content, "toolkit")
    back = read(written.text, "toolkit")
    differ = {BY_NAME[field].label for field, value in content.items() if back.get(field) != value}
    assert {each.label for each in written.lost} == differ
    assert not set(back) - set(content)


@settings(max_examples=25)
@given(content=CONTENTS)
def test_text_of_a_card_as_a_list_and_back_is_the_same_text(content: dict[str, Any]) -> None:
    for name in ("limitations", "overview", "training_data"):
        text = content.get(name, "")
        assert text_of(items_of(text)) == text


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_file_that_nobody_changed_comes_back_to_the_byte(path: Path) -> None:
    found, taken = read_file(path.read_bytes())
    written = write_file(taken.said, found.name)
    assert written.text.encode() == path.read_bytes()
    assert not written.lost


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_file_with_one_field_changed_keeps_all_that_it_held_beside(path: Path) -> None:
    found, taken = read_file(path.read_bytes())
    changed = taken.said | {"limitations": "It is weak at night.", "task": "ranking"}
    written = write_file(changed, found.name)
    again = read_file(written.text.encode())[1]
    expected = changed if found.name != "toolkit" else {**changed, "task": None}
    assert {name: again.said.get(name) for name in expected if name != EXTRA} == {
        name: value for name, value in expected.items() if name != EXTRA
    }
    unknown = {each.place for each in taken.left if each.reason == "A card has no field for it."}
    assert {each.place for each in again.left} >= unknown


@pytest.mark.parametrize(
    "path", [each for each in REAL if each.name != "full.json"], ids=lambda path: path.name
)
@settings(max_examples=10)
@given(content=CONTENTS)
def test_real_file_says_the_card_of_now_whatever_has_changed(path: Path, content: dict[str, Any]) -> None:
    found, taken = read_file(path.read_bytes())
    kept = {EXTRA: taken.content[EXTRA]}
    for now in (content, {**taken.said, **content}):
        written = write_file(now | kept, found.name)
        assert read(written.text, found.name) == {field: now[field] for field in now if field != EXTRA}


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
@pytest.mark.parametrize("name", FORMATS)
def test_real_file_goes_through_every_other_format(path: Path, name: str) -> None:
    said = read_file(path.read_bytes())[1].said
    content = {field: value for field, value in said.items() if field != EXTRA}
    written = write_file(content, name)
    back = read(written.text, name)
    differ = {BY_NAME[field].label for field, value in content.items() if back.get(field) != value}
    assert {each.label for each in written.lost} == differ
    if name != "toolkit":
        assert not differ
