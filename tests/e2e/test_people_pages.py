"""The inbox and signing in a real browser: keys, no script, and what each decision leaves."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.approvals.models import Look, Requirement, Seen, Signature
from apps.approvals.rules import Barred
from apps.core import clock
from apps.core.actors import person
from tests.contents import a_revision
from tests.e2e.browser import Chromium, complaints, signed_in
from tests.people import DIGEST, PASSWORD, a_need, a_round, add_person, asked_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def amara() -> User:
    return add_person("amara", Role.REQUESTER, name="Amara Okafor")


@pytest.fixture
def tomasz(amara: User) -> User:
    """Return a validator with three requirements, of which one is barred to him, and one decided."""
    tomasz = add_person("tomasz", Role.VALIDATOR, name="Tomasz Wójcik")
    add_person("val", Role.VALIDATOR)
    for name, role in (
        ("Mei-Lin Zhao", Role.STEWARD),
        ("Sofia Marchetti", Role.OWNER),
        ("Leila Haddad", Role.SPONSOR),
    ):
        add_person(name.split()[0].lower(), role, name=name)
    for number, hours, risk in ((1042, 50, 3), (1049, 7, 2), (1044, 90, 1)):
        a_revision(number, amara, DIGEST)
        need = a_need(component="credit-risk", hours=hours)
        a_round(
            need,
            a_need(Role.STEWARD, "loans", hours=hours),
            a_need(Role.OWNER, "loans", hours=hours),
            a_need(Role.SPONSOR, hours=hours),
            by=amara,
            ref=f"CHG-{number}",
            risk=risk,
            starts_at=clock.now() + timedelta(days=9),
            barred=[Barred(tomasz.pk, "You made version 13 of Credit risk.")] if number == 1044 else [],
        )
    issue_token(
        actor=person(tomasz),
        user=tomasz,
        name="build server",
        scopes=["read"],
        expires_at=clock.now() + timedelta(9),
    )
    return tomasz


def asked(number: int, role: str = Role.VALIDATOR, component: str = "credit-risk") -> Requirement:
    return Requirement.objects.get(round__subject_ref=f"CHG-{number}", role=role, component_label=component)


def test_inbox_row_when_opened_swaps_the_preview_in_place(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(live_server.url + "/inbox/")
        assert page.locator("[aria-current=true] .id").inner_text() == "CHG-1049"
        page.evaluate("window.kept = true")
        page.locator(".row-item", has_text="CHG-1042").locator("a").click()
        page.wait_for_url(f"**/inbox/{asked(1042).pk}/**")
        page.wait_for_selector("[aria-current=true]:has-text('CHG-1042')")
        assert page.evaluate("window.kept")
        assert page.locator("#preview-title").evaluate("e => e === document.activeElement")


def test_inbox_by_keyboard_alone_leads_from_a_row_to_its_decision(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(live_server.url + "/inbox/")
        focused = page.locator(".row-item:has(a:focus)")
        page.keyboard.press("j")
        expect(focused, "it goes on from the row that is shown").to_contain_text("CHG-1042")
        page.keyboard.press("k")
        page.keyboard.press("ArrowDown")
        expect(focused).to_contain_text("CHG-1042")
        ring = page.locator(":focus").evaluate(
            "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow"
        )
        assert ring != "nonenone"
        described = page.locator(":focus").get_attribute("aria-describedby")
        expect(page.locator(f"#{described}")).to_contain_text("2 days left", use_inner_text=True)
        page.keyboard.press("Enter")
        page.wait_for_selector("[aria-current=true]:has-text('CHG-1042')")
        page.wait_for_function("document.activeElement.id === 'preview-title'")
        page.keyboard.press("s")
        page.wait_for_url(f"**/approvals/{asked(1042).pk}/sign/")
        assert not Signature.objects.exists()
        page.go_back()
        page.wait_for_selector("#preview-title")
        page.keyboard.press("?")
        expect(page.locator("dialog[open]")).to_contain_text(
            "open the page where you decide", use_inner_text=True
        )
        page.keyboard.press("s")
        expect(page.locator("dialog[open]"), "no key acts behind a dialog").to_be_visible()


def test_inbox_on_a_phone_counts_no_look_at_what_it_hides(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz, width=320) as context:
        page = context.new_page()
        asked_for: list[str] = []
        page.on("request", lambda request: asked_for.append(request.url))
        page.clock.install()
        page.goto(live_server.url + "/inbox/")
        expect(page.locator("#preview-title")).not_to_be_visible()
        page.clock.fast_forward(6500)
        # Whatever the page has told by then went out before this.
        page.evaluate("() => fetch('/help/')")
        assert not [url for url in asked_for if url.endswith("/looked/")]
        assert not Look.objects.exists()
        assert not Seen.objects.exists()
        page.locator(".row-item a").first.click()
        page.locator("#preview-title").wait_for()
        with page.expect_response("**/looked/"):
            page.clock.fast_forward(6500)
        assert Look.objects.get(what="").requirement == asked(1049)
        assert Seen.objects.get().subject_ref == "CHG-1049"


def test_inbox_filters_and_views_work_without_script(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz, scripts=False) as context:
        page = context.new_page()
        page.goto(live_server.url + "/inbox/")
        expect(page.locator(".row-item", has_text="New")).to_have_count(2)
        page.locator("summary", has_text="Filter").click()
        page.get_by_label("Risk", exact=True).select_option("3")
        page.get_by_role("button", name="Filter", exact=True).click()
        expect(page.locator(".row-item .id")).to_have_text(["CHG-1042"], use_inner_text=True)
        page.get_by_label("Save this view as").fill("Risky")
        page.get_by_role("button", name="Save").click()
        page.locator(".row-item a").click()
        expect(page.get_by_role("link", name="Review and sign")).to_be_visible()
        page.locator("summary", has_text="Filter").click()
        page.get_by_role("link", name="Risky", exact=True).click()
        page.wait_for_url("**/inbox/?tab=needs-me&risk=3")
        page.get_by_role("link", name="Risk: high or more").click()
        expect(page.locator(".row-item .id")).to_have_text(["CHG-1049", "CHG-1042"], use_inner_text=True)
        expect(page.locator(".row-item", has_text="New"), "one was opened").to_have_count(1)


def test_signing_by_keyboard_alone_leaves_one_signature(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/approvals/{asked(1042).pk}/sign/")
        page.locator("input[value=reject]").focus()
        page.keyboard.press("Space")
        for _ in ("the two points to check", "", "the note", "the password"):
            page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#id_note-error")
        assert page.locator("[data-error-summary]").evaluate("e => e === document.activeElement")
        assert not Signature.objects.exists()
        page.locator("#id_note").fill("Too few cases for ages 18 to 24.")
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/changes/CHG-1042/")
        signature = Signature.objects.get()
        assert (signature.signer, signature.decision) == (tomasz, "reject")


def test_signing_works_without_script(browser: Chromium, live_server: LiveServer, tomasz: User) -> None:
    with signed_in(browser, live_server.url, tomasz) as signed:
        cookies = signed.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(live_server.url + "/inbox/")
    page.locator(".row-item", has_text="CHG-1042").locator("a").click()
    page.get_by_role("link", name="Review and sign").click()
    page.get_by_label("Approve").check()
    for point in page.locator("input[name=checked]").all():
        point.check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/changes/CHG-1042/")
    context.close()
    assert asked_of(asked(1042).round, Role.VALIDATOR, "credit-risk").state == "met"


def test_signing_page_tells_how_long_it_was_in_view_and_which_evidence_was_opened(
    browser: Chromium, live_server: LiveServer, tomasz: User
) -> None:
    item = asked(1042)
    with signed_in(browser, live_server.url, tomasz) as context:
        page = context.new_page()
        said = complaints(page)
        page.clock.install()
        page.goto(f"{live_server.url}/approvals/{item.pk}/sign/")
        page.clock.fast_forward(2200)
        with page.expect_response(lambda answer: answer.url.endswith("/looked/")) as sent:
            page.locator("[data-evidence]").last.scroll_into_view_if_needed()
        assert sent.value.status == 204
        page.clock.fast_forward(1500)
        page.close(run_before_unload=False)
        assert said == []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not Look.objects.filter(what="", seconds__gte=2).exists():
        time.sleep(0.2)
    assert 2 <= Look.objects.get(what="").seconds <= 30
    assert Look.objects.exclude(what="").exists()
    assert set(Look.objects.values_list("user", "requirement")) == {(tomasz.pk, item.pk)}
