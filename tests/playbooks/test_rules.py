"""What templates may ask, and how answers are read, judged and moved."""

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from apps.core.errors import Invalid
from apps.playbooks.rules import (
    Schema,
    Unfit,
    differences_between,
    editor_content,
    editor_schema,
    moved,
    posted,
    problems_in,
    read,
    schema_from_editor,
    shape_of,
    without_blank_rows,
)
from apps.web.sheets import Sheet
from tests.playbooks.schemas import ANSWERS, SMALL, asked_and_answered, schemas


def changed(path: str, value: Any) -> Schema:
    """Return the small template with another value at a place, or without it when the value is None."""
    schema = copy.deepcopy(SMALL)
    *way, last = path.split("/")
    at = schema
    for step in way:
        at = at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return schema


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("type", "array", "/type"),
        ("$schema", "http://json-schema.org/draft-07/schema#", "/$schema"),
        ("title", "", "/title"),
        ("properties", {}, "/properties"),
        ("allOf", [], "/allOf"),
        ("additionalProperties", True, "/additionalProperties"),
        ("required", ["when", "nothing"], "/required/1"),
        ("required", ["when", "when"], "/required/1"),
        ("required", "when", "/required"),
        ("properties/Wrong Name", {"type": "string", "title": "X"}, "/properties/Wrong Name"),
        ("properties/a~b", {"type": "string", "title": "X"}, "/properties/a~0b"),
        ("properties/when/title", None, "/properties/when/title"),
        ("properties/when/pattern", "a+", "/properties/when/pattern"),
        ("properties/when/format", "email", "/properties/when/format"),
        ("properties/when/description", 3, "/properties/when/description"),
        ("properties/when/type", ["string", "null"], "/properties/when/type"),
        ("properties/when/maxLength", -1, "/properties/when/maxLength"),
        ("properties/minutes/minimum", 1.5, "/properties/minutes/minimum"),
        ("properties/minutes/minimum", 700, "/properties/minutes/minimum"),
        ("properties/minutes/multipleOf", 5, "/properties/minutes/multipleOf"),
        ("properties/minutes/enum", [1, 2], "/properties/minutes/enum"),
        ("properties/share/maximum", "1", "/properties/share/maximum"),
        ("properties/share/maximum", 2**60, "/properties/share/maximum"),
        ("properties/who/enum", [], "/properties/who/enum"),
        ("properties/who/enum", ["A", "A"], "/properties/who/enum"),
        ("properties/who/enum", [" A"], "/properties/who/enum"),
        ("properties/tried/const", False, "/properties/tried/const"),
        ("properties/steps/items", {"type": "string"}, "/properties/steps/items/type"),
        ("properties/steps/items", None, "/properties/steps/items"),
        ("properties/steps/maxItems", 500, "/properties/steps/maxItems"),
        ("properties/steps/items/properties/text", SMALL["properties"]["steps"],
         "/properties/steps/items/properties/text/type"),
        ("properties/steps/items/properties/text/title", " ", "/properties/steps/items/properties/text/title"),
        ("properties/where", {"type": "object", "title": "X", "properties": {}}, "/properties/where/type"),
        ("properties/where", "string", "/properties/where"),
    ],
)  # fmt: skip
def test_schema_that_a_form_cannot_show_is_refused_with_the_place(path: str, value: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        shape_of(changed(path, value))
    assert place in refused.value.fields


@pytest.mark.parametrize("schema", [None, [], "text", 7, {}])
def test_schema_that_is_no_object_is_refused(schema: Any) -> None:
    with pytest.raises(Invalid):
        shape_of(schema)


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "title", "properties", "items", "enum", "format", "required", "a"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["type", "title", "properties", "required", "a"]), _json))
def test_any_json_is_read_or_refused_and_never_breaks(schema: Any) -> None:
    with contextlib.suppress(Invalid):
        assert shape_of(schema).fields


@given(schemas())
def test_schema_that_is_taken_is_json_schema_of_2020_12(schema: Schema) -> None:
    Draft202012Validator.check_schema(schema)
    assert [field.name for field in shape_of(schema).fields] == list(schema["properties"])


