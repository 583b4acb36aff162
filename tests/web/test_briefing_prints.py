"""A briefing as a PDF: one page that screen readers can read, with what was signed and what moved since."""

import io
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from apps.accounts.enums import Role
from apps.changes.models import Change
from tests.insights.build import in_review
from tests.insights.test_writing import signed
from tests.people import add_person

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)


def test_pdf_of_a_signed_version_is_one_tagged_page_that_says_who_signed_and_what_moved(
    client: Client,
) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        sponsor = add_person("henrik", Role.SPONSOR)
        change = in_review(datetime(2026, 11, 12, 17, tzinfo=UTC), title="Loan scoring <b>#set</b>")
        version = signed(sponsor, change)
        Change.objects.filter(pk=change.pk).update(rollback_minutes=45)
        client.force_login(add_person("ruth", Role.EXECUTIVE))
        answer = client.get(f"/briefings/{version.ref}/pdf/")
        unsigned = client.get("/briefings/pdf/2026-Q4/")
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 1
    assert "/StructTreeRoot" in reader.trailer["/Root"]  # type: ignore[operator]
    assert b"pdfuaid" in answer.content
    text = " ".join(reader.pages[0].extract_text().split())
    assert "Loan scoring <b>#set</b>" in text
    assert f"Signed by {sponsor}, Change Sponsor" in text
    assert "These facts have moved since it was written: time to go back" in text
    places = [text.index(said) for said in ("Decision needed by", "What changes", "Cost of waiting")]
    assert places == sorted(places)
    assert "not signed" in PdfReader(io.BytesIO(unsigned.content)).pages[0].extract_text()


def test_pdf_of_what_is_not_there_or_not_theirs_is_not_found(client: Client) -> None:
    client.force_login(add_person("ruth", Role.EXECUTIVE))
    for page in ("/briefings/BRF-99/pdf/", "/briefings/pdf/2026-Q9/", "/briefings/pdf/2026-Q4/team/none/"):
        assert client.get(page).status_code == 404
