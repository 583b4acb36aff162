"""Every page, in light and in dark, wide and narrow: axe finds nothing, nothing sticks out, nothing complains.

``tests/e2e/pages`` holds the pages. An address that is missing there fails the first test.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.urls import urlpatterns as account_patterns
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.urls import URLPattern, resolve
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.web.urls import urlpatterns as web_patterns
from apps.web.views import errors
from portal.urls import urlpatterns as portal_patterns
from tests.e2e.browser import Chromium, complaints, session_cookie, signed_in
from tests.e2e.looks import faults
from tests.e2e.organisation import Names
from tests.e2e.pages import AREAS
from tests.e2e.pages.look import Look
from tests.e2e.pages.open import NO_PAGE, REFUSALS

SEND = """([form, given]) => {
  form = document.querySelector(form);
  for (const field of form.elements) {
    if (!field.name || field.type === 'hidden') continue;
    if (field.name in given) {
      if (['radio', 'checkbox'].includes(field.type)) field.checked = field.value === given[field.name];
      else field.value = given[field.name];
    } else if (['radio', 'checkbox'].includes(field.type)) field.checked = false;
    else if (field.tagName !== 'BUTTON') field.value = '';
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


def test_every_address_has_an_example_or_a_reason() -> None:
    names = {f"web:{pattern.name}" for pattern in web_patterns} | {each.name for each in account_patterns}
    names |= {each.name for each in portal_patterns if isinstance(each, URLPattern) and each.name}
    names |= {path.name for path in (Path(settings.BASE_DIR) / "templates").glob("4*.html")}
    names |= {"500.html", "csrf.html"}
    shown = {name for area in AREAS.values() for name, looks in area.items() if looks}
    assert shown | set(NO_PAGE) == names, "Give each address an example in tests/e2e/pages."
    assert not shown & set(NO_PAGE)


@pytest.fixture(scope="module")
def keys(names: Names) -> Names:
    """Sign everybody in, before a test opens the transaction that the server cannot see."""
    return {user.username: session_cookie(user) for user in User.objects.all()}


@pytest.fixture(scope="module")
def address(names: Names) -> Iterator[str]:
    """Serve the portal. The fixture ``live_server`` would empty the database after each test."""
    server = LiveServer("localhost")
    server._live_server_modified_settings.enable()
    yield server.url
    server._live_server_modified_settings.disable()
    server.stop()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", AREAS)
def test_page_in_each_width_and_theme_is_accessible(
    browser: Chromium, address: str, names: Names, keys: Names, area: str
) -> None:
    """``names`` stand in the addresses. What surrounds a page is the same on each page of a person."""
    wrong: list[str] = []
    looks = [(name, look) for name, looks in AREAS[area].items() for look in looks]
    for who in sorted({look.who for _, look in looks}):
        with signed_in(browser, address, cookie=keys.get(who, "")) as context:
            page = context.new_page()
            said = complaints(page)
            for number, (name, look) in enumerate((name, look) for name, look in looks if look.who == who):
                found = astray(page, address, name, look, names, said)
                found += faults(page, surroundings=number == 0)
                wrong += [f"{look.path} ({who}) {each}" for each in found]
    assert wrong == []


def astray(page: Page, address: str, name: str, look: Look, names: Names, said: list[str]) -> list[str]:
    """Open a page, and return what is wrong with where it leads and what it says to the console."""
    said.clear()
    found = lost(page, address, name, look, names)
    # Chromium puts each answer that is not a success into the console.
    return found + [text for text in said if look.status < 400 or f"status of {look.status}" not in text]


def lost(page: Page, address: str, name: str, look: Look, names: Names) -> list[str]:
    """Open a page, and return how it is not the one that was meant."""
    path = look.path.format(**names)
    if name in REFUSALS and not path.startswith("/"):
        return fail(page, address, path)
    answer = page.goto(address + path)
    if look.send is not None:
        with page.expect_navigation() as sent:
            page.evaluate(SEND, [look.form, look.send])
        answer = sent.value
    assert answer is not None
    found = [] if answer.status == look.status else [f"answers {answer.status}"]
    at = page.url.removeprefix(address)
    if look.send is None and at != (look.leads_to or look.path).format(**names):
        found.append(f"leads to {at}")
    if name not in REFUSALS and resolve(urlsplit(path if look.leads_to else at).path).view_name != name:
        found.append(f"is not {name}")
    return found


def fail(page: Page, address: str, view: str) -> list[str]:
    """Show a page that no address leads to: what a view of errors returns."""
    request = RequestFactory().get("/")
    request.user, request.session = AnonymousUser(), SessionStore()  # type: ignore[assignment]
    given = [request, "The file is too large."] if view == "too_large" else [request]
    response = getattr(errors, view)(*given)
    shown = {"status": response.status_code, "content_type": "text/html", "body": response.content}
    page.route("**/failing/", lambda route: route.fulfill(**shown))
    page.goto(f"{address}/failing/")
    page.unroute("**/failing/")
    return []