@given(asked_and_answered())
def test_form_posted_is_judged_as_jsonschema_judges_the_answers(both: tuple[Schema, dict[str, Any]]) -> None:
    """Random schema → form → posted data → the same answers, wrong exactly where jsonschema says so."""
    schema, content = both
    shape = shape_of(schema)
    again = read(shape, posted(shape, content))
    assert again == content
    valid = Draft202012Validator(schema, format_checker=FormatChecker(["date"])).is_valid(content)
    problems = problems_in(schema, again)
    assert (problems == []) is valid
    sheet = Sheet(shape, again, problems)
    targets = {bound.id_for_label for part in sheet.parts for bound in bounds(part)}
    targets |= {part.add_id for part in sheet.parts if not part.bound}
    assert {line.target for line in sheet.problems} <= targets
    assert len(sheet.problems) == len(problems)


def bounds(part: Any) -> list[Any]:
    return [part.bound] if part.bound else [bound for row in part.rows for _, bound in row.answers]


@given(st.dictionaries(st.sampled_from(sorted(posted(shape_of(SMALL), ANSWERS))), st.text(max_size=30)))
def test_anything_posted_is_read_and_shown_again_as_it_was_read(data: dict[str, str]) -> None:
    shape = shape_of(SMALL)
    content = read(shape, data)
    assert read(shape, posted(shape, content)) == content
    problems_in(SMALL, content)


def test_answers_when_good_have_no_problem() -> None:
    assert problems_in(SMALL, ANSWERS) == []


def test_problems_say_in_words_what_is_wrong_and_where() -> None:
    content = ANSWERS | {
        "minutes": 0,
        "share": "half",
        "who": "Nobody",
        "by": "2026-02-30",
        "tried": False,
        "steps": [{"text": "x" * 41, "minutes": "soon"}, {"safe": True}],
    }
    del content["when"]
    assert [(problem.path, problem.text) for problem in problems_in(SMALL, content)] == [
        (("when",), "Answer “When do we go back?”"),
        (("minutes",), "Minutes must be 1 or more"),
        (("share",), "Share: write a number, such as 12.5"),
        (("who",), "Who decides?: choose one from the list"),
        (("by",), "By: write a date as year-month-day, such as 2026-11-19"),
        (("tried",), "Tick “It was tried”"),
        (("steps", 0, "text"), "What to do: shorten this to 40 letters"),
        (("steps", 0, "minutes"), "Minutes of the step: write a whole number, such as 12"),
        (("steps", 1, "text"), "What to do is missing"),
    ]


def test_rows_when_none_or_too_many_say_so_at_the_list() -> None:
    none = without_blank_rows(shape_of(SMALL), ANSWERS | {"steps": [{"safe": False}, {}]})
    assert none["steps"] == []
    (problem,) = problems_in(SMALL, none)
    assert (problem.path, problem.text) == (("steps",), "Steps: add rows until there are at least 1")
    (problem,) = problems_in(SMALL, ANSWERS | {"steps": [{"text": "x"}] * 5})
    assert problem.path == ("steps",)


def test_move_lists_what_finds_no_place_and_keeps_the_rest() -> None:
    newer = copy.deepcopy(SMALL)
    newer["properties"]["who"]["enum"] = ["Sponsor"]
    del newer["properties"]["by"]
    newer["properties"]["minutes"]["maximum"] = 10
    del newer["properties"]["steps"]["items"]["properties"]["minutes"]
    found = moved(SMALL, newer, ANSWERS)
    assert found.leftovers == [
        {"label": "Who decides?", "text": "Owner"},
        {"label": "By", "text": "2026-11-19"},
        {"label": "Steps 1, Minutes of the step", "text": "2"},
    ]
    assert found.content["minutes"] == 15
    assert found.content["steps"] == [{"text": "Stop", "safe": True}, {"text": "Go back", "safe": False}]


def test_move_of_rows_that_are_not_asked_any_more_lists_each_answer() -> None:
    newer = copy.deepcopy(SMALL)
    newer["properties"]["steps"] = {"type": "string", "title": "Steps"}
    found = moved(SMALL, newer, ANSWERS)
    assert [one["label"] for one in found.leftovers] == [
        "Steps 1, What to do",
        "Steps 1, Minutes of the step",
        "Steps 1, Safe to repeat",
        "Steps 2, What to do",
    ]


