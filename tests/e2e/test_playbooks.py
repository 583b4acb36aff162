"""Templates and documents in a real browser: by keyboard alone, with and without scripts, on a phone's width."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.core.actors import person, system
from apps.playbooks.enums import DocumentState
from apps.playbooks.models import Document, Template
from apps.playbooks.services import add_template, load_templates
from tests.e2e.browser import Chromium, axe, complaints, overflows, shoot, signed_in
from tests.e2e.looks import faults
from tests.e2e.test_wizard import go_to, press
from tests.people import add_person
from tests.playbooks.schemas import SMALL

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PLAYBOOK_PICTURES", "")


@pytest.fixture
def leila(transactional_db: None) -> User:
    return add_person("leila", "change_manager", name="Leila Haddad")


@pytest.fixture
def amara(transactional_db: None) -> User:
    return add_person("amara", "requester", name="Amara Okafor")


@pytest.fixture
def template(leila: User) -> Template:
    return add_template(actor=person(leila), kind="rollback_plan", schema=SMALL)


def look(page: Page, name: str, *, scripts: bool = True) -> None:
    """Say what is wrong with a page, and keep a picture of it when somebody wants to look. axe is a script itself."""
    if PICTURES:
        shoot(page, name, Path(PICTURES))
    assert overflows(page) == [], name
    assert not scripts or axe(page) == [], name


def type_in(page: Page, target: str, text: str) -> None:
    go_to(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 320)])
def test_a_document_is_written_and_finished_by_keyboard_alone(
    browser: Chromium, live_server: LiveServer, template: Template, amara: User, scripts: bool, width: int
) -> None:
    with signed_in(browser, live_server.url, amara, scripts=scripts, width=width) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/templates/")
        press(page, f"[action='/templates/{template.ref}/start/'] button")
        page.wait_for_url("**/edit/")
        type_in(page, "#id_when", "Approvals fall by 2 points.")
        type_in(page, "#id_minutes", "0")
        press(page, "#id_steps-add")
        # The page opens at the new row, with what was typed still there.
        page.wait_for_selector("#id_steps-0-text:focus")
        assert page.input_value("#id_when") == "Approvals fall by 2 points."
        page.keyboard.type("Point the alias back")
        press(page, "#id_steps-add")
        page.wait_for_selector("#id_steps-1-text:focus")
        page.keyboard.type("First, stop the loads")
        press(page, "[value='up:steps:1']")
        page.wait_for_selector("#id_steps-0-text:focus")
        assert page.input_value("#id_steps-0-text") == "First, stop the loads"
        press(page, "[value=finish]")
        page.wait_for_selector("[data-error-summary]")
        look(page, f"document-wrong-{width}", scripts=scripts)
        press(page, "[data-error-summary] a[href='#id_minutes']")
        page.wait_for_selector("#id_minutes:focus")
        type_in(page, "#id_minutes", "15")
        go_to(page, "#id_tried")
        page.keyboard.press("Space")
        press(page, "[value=finish]")
        page.wait_for_url(f"**/documents/{Document.objects.get().ref}/")
        look(page, f"document-{width}", scripts=scripts)
    document = Document.objects.get()
    assert document.state == DocumentState.FINISHED
    assert [row["text"] for row in document.content["steps"]] == [
        "First, stop the loads",
        "Point the alias back",
    ]


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 320)])
def test_a_template_is_edited_previewed_and_saved_by_keyboard_alone(
    browser: Chromium, live_server: LiveServer, template: Template, leila: User, scripts: bool, width: int
) -> None:
    with signed_in(browser, live_server.url, leila, scripts=scripts, width=width) as context:
        page = context.new_page()
        said = complaints(page)
        page.goto(f"{live_server.url}/templates/{template.ref}/edit/")
        type_in(page, "#id_questions-0-label", "What makes us go back?")
        if not scripts:
            press(page, "[value=preview]:not([tabindex])")
        page.wait_for_selector("#preview >> text=What makes us go back?")
        if scripts:
            assert page.evaluate("document.activeElement.id") == "id_questions-0-label"
        assert said == []
        look(page, f"editor-{width}", scripts=scripts)
        go_to(page, "#id_note")
        press(page, "[value=save]")
        page.wait_for_selector("[data-error-summary] >> text=What is new in this version, and why is missing")
        # The list of what is wrong leads to the field, past all the questions.
        press(page, "[data-error-summary] a[href='#id_note']")
        page.wait_for_selector("#id_note:focus")
        type_in(page, "#id_note", "It says what we look for.")
        press(page, "[value=save]")
        page.wait_for_url(f"**/templates/{template.ref}/")
        look(page, f"template-{width}", scripts=scripts)
    template.refresh_from_db()
    assert template.version == 2


def test_templates_of_the_portal_are_accessible_as_forms(
    browser: Chromium, live_server: LiveServer, amara: User
) -> None:
    made = load_templates(actor=system("test"))
    with signed_in(browser, live_server.url, amara) as context:
        page = context.new_page()
        for template in made:
            page.goto(f"{live_server.url}/templates/{template.ref}/")
            page.get_by_role("button", name="Begin a document").click()
            page.wait_for_load_state()
            for button in page.locator("[id$='-add']").evaluate_all("all => all.map(each => each.id)"):
                page.locator(f"#{button}").click()
            assert axe(page) == [], template.kind
            page.get_by_role("button", name="Finish the document").click()
            page.wait_for_selector("[data-error-summary]")
            assert faults(page) == [], template.kind
