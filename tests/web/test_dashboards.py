"""The pages of the dashboards: filters in the address, numbers that lead to their records, tables as files."""

import csv
import random
import re
from html import unescape
from io import StringIO

import pytest
from django.test import Client

from apps.web.dashboards import DASHBOARDS, FIGURES
from apps.web.views.dashboards import PAGE
from tests.changes.estate import Estate, at
from tests.insights.histories import NOW, fill, make_change
from tests.web.reading import Enter, page, queries_of, words_at

pytestmark = pytest.mark.django_db
DAYS = "start=2026-09-01&end=2026-11-30"
PAGES = ["/dashboards/", *(f"/dashboards/{name}/" for name in DASHBOARDS)]


@pytest.fixture
def reading(enter: Enter) -> Client:
    with at(NOW):
        yield enter("henrik")


def test_each_number_leads_to_a_list_of_as_many_records(estate: Estate, reading: Client) -> None:
    fill(estate, 7, 12)
    numbers = 0
    for name in DASHBOARDS:
        text = unescape(page(reading, f"/dashboards/{name}/?{DAYS}&tier=2"))
        for url, number in re.findall(r'href="(/dashboards/figures/[^"]+/records/[^"]+)">([\d,]+)<', text)[
            ::4
        ]:
            listed = page(reading, url)
            assert listed.count('<td data-l="Record">') == min(int(number), PAGE), url
            assert f"<h1>{number} " in listed
            numbers += 1
    assert numbers > 8


def test_table_holds_what_the_page_shows_and_keeps_the_filters(estate: Estate, reading: Client) -> None:
    fill(estate, 7, 12)
    for name, (_, figures) in DASHBOARDS.items():
        text = unescape(page(reading, f"/dashboards/{name}/?{DAYS}&change_class=normal"))
        for figure in figures:
            (url,) = re.findall(rf'href="(/dashboards/figures/{figure}/table.csv[^"]+)"', text)
            lines = list(csv.reader(StringIO(reading.get(url).content.decode())))
            assert "change_class=normal" in url
            assert all(f'<th scope="row">{line[0]}</th>' in text for line in lines[1:] if line[0])
            assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("start=2026-02-30", "First day: give a date such as 2026-11-19."),
        ("start=2026-03-01&end=2026-02-01", "The last day must not come before the first day."),
        ("start=2020-01-01&end=2026-01-01", "Choose at most 5 years at once."),
        ("start=0001-01-01&end=9999-12-31", "Choose a day between the years 2000 and 2099."),
        ("tier=9", "Tier"),
        ("team=%00", "Team"),
        ("kind=<b>", "Kind"),
    ],
)
def test_filter_that_cannot_be_read_says_so_at_its_field_and_counts_nothing(
    reading: Client, asked: str, said: str
) -> None:
    text = unescape(page(reading, f"/dashboards/?{asked}"))
    assert "data-error-summary" in text
    assert said in text
    assert "data-chart" not in text
    assert "Nothing was counted" in text
    for path in ("failures/table.csv", "failures/records/"):
        assert reading.get(f"/dashboards/figures/{path}?{asked}").status_code == 422


def test_period_of_one_day_or_of_five_years_is_shown(reading: Client) -> None:
    for asked, said in (
        ("end=2026-03-31", "1 Apr 2025 to 31 Mar 2026"),
        ("start=2026-11-20&end=2026-11-20", "20 Nov 2026 to 20 Nov 2026"),
        ("start=2024-02-29&end=2029-02-28", "29 Feb 2024 to 28 Feb 2029"),
        ("", "1 Dec 2025 to 20 Nov 2026"),
    ):
        assert said in words_at(reading, f"/dashboards/?{asked}")


def test_number_or_row_that_is_not_there_is_not_found(reading: Client) -> None:
    for path in (
        "nothing/",
        "figures/luck/records/",
        "figures/luck/table.csv",
        "figures/failures/records/?count=luck&key=2026-11",
        "figures/failures/records/?count=failed&key=1999-01",
        "figures/failures/records/?count=failed",
    ):
        assert reading.get(f"/dashboards/{path}").status_code == 404, path


def test_numbers_on_top_lead_to_their_records_of_the_last_90_days(estate: Estate, reading: Client) -> None:
    fill(estate, 7, 12)
    led = 0
    for name in DASHBOARDS:
        text = unescape(page(reading, f"/dashboards/{name}/?{DAYS}&tier=2"))
        shown = re.search(r'<dl class="bignums four.*?</dl>', text, re.DOTALL)
        for url in re.findall(r'href="([^"]+)"', shown[0] if shown else ""):
            assert "start=2026-09-01&end=2026-11-20" in url
            assert "tier=2" in url
            assert int(re.search(r"<h1>([\d,]+) ", page(reading, url))[1]) > 0
            led += 1
    assert led > 5
    assert "bignums" not in page(reading, "/dashboards/?start=2027-01-01&end=2027-02-01")


def test_saved_view_keeps_the_dashboard_and_its_filters_and_is_removed(
    estate: Estate, reading: Client, enter: Enter
) -> None:
    text = unescape(page(reading, "/dashboards/signing/?start=2025-12-01&end=2026-11-20&tier=2"))
    (query,) = re.findall(r'name="query" value="([^"]*)"', text)
    assert query == "view=signing&tier=2"  # the days that it opens with are not kept
    kept = reading.post("/account/views/dashboards/", {"name": "Tier 2 <b>", "query": query})
    opened = reading.get(kept["Location"])
    assert opened["Location"] == "/dashboards/signing/?tier=2"
    text = page(reading, opened["Location"])
    assert "Tier 2 &lt;b&gt;</a>" in text
    (edit,) = re.findall(r'href="(/account/views/\d+/edit/)"', text)
    assert reading.post(edit, {"remove": "yes"})["Location"] == "/dashboards/"
    assert "Tier 2 &lt;b&gt;</a>" not in page(reading, "/dashboards/")
    reading.post("/account/views/dashboards/", {"name": "Mine", "query": query})
    assert "Mine</a>" not in page(enter("amara"), "/dashboards/")


def test_charts_are_loaded_where_there_are_any_and_the_policy_stays_strict(
    estate: Estate, reading: Client
) -> None:
    assert "plotly" not in page(reading, "/")
    fill(estate, 7, 6)
    answer = reading.get(f"/dashboards/?{DAYS}")
    assert "plotly" in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_pages_ask_the_same_number_of_statements_whatever_there_is(estate: Estate, reading: Client) -> None:
    fill(estate, 7, 8)
    paths = [*PAGES, f"/dashboards/figures/failures/records/?{DAYS}&count=ended&key=2026-10"]
    paths += [f"/dashboards/figures/{figure}/table.csv?{DAYS}" for figure in FIGURES]
    few = [queries_of(reading, path) for path in paths]
    for n in range(8):
        make_change(estate, random.Random(n), 6000 + n)
    assert [queries_of(reading, path) for path in paths] == few
    assert max(few) <= 16