def said_in(value: Any) -> list[str]:
    """Return each answer in a content, but for boxes that are not ticked."""
    if isinstance(value, dict | list):
        return [
            one for part in (value.values() if isinstance(value, dict) else value) for one in said_in(part)
        ]
    return [] if value is False else ["Yes" if value is True else str(value)]


@given(asked_and_answered(), schemas())
def test_move_loses_no_answer(both: tuple[Schema, dict[str, Any]], newer: Schema) -> None:
    schema, content = both
    found = moved(schema, newer, content)
    after = said_in(found.content) + [one["text"] for one in found.leftovers]
    assert sorted(after) == sorted(said_in(content))
    assert read(shape_of(newer), posted(shape_of(newer), found.content)).keys() >= found.content.keys()


@given(schemas())
def test_move_to_the_same_schema_moves_nothing(schema: Schema) -> None:
    assert moved(schema, schema, {}).leftovers == []
    assert differences_between(schema, schema) == []


@given(schemas(), schemas())
def test_versions_that_ask_something_else_differ(before: Schema, after: Schema) -> None:
    alike = shape_of(before) == shape_of(after)
    assert (differences_between(before, after) == []) is alike


def test_editor_of_a_template_gives_the_same_template_back() -> None:
    assert schema_from_editor(editor_content(SMALL) | {"note": "x"}, new=False) == SMALL


@given(schemas())
def test_editor_gives_any_template_back_as_it_asks(schema: Schema) -> None:
    content = {"description": "x"} | editor_content({"description": "What for", **schema}) | {"note": "x"}
    asked = shape_of(editor_schema(new=False))
    content = read(asked, posted(asked, content))
    again = schema_from_editor(content, new=False)
    before, after = shape_of(schema), shape_of(again)
    assert [field.name for field in before.fields] == [field.name for field in after.fields]
    assert [field.kind for field in before.fields] == [field.kind for field in after.fields]


EDITED = {"title": "T", "purpose": "P", "note": "N"}


@pytest.mark.parametrize(
    ("rows", "path", "text"),
    [
        ([], ("questions",), "Questions: add rows until there are at least 1"),
        ([{"kind": "Number"}], ("questions", 0, "label"), "Question is missing"),
        ([{"label": "A"}], ("questions", 0, "kind"), "Answered by is missing"),
        ([{"label": "A", "kind": "Choice from a list"}], ("questions", 0, "choices"),
         "List texts to choose from, each once and none empty."),
        ([{"label": "A", "kind": "Date", "choices": "x"}], ("questions", 0, "choices"),
         "Only a choice from a list has choices."),
        ([{"label": "A", "kind": "Number", "low": 3, "high": 2}], ("questions", 0, "low"),
         "The least, 3, is more than the most, 2."),
        ([{"label": "A", "kind": "Date", "low": 3}], ("questions", 0, "low"),
         "Only numbers, texts and rows have a least and a most."),
        ([{"label": "A", "kind": "Number", "inside": True}], ("questions", 0, "inside"),
         "No rows stand above this question, so it cannot be asked in them."),
        ([{"label": "A", "kind": "Rows of several answers"}], ("questions", 0, "kind"),
         "Ask something: from 1 to 60 questions."),
        ([{"label": "A", "kind": "Number", "name": "No Name"}], ("questions", 0, "name"),
         "A name is 1 to 40 small letters, digits and _, and begins with a letter."),
        ([{"label": "A", "kind": "Number", "name": "a"}, {"label": "B", "kind": "Number", "name": "a"}],
         ("questions", 1, "name"), "Another question is called “a”. Leave this empty, or change it."),
    ],
)  # fmt: skip
def test_editor_says_at_the_question_what_is_wrong(rows: list[Any], path: Any, text: str) -> None:
    with pytest.raises(Unfit) as refused:
        schema_from_editor(EDITED | {"questions": rows}, new=False)
    assert [(problem.path, problem.text) for problem in refused.value.problems] == [(path, text)]


def test_editor_names_questions_by_their_words_and_each_once() -> None:
    rows = [{"label": f"Who does it{end}", "kind": "One line of text"} for end in ("?", "!", "")]
    schema = schema_from_editor(EDITED | {"questions": [*rows, {"label": "42", "kind": "Number"}]}, new=False)
    assert list(schema["properties"]) == ["who_does_it", "who_does_it_2", "who_does_it_3", "question"]
