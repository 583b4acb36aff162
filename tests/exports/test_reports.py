"""Reports to read and print: what they must say, and what must never run in them."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings, strategies
from pypdf import PdfReader

from apps.approvals.models import Signature
from apps.audit.models import AuditEvent
from apps.audit.services import record_event, seal_pending
from apps.core import clock
from apps.core.errors import PolicyBlocked
from apps.exports.enums import ExportFormat, ExportSubject, Withheld
from apps.exports.rules import report_words as say
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.reports import period, write_report
from apps.exports.services.reports.typesetting import typeset
from apps.exports.services.writers import WRITERS
from tests.changes.estate import IN_WINDOW, Estate, at, draft, make_estate, submitted
from tests.exports.ending import DAYS, closed, newest


def words_of(pdf: bytes | Path) -> str:
    """Return the text of a PDF with every run of white space as one space."""
    source = io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf
    text = " ".join(page.extract_text() for page in PdfReader(source).pages)
    return " ".join(text.replace("\u200b", "").split())


def report_of(ref: str, out: Path, **order: object) -> Path:
    asked = Order(Scope(*DAYS, change=ref), format=ExportFormat.PDF, **order)  # type: ignore[arg-type]
    write_report(out=out, order=asked, checkpoint=newest(), progress=lambda done, total: None)
    return out


@pytest.fixture
def ledger_estate(transactional_db: None, ledger_home: Path) -> Estate:
    return make_estate()


@pytest.fixture
def whole(ledger_estate: Estate) -> str:
    return closed(ledger_estate)


def test_report_of_a_change_says_all_that_was_planned_done_and_signed(whole, ledger_estate, tmp_path) -> None:
    said = words_of(report_of(whole, tmp_path / "report.pdf"))
    for wanted in (
        f"{whole}", "Retrain the credit-risk model", "Closed", "We teach the model with data up to September.",
        "Three more bad loans in a thousand are found.", "Losses go on.", "model:default/credit-risk",
        "19 Nov 2026, 06:00 UTC", "Europe/London (UTC+00:00)", "19 Nov 2026, 06:30:00 UTC",
        "Good applicants are refused", "Shadow first", "Set the alias back to version 1.",
        "Approvals fall by two points in an hour", "At least 0.84", "0.85", "loan-decision",
        "It went as planned.", "PIR-", "Successful",
    ):  # fmt: skip
        assert wanted in said, wanted


def test_report_of_a_change_prints_name_time_and_meaning_of_every_signature(whole, tmp_path) -> None:
    """21 CFR 11.50: the printed name, the time and the meaning stand in every human-readable copy."""
    said = words_of(report_of(whole, tmp_path / "report.pdf"))
    signatures = Signature.objects.select_related("signer")
    assert signatures.count() == 3
    for signature in signatures:
        assert str(signature.signer) in said
        assert f"Approved {say.utc(signature.signed_at, seconds=True)}" in said
        assert signature.meaning in said
        assert signature.digest in said
    assert said.count("password, leaf") == 3
    assert "Leila Haddad" in said
    assert f"This review tells what happened to {whole}, as far as I know." in said


def test_report_of_a_change_names_each_of_its_entries_and_the_checkpoint(whole, tmp_path) -> None:
    path = report_of(whole, tmp_path / "report.pdf")
    said, checkpoint = words_of(path), newest()
    leaves = AuditEvent.objects.filter(object_type="change", object_id=whole).values_list(
        "leaf__index", "event"
    )
    assert len(leaves) > 10
    for leaf, event in leaves:
        assert f"{leaf:,} 1" in said or f"{leaf:,} 9 Nov" in said
        assert event in said
    assert bytes(checkpoint.root).hex() in said
    assert checkpoint.key_id in said
    assert "python3 verify.py BUNDLE --key KEY" in said


def test_report_is_tagged_titled_and_in_a_language_with_its_fonts_inside(whole, tmp_path) -> None:
    reader = PdfReader(report_of(whole, tmp_path / "report.pdf"))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"].value
    assert catalog["/Lang"] == "en-GB"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata is not None
    assert reader.metadata.title == f"{whole}: Retrain the credit-risk model"
    marks = catalog["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in marks
    assert "<pdfaid:part>2</pdfaid:part>" in marks
    kinds = set(kinds_in(catalog["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/P", "/Table", "/THead", "/TH", "/TD"} <= kinds
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def kinds_in(node: Any) -> Iterator[str]:
    """Yield the kind of each element of a structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from kinds_in(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from kinds_in(node["/K"])


def test_report_of_the_same_checkpoint_is_the_same_bytes_whatever_happened_since(
    ledger_estate, whole, tmp_path
) -> None:
    checkpoint = newest()
    order = Order(Scope(*DAYS, change=whole), format=ExportFormat.PDF)

    def written(name: str) -> bytes:
        out = tmp_path / name
        write_report(out=out, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
        return out.read_bytes()

    first = written("first.pdf")
    with transaction.atomic():
        record_event(
            event="access.denied",
            actor=ledger_estate.actor("ruth"),
            obj=("change", whole),
            data={"action": "x"},
        )
    seal_pending()
    assert written("second.pdf") == first
    assert words_of(tmp_path / "second.pdf") != words_of(report_of(whole, tmp_path / "third.pdf"))


def test_report_of_a_change_that_was_never_submitted_is_refused_plainly(ledger_estate, tmp_path) -> None:
    ref = draft(ledger_estate).ref
    with pytest.raises(PolicyBlocked, match="was never submitted"):
        report_of(ref, tmp_path / "report.pdf")
    assert list(tmp_path.glob("*.pdf")) == []


def test_report_with_names_and_texts_withheld_tells_neither(whole, tmp_path) -> None:
    withheld = (Withheld.NAMES, Withheld.TEXTS)
    said = words_of(report_of(whole, tmp_path / "report.pdf", withheld=withheld))
    for secret in ("Amara", "Henrik", "Tomasz", "data up to September", "Shadow first", "It went as planned"):
        assert secret not in said, secret
    assert "person:" in said
    assert "Withheld when this was exported." in said


PAYLOADS = [
    '#panic("run")', '#read("/etc/passwd")', "$x^2 + y$ and *bold* _soft_ `raw`",
    "] ) } #{ [ ( // /* */ \\ \\u{41} @r <l>",
    "= Heading", "- list\n+ enum\n/ term: x", "~ --- ... \" '", "https://example.org/a?b=c#d", "&amp; <b>x</b> %s {0}",
    "Zoë Łukasz Ørsted naïve ﬁ", "Ελληνικά Русский Việt", "→ − ≥ ✓ €",
]  # fmt: skip


@pytest.mark.parametrize("text", PAYLOADS)
def test_text_of_a_person_is_printed_as_it_is_and_never_run(text) -> None:
    assert " ".join(text.split()) in words_of(set_alone(text))


@settings(max_examples=40, deadline=None)
@given(
    strategies.text(strategies.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60)
)
def test_any_ascii_text_is_printed_as_it_is(text) -> None:
    assert text in words_of(set_alone(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ship 🚀 it", "ship [U+1F680] it"),
        ("東京", "[U+6771][U+4EAC]"),
        ("pay \u202eevil", "pay [U+202E]evil"),
        ("bell\x07", "bell[U+0007]"),
        ("own \ue000", "own [U+E000]"),
        ("x" * 500, "x" * 500),
    ],
)
def test_what_no_typeface_shows_or_what_misleads_stands_as_its_number(text, shown) -> None:
    assert shown in words_of(set_alone(text)).replace("x x", "xx")


@pytest.mark.parametrize("text", ["שלום עולם", "مرحبا بالعالم"])
def test_text_from_right_to_left_is_printed(text) -> None:
    said = words_of(set_alone(text))
    assert sorted("".join(text.split())) == sorted(
        c for c in unicodedata.normalize("NFKC", said) if "\u0590" <= c <= "\u06ff"
    )


def set_alone(text: str) -> bytes:
    """Return a report whose title and every text are this text."""
    record = {
        "ref": "CHG-1", "title": "T", "state": "Closed", "class": "Normal", "risk": "Low", "requester": "A",
        "revision": 1, "digest": "d", "moves": [], "times": [], "askings": [], "denials": [], "risk_reason": "",
        "texts": [{"name": "Said", "text": text}], "items": [], "impact": [], "metrics": [], "risks": [],
        "rollback": {"plan": "", "minutes": None, "criteria": []}, "plan": [], "conflicts": [], "review": None,
        "ledger": [],
    }  # fmt: skip
    proof = {"origin": "o", "size": "1", "root": "r", "key_id": "k", "sealed_at": "s"}
    return typeset("change.typ", {"record": record, "proof": proof}, at=clock.now())


def period_report(out: Path, **scope: Any) -> Path:
    order = Order(Scope(*DAYS, **scope), format=ExportFormat.PDF)
    write_report(out=out, order=order, checkpoint=newest(), progress=lambda done, total: None)
    return out


def test_report_of_a_period_tells_each_change_with_its_signatures_refusals_and_exports(
    whole, ledger_estate, tmp_path
) -> None:
    other, hidden = (
        submitted(ledger_estate, start="2026-11-20T06:00", end="2026-11-20T08:00"),
        draft(ledger_estate),
    )
    with at(IN_WINDOW), transaction.atomic():
        ruth = ledger_estate.actor("ruth")
        record_event(event="access.denied", actor=ruth, obj=("change", whole), data={"action": "sign it"})
        record_event(event="export.requested", actor=ruth, obj=("export", "EXP-9"), data={})
    path = period_report(tmp_path / "period.pdf")
    said = words_of(path)
    assert f"{whole}: Retrain the credit-risk model" in said
    assert other.ref in said
    assert hidden.ref not in said
    for signature in Signature.objects.select_related("signer"):
        assert signature.meaning in said
        assert str(signature.signer) in said
    assert "sign it" in said
    assert "EXP-9" in said
    assert "Not signed: Change Sponsor" in said
    pages = PdfReader(path).pages
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()


def test_report_of_a_period_without_changes_says_so(ledger_estate, whole, tmp_path) -> None:
    order = Order(Scope(date(2025, 1, 1), date(2025, 1, 2)), format=ExportFormat.PDF)
    write_report(out=tmp_path / "p.pdf", order=order, checkpoint=newest(), progress=lambda done, total: None)
    assert "No change was submitted, started or ended in these days." in words_of(tmp_path / "p.pdf")


def test_report_of_a_period_that_is_too_long_names_the_workbook(
    whole, ledger_estate, tmp_path, monkeypatch
) -> None:
    submitted(ledger_estate, start="2026-11-20T06:00", end="2026-11-20T08:00")
    monkeypatch.setattr(period, "MOST_CHANGES", 1)
    with pytest.raises(PolicyBlocked) as refused:
        period_report(tmp_path / "period.pdf")
    assert "more than 1 changes" in refused.value.reason
    assert "workbook or CSV" in refused.value.remedy


def test_report_of_a_component_tells_of_its_changes_alone(whole, ledger_estate, tmp_path) -> None:
    assert whole in words_of(period_report(tmp_path / "a.pdf", component="model:default/credit-risk"))
    assert whole not in words_of(period_report(tmp_path / "b.pdf", component="product:default/loans"))


def test_bundle_of_one_change_holds_its_report_and_verifies(
    whole, ledger_estate, tmp_path, run, ledger_home
) -> None:
    never = draft(ledger_estate).ref
    writer = WRITERS[ExportSubject.ENTRIES, ExportFormat.BUNDLE]
    for ref, has in ((whole, True), (never, False)):
        order, out = Order(Scope(*DAYS, change=ref)), tmp_path / f"{ref}.zip"
        writer(out=out, order=order, checkpoint=newest(), progress=lambda done, total: None)
        with zipfile.ZipFile(out) as bundle:
            assert ("report.pdf" in bundle.namelist()) is has
            if has:
                assert "Henrik Lindqvist" in words_of(bundle.read("report.pdf"))
        status, said = run(out, ledger_home / "ledger.pub")
        assert status == 0, said
