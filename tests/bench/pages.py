"""The ``pages`` section: what a page and a REST call cost with 100,000 changes in the portal.

Times are of whole HTTP calls to gunicorn with two workers. Statements are counted in this process, on the
same data.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from apps.accounts.enums import TokenScope
from apps.accounts.services import issue_token
from apps.core import actors, clock
from tests.bench.__main__ import say
from tests.bench.fill import PASSWORD, fill
from tests.e2e.browser import chromium

CALLS_ONE_CLIENT = 60
CALLS_EACH_OF_FOUR = 30


def measure() -> dict[str, float]:
    """Fill a portal, serve it, and return the figures of every page and REST call."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    filled = fill()
    secret = issue_token(
        actor=actors.person(filled["approver"]),
        user=filled["approver"],
        name="bench",
        scopes=list(TokenScope),
        expires_at=clock.now() + timedelta(days=1),
    )[1]
    with served() as address:
        cookies = sign_in(address, filled["approver"].username)
        bearer = {"Authorization": f"Bearer {secret}"}
        figures: dict[str, float] = {}
        for name, request in requests(filled).items():
            headers = bearer if name.startswith("rest") else {"Cookie": cookies}
            figures |= measure_one(name, address, request, headers)
        figures["first_load_kb"] = first_load(address, filled["approver"].username)
    return figures


def requests(filled: dict[str, Any]) -> dict[str, tuple[str, str, Any]]:
    """Return the calls to measure: method, path and, for a write, what makes a new body each time."""
    ref = filled["detail"].ref
    numbers = count(1)

    def draft() -> dict[str, Any]:
        return {"title": f"A draft from the bench, number {next(numbers)}"}

    return {
        "home": ("GET", "/", None),
        "list": ("GET", "/changes/", None),
        "filter": ("GET", "/changes/?state=in_review&risk=3", None),
        "search": ("GET", "/changes/?q=fraud+feature", None),
        "detail": ("GET", f"/changes/{ref}/", None),
        "ledger": ("GET", "/ledger/", None),
        "inbox": ("GET", "/inbox/", None),
        "rest_list": ("GET", "/api/v1/changes/?page_size=50", None),
        "rest_detail": ("GET", f"/api/v1/changes/{ref}/", None),
        "rest_write": ("POST", "/api/v1/changes/", draft),
    }


@contextmanager
def served() -> Iterator[str]:
    """Run gunicorn with two workers on a free loopback port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", address]
    command += ["--workers", "2", "--log-level", "warning"]
    server = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://{address}/healthz")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url: str) -> None:
    for _ in range(120):
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.25)
    raise SystemExit("gunicorn did not answer within 30 seconds.")


def sign_in(address: str, username: str) -> str:
    """Sign in as a person does, and return the cookies."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        page = client.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, "the sign-in page has no CSRF token"
        form = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        client.post("/accounts/login/", data=form, headers={"Referer": address})
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def measure_one(
    name: str, address: str, request: tuple[str, str, Any], headers: dict[str, str]
) -> dict[str, float]:
    """Return p50 and p95 for one and for four clients, statements and bytes."""
    method, path, body = request
    compressed = headers | {"Accept-Encoding": "gzip"}

    def calls(number: int) -> tuple[list[float], int]:
        taken, size = [], 0
        with httpx.Client(base_url=address, headers=compressed, timeout=60) as client:
            for _ in range(number):
                started = time.perf_counter()
                answer = client.request(method, path, json=body() if body else None)
                taken.append((time.perf_counter() - started) * 1000)
                size = answer.num_bytes_downloaded
                assert answer.status_code in (200, 201), f"{name}: {answer.status_code} {answer.text[:300]}"
        return taken, size

    calls(6)
    alone, size = calls(CALLS_ONE_CLIENT)
    with ThreadPoolExecutor(4) as clients:
        together = [ms for taken, _ in clients.map(calls, [CALLS_EACH_OF_FOUR] * 4) for ms in taken]
    figures = {
        f"{name}_p50_ms": statistics.median(alone),
        f"{name}_p95_ms": percentile_95(alone),
        f"{name}_p50_ms_4": statistics.median(together),
        f"{name}_p95_ms_4": percentile_95(together),
        f"{name}_sql": statements(method, path, body, headers),
        f"{name}_bytes": size,
    }
    figures = {key: round(value, 1) for key, value in figures.items()}
    say("  ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


def percentile_95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


@override_settings(ALLOWED_HOSTS=["*"])
def statements(method: str, path: str, body: Any, headers: dict[str, str]) -> int:
    """Count the SQL statements of one call, made in this process after one that warms it."""
    client = Client(headers=headers)

    def call() -> None:
        content = json.dumps(body()) if body else b""
        client.generic(method, path, content, content_type="application/json")

    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def first_load(address: str, username: str) -> float:
    """Return the kilobytes that a browser with an empty cache takes over the wire for the home page."""
    received = 0.0

    def count_bytes(event: dict[str, Any]) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/accounts/login/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{address}/")
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.clearBrowserCache")
        wire.on("Network.loadingFinished", count_bytes)
        page.goto(f"{address}/", wait_until="networkidle")
    return round(received / 1024, 1)
