import json
import time
from typing import Any

import pytest

from apps.cards.rules.fields import EXTRA, LARGEST_FILE
from apps.cards.rules.formats import read_file, write_file
from apps.core.errors import Invalid


def bom(**component: Any) -> dict[str, Any]:
    model = {"type": "machine-learning-model", "name": "loans", "modelCard": {}}
    return {"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [model | component]}


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"# caf\xe9", "not text in UTF-8: byte 6"),
        ("# a".encode("utf-16"), "not text in UTF-8"),
        (b"# a\x00b", "NUL"),
        (b"x" * (LARGEST_FILE + 1), "at most 1 MB"),
        (b'{"model_details": {"name": "a", }}', "line 1, column 33"),
        (b'{"model_details": {"name": "a", "name": "b"}}', "“name” stands twice"),
        (b'{"a": 1}', "no card of the Model Card Toolkit"),
        (b"[1]", "no object"),
        (b'{"model_details": ' + b"[" * 70 + b"]" * 70 + b"}", "deeper than 64"),
        (b'{"model_details": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper than 64"),
        (b'{"model_details": {"name": ' + b"9" * 5000 + b"}}", "too long"),
        (b'{"model_details": {"x": [' + b"1," * 60_000 + b"1]}}", "more than 50,000"),
        (
            b"<bom xmlns='http://cyclonedx.org/schema/bom/1.6'/>",
            "This is a CycloneDX bill of materials in XML",
        ),
        (b"\xef\xbb\xbf\r\n<?xml version='1.0'?>\r\n<svg/>", "This is XML"),
        (b"<!DOCTYPE html>\n<html><title>Model Card</title></html>", "This is a web page"),
        (as_bytes(bom() | {"specVersion": "1.4"}), "“1.4” of CycloneDX"),
        (as_bytes(bom() | {"components": [{"type": "library", "name": "a"}]}), "No component"),
        (as_bytes(bom() | {"components": None}), "No component"),
    ],
)
def test_file_that_is_no_card_is_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(data)
    assert says in caught.value.fields["file"][0]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("- a\n- b", "It is a list, not names and values."),
        ("just text", "It is a text"),
        ("a: [1", "line 2"),
        ("a: 1\na: 2", "The key a stands twice"),
        (LAUGHS, "more than 50,000 values"),
        ("a: &a [*a]", "alias *a"),
        ("a: !!python/object/apply:os.system ['true']\n<<: 3", "merge key"),
    ],
)
def test_front_matter_that_cannot_be_read_is_left_and_kept_and_the_text_is_taken(
    head: str, says: str
) -> None:
    text = f"---\n{head}\n---\n# Loans\n\n## Limitations\n\nIt is weak at night.\n"
    found, taken = read_file(text.encode())
    assert taken.content["limitations"] == "It is weak at night."
    assert taken.left[0].place == "front matter"
    assert says in taken.left[0].reason
    assert write_file(taken.said, found.name).text == text
    changed = write_file(taken.said | {"limitations": "None."}, found.name).text
    assert changed.startswith(f"---\n{head}\n---\n")


@pytest.mark.parametrize(
    ("text", "name", "licence"),
    [
        ("# Loans\n", "Loans", None),
        ("\n\n---\nlicense: mit\n---\n# Model Card for Loans\n", "Loans", "MIT"),
        ("---\r\nlicense: mit\r\n---\r\n# Loans\r\n\r\n## Limitations\r\n\r\nNights.\r\n", "Loans", "MIT"),
        ("\ufeff---\nlicense: mit\n---\n# Loans\n", "Loans", "MIT"),
        ("---\nlicense: mit\n# Loans\n", "Loans", None),
        ("---\nbase: &b {license: mit}\n<<: *b\n---\n# Loans", "Loans", "MIT"),
    ],
)
def test_front_matter_of_every_kind_is_found_where_the_hub_finds_it(
    text: str, name: str, licence: str | None
) -> None:
    found, taken = read_file(text.encode())
    assert found.name == "huggingface"
    assert taken.said["name"] == name
    licences = taken.content.get("licences")
    assert (licences[0]["identifier"] if licences else None) == licence
    assert write_file(taken.said, "huggingface").text == text.removeprefix("\ufeff")
    changed = write_file(taken.said | {"overview": "It scores loans."}, "huggingface").text
    assert ("\r\n" in changed) == ("\r\n" in text)
    assert "\n" not in changed.replace("\r\n", "") or "\r\n" not in text


def test_number_that_is_none_is_not_measured_and_says_so() -> None:
    metrics = (
        '[{"type": "auc", "value": NaN}, {"type": "f1", "value": "83 %"}, {"type": "gap", "value": 1e999}]'
    )
    text = '{"model_details": {}, "quantitative_analysis": {"performance_metrics": ' + metrics + "}}"
    taken = read_file(text.encode())[1]
    assert [metric["value"] for metric in taken.content["metrics"]] == [None, None, None]
    assert [each.reason for each in taken.left] == [
        "“nan” is no number, so the card says “not measured”.",
        "“83 %” is no number, so the card says “not measured”.",
        "“inf” is no number, so the card says “not measured”.",
    ]
    assert write_file(taken.said, "toolkit").text == text
    json.loads(write_file(taken.said | {"path": "a"}, "toolkit").text, parse_constant=pytest.fail)


