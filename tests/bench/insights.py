"""The ``insights`` section: every dashboard over a year, with 100,000 changes in the portal.

Times are of whole HTTP calls to gunicorn with two workers, one client, the pages as they open. Decisions are spread
over the time before each change, and taken into what the dashboards read, before anything is measured.
"""

import statistics
import time

import httpx
from django.core.management import call_command
from django.db import connection

from apps.audit.services.protection import owner_connection
from apps.insights.services import count_decisions
from apps.web.dashboards import DASHBOARDS
from tests.bench.__main__ import say
from tests.bench.fill import fill, vacuum
from tests.bench.pages import percentile_95, served, sign_in

CALLS = 40
YEAR = "start=2025-12-01&end=2026-11-30"
SPREAD = """
UPDATE changes_change SET first_submitted_at = planned_start - make_interval(hours => 60 + id::int % 200)
    WHERE state <> 'draft';
ALTER TABLE changes_revision DISABLE TRIGGER USER;
UPDATE changes_revision revision SET submitted_at = change.first_submitted_at FROM changes_change change
    WHERE change.id = revision.change_id;
ALTER TABLE changes_revision ENABLE TRIGGER USER;
ALTER TABLE approvals_signature DISABLE TRIGGER USER;
UPDATE approvals_signature signature
    SET signed_at = change.first_submitted_at + make_interval(mins => (signature.id * 104729 % 7000)::int)
    FROM approvals_requirement asked, changes_change change
    WHERE asked.id = signature.requirement_id AND change.round_id = asked.round_id;
ALTER TABLE approvals_signature ENABLE TRIGGER USER;
"""


def measure() -> dict[str, float]:
    """Fill a portal, serve it, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    filled = fill()
    spread()
    with served() as address:
        cookies = {"Cookie": sign_in(address, filled["approver"].username)}
        figures = {f"dashboard_{name}_p95_ms": dashboard(address, name, cookies) for name in DASHBOARDS}
    return {"dashboard_p95_ms": max(figures.values())} | figures


def spread() -> None:
    """Spread submissions and signatures over the time before each change, and take the decisions in."""
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute(SPREAD)
    started = time.perf_counter()
    number = count_decisions()
    say(f"{number:,} decisions taken in within {time.perf_counter() - started:.0f} s")
    vacuum()
    connection.close()


def dashboard(address: str, name: str, headers: dict[str, str]) -> float:
    """Return the 95th percentile of opening one dashboard, in milliseconds."""
    taken = []
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        for _ in range(CALLS):
            started = time.perf_counter()
            answer = client.get(f"/dashboards/{name}/?{YEAR}")
            taken.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, answer.text[:300]
    say(
        f"{name}: half within {statistics.median(taken):.0f} ms, 95% within {percentile_95(taken[5:]):.0f} ms"
    )
    return round(percentile_95(taken[5:]), 1)
