"""The calendar of four weeks as a PDF: what the page shows, tagged for screen readers."""

from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.rules import scope_of_one
from tests.exports.test_reports import kinds_in
from tests.planning import booked, component, frozen, person, span, team

pytestmark = pytest.mark.django_db
SHEET = "/calendar/four-weeks.pdf?from=2030-11-19"


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def printed(client: Client, path: str = SHEET) -> PdfReader:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    return PdfReader(BytesIO(answer.content))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_sheet_prints_what_the_calendar_shows_of_four_weeks(client: Client, leila: User) -> None:
    model = component("credit-risk", owned_by=team("credit"))
    booked("CHG-1", span(6, 8), model)
    booked("CHG-2", span(7, 9), model)
    booked("CHG-3", span(24 * 30, 24 * 30 + 1), model)
    frozen(leila, span(0, 48), scope_of_one("kind", "dataset"))
    said = words(printed(client))
    assert "18 November to 15 December 2030" in said
    assert "Work of CHG-1" in said
    assert "06:00 to 08:00" in said
    assert "CHG-2" in said
    assert "CHG-3" not in said
    assert "Peak trading" in said
    assert "Nothing is planned." in said
    assert "2 changes" in said


def test_sheet_keeps_the_filters_of_the_calendar_and_is_a_click_away(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk", owned_by=team("credit")))
    booked("CHG-2", span(6, 8), component("search", owned_by=team("search")))
    page = client.get("/calendar/?month=2030-11&team=search").content.decode()
    assert 'href="/calendar/four-weeks.pdf?team=search&amp;from=2030-10-28"' in page
    said = words(printed(client, f"{SHEET}&team=search"))
    assert "CHG-2" in said
    assert "CHG-1" not in said
    assert "Team: Search" in said


def test_sheet_is_tagged_and_titled_as_the_other_reports_are(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    catalog = printed(client).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"].value
    assert catalog["/Lang"] == "en-GB"
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_object().get_data().decode()
    assert {"/H1", "/P", "/Table", "/THead", "/TH", "/TD"} <= set(kinds_in(catalog["/StructTreeRoot"]))


def test_sheet_says_how_many_more_a_crowded_day_has(client: Client, leila: User) -> None:
    for number in range(42):
        booked(f"CHG-{number}", span(6, 8), component(f"model-{number}"))
    assert "Tue 19 Nov 2030 has 2 changes more." in words(printed(client))


def test_text_of_a_person_is_printed_as_it_is(client: Client, leila: User) -> None:
    booking = booked("CHG-1", span(6, 8), component("credit-risk"))
    type(booking).objects.update(title='#panic("x") $x$ *bold* [link](y) \x07')
    assert '#panic("x") $x$ *bold* [link](y)' in words(printed(client))


def test_sheet_asks_the_same_whatever_it_holds(client: Client, leila: User) -> None:
    counts = []
    for number in (1, 2, 3):
        booked(f"CHG-{number}", span(6, 8), component(f"model-{number}"))
        if number != 2:
            printed(client)
            with CaptureQueriesContext(connection) as asked:
                printed(client)
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_sheet_without_sign_in_leads_to_it(client: Client) -> None:
    assert client.get(SHEET).status_code == 302
