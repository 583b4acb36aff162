"""A model card as PDF: what it says, how it is tagged, and what never runs or is fetched in it."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from apps.cards.rules.checking import check
from apps.core.errors import Conflict
from apps.exports.services.reports.card import card_report, pdf_problem
from apps.exports.services.reports.markdown import blocks_of
from tests.cards.formats.contents import CONTENTS

AT = datetime(2026, 11, 22, tzinfo=UTC)
HEAD = {
    "title": "Credit risk 3", "ref": "CARD-3", "foot": "Printed on 22 November 2026.", "missing": "",
    "about": [["State", "Approved"], ["Edition", "3"]],
}  # fmt: skip
METRICS = [
    {"name": "auc", "value": 0.9, "low": 0.88, "high": 0.92, "sample_size": 5000},
    {"name": "auc", "slice": "Ages 18 to 24", "value": 0.84, "low": 0.8, "high": 0.88, "sample_size": 310},
    {"name": "gap"},
]


def tags_of(reader: PdfReader) -> list[DictionaryObject]:
    """Return every element of the tree that screen readers walk."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        each = waiting.pop().get_object()
        if isinstance(each, DictionaryObject):
            found.append(each)
            below = each.get("/K", [])
            waiting += below if isinstance(below, list) else [below]
    return found


def report(**content: Any) -> PdfReader:
    said = check(content).whole()
    return PdfReader(io.BytesIO(card_report(said, HEAD, at=AT)))


def test_card_report_is_tagged_with_headings_tables_pictures_in_words_and_a_language() -> None:
    reader = report(overview="It scores.\n\n## How\n\n| a | b |\n|---|---|\n| 1 | 2 |", metrics=METRICS)
    tags = tags_of(reader)
    kinds = {str(each.get("/S")) for each in tags}
    assert {"/Title", "/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    [words] = [str(each["/Alt"]) for each in tags if each.get("/S") == "/Figure"]
    assert words.startswith("auc by group: All 0.9, interval 0.88 to 0.92; Ages 18 to 24 0.84")
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    said = " ".join(page.extract_text() for page in reader.pages)
    assert "not measured" in said
    assert "5,000" in said


def test_card_report_shows_markup_as_text_and_fetches_and_runs_nothing() -> None:
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) ![a *cat*](http://example.com/cat.png) #panic() @ref"
    reader = report(overview=evil, limitations="[good](https://example.com/a)")
    said = " ".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    assert "<script>alert(1)</script>" in said
    assert "Picture: a cat" in said
    assert "#panic() @ref" in said
    annotations = [each.get_object() for page in reader.pages for each in page.get("/Annots", [])]
    links = {str(each["/A"]["/URI"]) for each in annotations}
    assert links == {"http://example.com/cat.png", "https://example.com/a"}
    assert not any(page.images for page in reader.pages)


def test_blocks_of_markdown_keep_lists_quotes_code_and_the_address_of_a_link() -> None:
    text = "1. a\n   - **b**\n\n> q\n\n```\n<c>\n```\n\n[d](https://example.com/a-long-address)\n"
    numbered, quote, code, link = blocks_of(text)
    assert numbered["items"][0][1]["items"] == [[{"kind": "para", "runs": [{"text": "b", "strong": True}]}]]
    assert quote["blocks"][0]["runs"] == [{"text": "q"}]
    assert code["text"] == "<c>"
    assert "".join(link["runs"][0]["link"]) == "https://example.com/a-long-address"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"documentation": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 8_000}, "cells, list items and lines"),
        ({"tags": [f"{number:06}" for number in range(30_000)]}, "cells, list items and lines"),
        ({"documentation": "".join(map(chr, range(0x4E00, 0x4E00 + 2_500)))}, "cells, list items and lines"),
        ({"documentation": "a " * 600_000}, "more than 1,000,000 characters"),
    ],
)
def test_card_report_of_what_would_take_too_long_is_refused_with_the_bound(
    said: dict[str, Any], says: str
) -> None:
    with pytest.raises(Conflict, match="too long for a PDF") as caught:
        card_report(said, HEAD, at=AT)
    assert says in caught.value.reason
    assert pdf_problem(said).startswith(caught.value.reason)


def test_card_report_of_the_longest_card_that_is_taken_has_all_of_it() -> None:
    row = "| 1 | 2 |\n"
    said = {"documentation": "| a | b |\n|---|---|\n" + row * 4_900}
    assert pdf_problem(said) == ""
    assert len(PdfReader(io.BytesIO(card_report(said, HEAD, at=AT))).pages) > 90


@pytest.mark.parametrize(
    "text", ["# ", "- a\n  - # b", "| a |\n|---|\n| |", "```\n```", "![](x)", "\u202eabc🙂مر"]
)
def test_card_report_sets_any_markdown(text: str) -> None:
    assert report(overview=text + "\n\nend").pages


@settings(max_examples=8, deadline=None)
@given(content=CONTENTS)
def test_card_report_sets_any_card(content: dict[str, Any]) -> None:
    assert card_report(content, HEAD, at=AT).startswith(b"%PDF")
