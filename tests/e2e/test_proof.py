"""The ledger and its exports in a real browser."""

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.core import clock
from apps.exports.models import ExportJob
from apps.exports.services import write_requested_export
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.people import add_person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def klara() -> User:
    return add_person("klara", Role.AUDITOR, name="Klara Brandt")


def test_export_by_keyboard_is_asked_for_watched_and_fetched(
    browser: Chromium, live_server: LiveServer, klara: User
) -> None:
    today = clock.now().date().isoformat()
    with signed_in(browser, live_server.url, klara) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(live_server.url + f"/exports/?start={today}&end={today}")
        for heading in ("Which fields, and what is left out?", "Which form?", "Check your answers"):
            page.get_by_role("button", name="Continue").press("Enter")
            page.get_by_role("heading", name=heading).wait_for()
        page.get_by_role("button", name="Start the export").press("Enter")
        page.get_by_role("heading", name="The export waits for a worker").wait_for()
        job = ExportJob.objects.get()
        write_requested_export(export_id=job.pk)
        page.get_by_role("heading", name="The file is ready").wait_for(timeout=10_000)
        page.wait_for_function("document.querySelector('#live').textContent.includes('is ready')")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Download").press("Enter")
        assert fetched.value.suggested_filename.startswith(f"countersign-{job.ref}-")
        assert said == []
