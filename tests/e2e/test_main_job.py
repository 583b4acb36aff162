"""The main job, whole: from the import of a real catalog to a bundle that verifies offline, by seven people.

A portal of its own runs as in production: gunicorn, a Celery worker, beat, PostgreSQL and Redis. Everybody works in
Chromium, by keyboard alone: controls are reached by focus and pressed with Enter or Space.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long walk by the sea"
PEOPLE = {
    "requester": "Amara Okafor",
    "sponsor": "Henrik Lindqvist",
    "steward": "Mei-Lin Zhao",
    "validator": "Tomasz Wojcik",
    "owner": "Priya Raghunathan",
    "change_manager": "Leila Haddad",
    "auditor": "Femi Balogun",
}
ITEMS = ("dataset:default/artists-db", "model:default/tumour-screening", "service:default/artist-lookup")


@dataclass
class Portal:
    """A running portal of its own."""

    address: str
    home: Path


def operate(environment: dict[str, str], *commands: tuple[str, ...]) -> None:
    """Run management commands as an operator does, one after the other in one process."""
    script = (
        "import sys, json, django; from portal import embedded; embedded.acquire(); django.setup();"
        "from django.core.management import call_command;"
        "[call_command(*one) for one in json.loads(sys.argv[1])]"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, json.dumps(commands)],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture
def portal(shared_data: Path) -> Iterator[Portal]:
    """Fill a portal with the sample catalog, the sample registry and seven people, and run it."""
    home = Path(tempfile.mkdtemp(prefix="main-job-", dir="/tmp"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "CACHE_URL")
    }
    environment = kept | {
        "PORTAL_HOME": str(home),
        "PORTAL_REDIS_DATABASE": "0",
        "PORT": str(port),
        "PORTAL_NEW_PASSWORD": PASSWORD,
        "LOG_LEVEL": "ERROR",
    }
    people = [
        command
        for role, name in PEOPLE.items()
        for command in (
            ("create_person", role, "--email", f"{role}@example.org", "--name", name),
            ("grant_role", role, role),
        )
    ]
    operate(
        environment,
        ("migrate", "-v0"),
        ("import_catalog", str(shared_data / "catalog"), "--json"),
        ("import_mlflow", str(shared_data / "mlflow"), "--json"),
        *people,
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.demo"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: urllib.request.urlopen(f"{address}/readyz").status == 200, 90)
        yield Portal(address, home)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def wait_until(holds: Any, seconds: float) -> None:
    """Wait until something holds; an address that does not answer yet does not."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, f"It did not come true within {seconds} seconds."
        time.sleep(0.3)


