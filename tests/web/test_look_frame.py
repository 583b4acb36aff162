"""The frame around every page, sign-in, and the pages that say what went wrong."""

import re
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.selectors import entries_for
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, IllegalTransition, Invalid, PolicyBlocked, Stale
from apps.web import errors
from apps.web.context import Shell
from apps.web.views import errors as error_pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomasz() -> User:
    return User.objects.create_user(
        "tomasz", password="correct-horse", first_name="Tomasz", last_name="Wójcik"
    )


def test_styles_link_each_stylesheet_once_and_none_is_long() -> None:
    folder = settings.BASE_DIR / "static" / "css"
    shown = render_to_string("_styles.html") + render_to_string("_chart_scripts.html")  # on pages with charts
    linked = re.findall(r'href="[^"]*css/(\w+)[^"/]*\.css"', shown)
    assert sorted(linked) == sorted(sheet.stem for sheet in folder.glob("*.css"))
    assert max(sheet.read_text().count("\n") for sheet in folder.iterdir()) <= 300


@pytest.mark.parametrize("path", ["/help/", "/help/keyboard/", "/help/accessibility/", "/accounts/login/"])
def test_page_without_sign_in_has_one_heading_and_no_inline_style(client: Client, path: str) -> None:
    page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("<h1") == 1
    assert 'href="#main"' in text
    assert text.count('aria-live="polite"') == 1
    assert " style=" not in text


def test_frame_for_a_signed_in_person_names_them_and_signs_out_by_post(client: Client, tomasz: User) -> None:
    client.force_login(tomasz)
    text = client.get("/help/").content.decode()
    assert "Tomasz Wójcik: your account" in text
    assert 'action="/accounts/logout/" method="post"' in text
    assert client.get("/accounts/logout/").status_code == 200


@pytest.mark.parametrize(
    ("said", "to"),
    [
        ("Approval policy", "/policy/"),
        ("Standard changes", "/standard-changes/"),
        ("Templates", "/templates/"),
    ],
)
def test_menus_lead_to_the_pages_beside_the_main_ones(
    client: Client, tomasz: User, said: str, to: str
) -> None:
    client.force_login(tomasz)
    text = client.get("/help/").content.decode()
    # The account menu, which the palette reads; the phone menu; and the list on the help page.
    assert len(re.findall(rf'<a href="{to}"[^>]*>{said}</a>', text)) == 3


def test_sign_in_with_a_wrong_password_says_so_at_the_top(client: Client, tomasz: User) -> None:
    page = client.post("/accounts/login/", {"login": "tomasz", "password": "wrong-horse"})
    text = page.content.decode()
    assert "There is a problem" in text
    assert "<title>Error: Sign in" in text
    assert 'value="tomasz"' in text


def test_sign_in_after_the_session_ended_says_that_the_draft_is_kept(client: Client) -> None:
    assert "You were signed out" not in client.get("/accounts/login/").content.decode()
    assert "You were signed out" in client.get("/accounts/login/?ended=1").content.decode()


def test_sign_in_signs_in_and_goes_on_to_the_page_asked_for(client: Client, tomasz: User) -> None:
    page = client.post("/accounts/login/?next=/help/", {"login": "tomasz", "password": "correct-horse"})
    assert (page.status_code, page.headers["Location"]) == (302, "/help/")


def test_stay_signed_in_needs_a_post_by_a_signed_in_person(client: Client, tomasz: User) -> None:
    assert client.post("/session/").status_code == 302
    client.force_login(tomasz)
    assert client.get("/session/").status_code == 405
    assert client.post("/session/").status_code == 204


def test_form_without_its_token_is_refused_with_a_page(tomasz: User) -> None:
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert page.status_code == 403
    assert "This form is too old" in page.content.decode()


def test_unknown_address_says_that_nothing_is_deleted(client: Client) -> None:
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "Nothing is ever deleted here" in page.content.decode()