def test_wrong_values_are_left_at_their_place_and_the_others_are_taken() -> None:
    details = {"name": 7, "owners": ["Ann", {"name": "Bo"}, {"contact": "c"}], "version": {"date": "soon"}}
    details |= {"overview": ["a"], "references": [{"reference": "x" * 600}, {"reference": "y"}]}
    metrics = [{"type": "auc", "value": "1"}, {"type": "auc", "value": "2"}, {"value": "3"}, "f1"]
    file = {
        "model_details": details,
        "quantitative_analysis": {"performance_metrics": metrics},
        "more": {"a": 1},
    }
    taken = read_file(as_bytes(file))[1]
    assert taken.content["authors"] == [{"name": "Bo", "contact": ""}]
    assert taken.content["references"] == ["y"]
    assert [metric["value"] for metric in taken.content["metrics"]] == [1.0]
    left = {each.place: each.reason for each in taken.left}
    assert set(left) == {
        "model_details.owners[0]", "model_details.owners[2]", "model_details.version.date", "model_details.overview",
        "model_details.references[0].reference", "quantitative_analysis.performance_metrics[1]",
        "quantitative_analysis.performance_metrics[2]", "quantitative_analysis.performance_metrics[3]", "more",
    }  # fmt: skip
    assert left["quantitative_analysis.performance_metrics[1]"] == "Metrics, metric: “auc” is there twice."
    assert left["model_details.version.date"].startswith("Released: “soon” is no day.")


def test_text_that_no_database_keeps_is_left() -> None:
    taken = read_file(
        b'{"model_details": {"overview": "a\\u0000b", "path": "c\\ud800d", "documentation": "e"}}'
    )[1]
    assert set(taken.content) == {"documentation", EXTRA}
    assert len(taken.left) == 2
    assert write_file(taken.said | {"path": "f"}, "toolkit").text.encode()


def test_markup_and_pictures_of_others_stay_text() -> None:
    evil = "<script>alert(1)</script>\n\n![x](http://example.com/x.png)\n\n[y](javascript:alert(1))"
    found, taken = read_file(f"---\nlicense: mit\n---\n# <img src=x onerror=y>\n\n{evil}\n".encode())
    assert found.name == "huggingface"
    assert taken.content["overview"] == evil


def test_headings_in_code_and_comments_are_no_sections_and_what_nobody_filled_in_is_left() -> None:
    text = (
        "# Loans\n\n```bash\n# Limitations\n```\n\n<!-- \n## Users\n-->\n\n## Uses\n\n### Direct Use\n\nLoans.\n\n"
        "#### By hand\n\nRarely.\n\n## Out-of-Scope Use\n\n<!-- who -->\n[More Information Needed]\n\n"
        "## Colours\n\nRed.\n"
    )
    taken = read_file(text.encode())[1]
    assert taken.content["overview"] == "```bash\n# Limitations\n```"
    assert taken.content["intended_use"] == "Loans.\n\n#### By hand\n\nRarely."
    assert taken.content["documentation"] == "## Colours\n\nRed."
    assert {each.place for each in taken.left} == {"section “Uses”", "section “Out-of-Scope Use”"}
    written = write_file(taken.said | {"prohibited_use": "Credit cards."}, "huggingface").text
    assert "## Out-of-Scope Use\n\nCredit cards.\n\n## Colours" in written


def test_data_that_another_component_describes_is_taken_from_there() -> None:
    data = {"type": "dataset", "contents": {"url": "https://example.com/d"}, "classification": "internal"}
    other = {"type": "data", "bom-ref": "d", "name": "applications", "data": [data]}
    file = bom(modelCard={"modelParameters": {"datasets": [{"ref": "d"}, {"ref": "gone"}]}})
    file["components"] = [{"type": "application", "name": "app", "components": file["components"]}, other]
    taken = read_file(as_bytes(file))[1]
    [dataset] = taken.content["datasets"]
    assert (dataset["name"], dataset["link"]) == ("applications", "https://example.com/d")
    assert "“gone”, which is not in the file" in taken.left[0].reason
    assert taken.left[0].place == "components[0].components[0].modelCard.modelParameters.datasets[1].ref"


@pytest.mark.parametrize(
    "data",
    [
        b"---\n" * 100_000,
        b"# a\n" * 100_000,
        b"<!--" * 200_000,
        b"\n" * 300_000 + b"x",
        b"x [more information needed" * 40_000,
        b"# a" + b" " * 1_000_000 + b"b\n",
        b"---\n" + b"\n" * 500_000 + b"# c\n---\n",
        as_bytes(bom(modelCard={"modelParameters": {"datasets": [{"ref": str(n)} for n in range(9_000)]}})),
        as_bytes({"model_details": {"references": [str(n) for n in range(40_000)]}}),
    ],
    ids=range(9),
)
def test_large_file_is_read_and_written_again_in_moments(data: bytes) -> None:
    start = time.process_time()
    found, taken = read_file(data)
    write_file(taken.said | {"name": "Loans"}, found.name)
    assert time.process_time() - start < 10


def test_kept_file_that_cannot_be_read_is_not_written_back_into() -> None:
    written = write_file({"name": "Loans", EXTRA: {"toolkit": "no JSON"}}, "toolkit")
    assert json.loads(written.text)["model_details"] == {"name": "Loans"}