@contextmanager
def signed_in(browser: Browser, portal: Portal, role: str) -> Iterator[Page]:
    """Sign a person in by hand, in a browser of their own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    try:
        page = context.new_page()
        page.goto(f"{portal.address}/accounts/login/")
        page.locator("input[name=login]").focus()
        page.keyboard.type(role)
        page.locator("input[name=password]").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        yield page
    finally:
        context.close()


def press(page: Page, name: str, role: Any = "button", key: str = "Enter") -> None:
    """Press a control that is reached by keyboard, and wait for what it sets off."""
    control = page.get_by_role(role, name=name).first
    control.focus()
    control.press(key)
    page.wait_for_load_state("networkidle")


def write(page: Page, fields: dict[str, str]) -> None:
    """Type into fields, by their ids."""
    for field, text in fields.items():
        control = page.locator(f"#id_{field}")
        control.focus()
        control.fill(text)


def go_on(page: Page, step: str) -> None:
    """Save a step of the wizard and go on to the next."""
    button = page.locator("button[value=next]")
    button.focus()
    button.press("Enter")
    page.wait_for_url(f"**/edit/{step}/")


def propose(page: Page, portal: Portal) -> tuple[str, datetime]:
    """Walk through the wizard, submit, and return the change's reference and its start, which is soon."""
    page.goto(f"{portal.address}/changes/new/")
    for key in ITEMS:
        write(page, {"find": key.split("/")[1]})
        page.keyboard.press("Enter")
        pick = page.locator(f"button[value='pick:{key}']")
        pick.focus()
        pick.press("Enter")
        page.wait_for_selector(f"input[value='{key}']", state="attached")
    for place, version in enumerate(["2026-11", "3", "2.0.0"]):
        choice = page.locator(f"#id_items-{place}-to_version")
        if version in choice.locator("option").evaluate_all("all => all.map(one => one.value)"):
            choice.select_option(version)
        else:
            choice.select_option(label=choice.locator("option").last.inner_text())
            write(page, {f"items-{place}-new_version": version})
    go_on(page, "why")
    write(
        page,
        {
            "title": "Screen with the forest model on November's data",
            "summary": "We move the screening model to version 3, with the data and the service that it needs.",
            "outcome": "Fewer tumours are missed.",
            "cost_of_waiting": "Each week we miss about one.",
            "metrics-0-name": "Accuracy",
            "metrics-0-target": "0.93",
        },
    )
    go_on(page, "impact")
    assert "Artist" in page.content() or "artist" in page.content()
    go_on(page, "when")
    page.locator("#id_time_zone").fill("UTC") if page.locator("input#id_time_zone").count() else page.locator(
        "#id_time_zone"
    ).select_option("UTC")
    # A full minute, and late enough to submit before it on a busy machine: nobody waits longer for the window.
    start = (datetime.now(UTC) + timedelta(seconds=120)).replace(second=0, microsecond=0)
    end = start + timedelta(hours=2)
    write(page, {"local_start": f"{start:%Y-%m-%dT%H:%M}", "local_end": f"{end:%Y-%m-%dT%H:%M}"})
    go_on(page, "how-back")
    write(
        page,
        {
            "rollback_plan": "Point the alias back at version 2.",
            "rollback_minutes": "5",
            "criteria-0-text": "Accuracy falls below 0.90.",
            "risks-0-text": "A clinic cannot read the new scores.",
            "steps-0-text": "Move the alias.",
        },
    )
    go_on(page, "check")
    submit = page.locator("button[value=submit]")
    submit.focus()
    submit.press("Enter")
    page.wait_for_url(re.compile(r"/changes/CHG-\d+/$"))
    return page.url.rstrip("/").rsplit("/", 1)[1], start


def sign_all(page: Page, portal: Portal) -> int:
    """Sign everything that waits for this person, from the inbox, and return how much it was."""
    signed = 0
    while True:
        page.goto(f"{portal.address}/inbox/")
        review = page.get_by_role("link", name="Review and sign")
        if not review.count():
            return signed
        review.first.focus()
        review.first.press("Enter")
        page.wait_for_url("**/sign/")
        approve = page.locator("input[name=decision][value=approve]")
        approve.focus()
        approve.press("Space")
        for point in page.locator("input[name=checked]").all():
            point.focus()
            point.press("Space")
        write(page, {"password": PASSWORD})
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/changes/CHG-\d+/$"))
        signed += 1
        assert signed < 12


def act(page: Page, portal: Portal, ref: str, step: str) -> None:
    """Take a step from its confirmation page."""
    page.goto(f"{portal.address}/changes/{ref}/{step}/")
    button = page.locator("main form button[type=submit]").first
    button.focus()
    button.press("Enter")
    page.wait_for_url(re.compile(rf"/changes/{ref}/$"))


def state(page: Page) -> str:
    return page.locator(".idline .chip").first.inner_text().strip()