def test_pages_of_failure_need_neither_session_nor_database(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        failed = error_pages.server_error(request)
        large = error_pages.too_large(request, "It holds 10 MB.")
    assert (failed.status_code, large.status_code) == (500, 413)
    assert "This is our fault" in failed.content.decode()
    assert "It holds 10 MB." in large.content.decode()


def _answer(error: Exception, user: object = None) -> HttpResponse | None:
    request = RequestFactory().get(
        "/changes/CHG-1042/", headers={"referer": "http://testserver/inbox/?tab=mine"}
    )
    request.user = user or AnonymousUser()
    request.session = {}
    request.resolver_match = SimpleNamespace(
        kwargs={"ref": "CHG-1042"}, view_name="web:change", namespaces=[]
    )
    return errors.PortalErrorMiddleware(lambda _: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Forbidden("Nobody approves their own work.", remedy="Diego can sign."), 403, "Diego can sign."),
        (PolicyBlocked("The freeze holds."), 403, "The freeze holds."),
        (Stale("Amara sent revision 5."), 409, "This changed while you were reading"),
        (Conflict("Both move credit-risk."), 409, "Two plans collide"),
        (IllegalTransition("It has started."), 409, "This cannot be done now"),
        (Invalid({"end": ["The window must end later."]}), 400, "The window must end later."),
    ],
)
def test_refusal_becomes_a_page_with_its_reason_and_the_way_back(
    error: Exception, status: int, said: str
) -> None:
    page = _answer(error)
    assert page is not None
    text = page.content.decode()
    assert page.status_code == status
    assert said in text
    assert 'href="/inbox/?tab=mine"' in text


def test_refusal_is_in_the_ledger_under_the_records_name(tomasz: User) -> None:
    page = _answer(Forbidden("Nobody approves their own work."), tomasz)
    assert page is not None
    assert "The refusal is in the ledger." in page.content.decode()
    entry = entries_for("change", "CHG-1042")[0]
    assert entry.event.event == "access.denied"
    assert entry.private["reason"] == "Nobody approves their own work."


def test_refusal_by_a_policy_is_in_no_ledger_and_says_nothing_of_one(tomasz: User) -> None:
    page = _answer(PolicyBlocked("The freeze holds."), tomasz)
    assert page is not None
    assert not entries_for("change", "CHG-1042")
    assert "The refusal is in the ledger" not in page.content.decode()


def test_refusal_of_an_htmx_request_takes_the_place_of_the_main_part() -> None:
    request = RequestFactory().get("/", headers={"hx-request": "true"})
    page = errors.in_place_of_main(request, HttpResponse())
    assert (page.headers["HX-Retarget"], page.headers["HX-Reselect"]) == ("#main", "#main > *")


def test_other_errors_are_left_to_django() -> None:
    assert _answer(ValueError("x")) is None


def test_page_behind_a_foreign_site_leads_home() -> None:
    request = RequestFactory().get("/", headers={"referer": "https://elsewhere.example/changes/"})
    assert errors._back(request) == "/"


@override_settings(SESSION_COOKIE_AGE=1000)
def test_session_seconds_count_from_the_last_sign_in() -> None:
    request = RequestFactory().get("/")
    request.session = {}
    assert Shell(request).session_seconds == 1000
    request.session = {"kept_at": clock.now().timestamp() - 400}
    assert 595 <= Shell(request).session_seconds <= 600


def test_confirmation_asks_before_it_acts(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}
    context = {"question": "Withdraw CHG-1042?", "verb": "Withdraw it", "danger": True, "cancel": "/x/"}
    text = render_to_string("_confirm.html", context, request)
    assert "<h1>Withdraw CHG-1042?</h1>" in text
    assert "btn-danger" in text
    assert "csrfmiddlewaretoken" in text


def test_frame_asks_the_database_at_most_thrice_beyond_the_session(client: Client, tomasz: User) -> None:
    client.force_login(tomasz)
    client.get("/help/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/help/")
    about_frame = [
        q
        for q in asked.captured_queries
        if "django_session" not in q["sql"] and "accounts_user" not in q["sql"]
    ]
    assert len(about_frame) <= 3, about_frame