def test_a_model_update_goes_from_proposal_to_a_verified_bundle(
    browser: Browser, portal: Portal, tmp_path: Path
) -> None:
    with signed_in(browser, portal, "requester") as page:
        ref, start = propose(page, portal)
        assert state(page) == "In review"
        assert "What is blocking this" in page.content()
        page.goto(f"{portal.address}/inbox/")
        expect(page.get_by_role("link", name="Review and sign")).to_have_count(0)
    for role in ("sponsor", "steward", "validator", "owner"):
        with signed_in(browser, portal, role) as page:
            assert sign_all(page, portal) >= 1, role
    with signed_in(browser, portal, "requester") as page:
        carry_out(page, portal, ref, start)
    with signed_in(browser, portal, "change_manager") as page:
        sign_review(page, portal, ref)
        act(page, portal, ref, "close")
        assert state(page) == "Closed"
    with signed_in(browser, portal, "auditor") as page:
        bundle = export(page, portal, tmp_path)
    verify_and_flip(portal, bundle, ref, tmp_path)


def carry_out(page: Page, portal: Portal, ref: str, start: datetime) -> None:
    """Start the change in its window, complete it, and write its review."""
    page.goto(f"{portal.address}/changes/{ref}/")
    assert state(page) == "Scheduled"
    wait_until(lambda: datetime.now(UTC) >= start + timedelta(seconds=1), 180)
    act(page, portal, ref, "start")
    assert state(page) == "In progress"
    act(page, portal, ref, "complete")
    assert state(page) == "Completed"
    page.goto(f"{portal.address}/reviews/{ref.replace('CHG', 'PIR')}/edit/")
    outcome = page.locator("input[name=outcome][value=successful]")
    outcome.focus()
    outcome.press("Space")
    write(page, {"what_happened": "Version 3 took over at once. Nobody noticed, as it should be."})
    page.locator("main form button[type=submit]").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/reviews/PIR-\d+/$"))


def sign_review(page: Page, portal: Portal, ref: str) -> None:
    page.goto(f"{portal.address}/reviews/{ref.replace('CHG', 'PIR')}/sign/")
    write(page, {"password": PASSWORD})
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/reviews/PIR-\d+/$"))


def export(page: Page, portal: Portal, folder: Path) -> Path:
    """Ask for today's ledger, wait for the worker, and download the bundle."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    page.goto(f"{portal.address}/exports/")
    write(page, {"start": today, "end": today})
    for heading in ("Which fields, and what is left out?", "Which form?", "Check your answers"):
        press(page, "Continue")
        page.get_by_role("heading", name=heading).wait_for()
    press(page, "Start the export")
    link = page.get_by_role("link", name=re.compile("^Download")).first
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.focus()
        link.press("Enter")
    target = folder / "bundle.zip"
    download.value.save_as(target)
    return target


def verify_and_flip(portal: Portal, bundle: Path, ref: str, folder: Path) -> None:
    """Verify the bundle with nothing but its own script and the key, then flip one byte and see it named."""
    key = folder / "ledger.pub"
    key.write_bytes(urllib.request.urlopen(f"{portal.address}/api/v1/ledger/key").read())
    assert key.read_text().strip() == (portal.home / "ledger.pub").read_text().strip()
    with zipfile.ZipFile(bundle) as parts:
        (folder / "verify.py").write_bytes(parts.read("verify.py"))
        members = {name: parts.read(name) for name in parts.namelist()}
    good = run_verifier(folder, bundle, key)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "verified" in good.stdout.lower()
    entries = members["entries.jsonl"].splitlines(keepends=True)
    place = next(n for n, line in enumerate(entries) if b"change.submitted" in line and ref.encode() in line)
    entries[place] = entries[place].replace(b"change.submitted", b"change.submittee")
    members["entries.jsonl"] = b"".join(entries)
    forged = folder / "forged.zip"
    with zipfile.ZipFile(forged, "w") as parts:
        for name, content in members.items():
            parts.writestr(name, content)
    bad = run_verifier(folder, forged, key)
    assert bad.returncode == 1, bad.stdout
    assert ref in bad.stdout + bad.stderr
    assert "Traceback" not in bad.stderr


def run_verifier(folder: Path, bundle: Path, key: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(folder / "verify.py"), str(bundle), "--key", str(key)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)
