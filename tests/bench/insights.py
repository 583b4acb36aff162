"""The ``insights`` section: every dashboard over a year, the briefing of a week, and a model card, at 100,000 changes.

Times are of whole HTTP calls to gunicorn with two workers, one client, the pages as they open. Decisions are spread
over the time before each change, and taken into what the dashboards read, before anything is measured. The goals are
those of the issue: 200 ms for the slowest dashboard, 1 s for the briefing, 80 ms for the card, and 2 s for its PDF.

No figure here reads the ledger, so that is short; what is open is a fifth of what ``pages`` has. Filling takes minutes.
"""

import io
import statistics
import time
from typing import Any

import httpx
from django.core.management import call_command
from django.db import connection
from pypdf import PdfReader

from apps.accounts.models import User
from apps.audit.services.protection import owner_connection
from apps.cards.models import ModelCard
from apps.cards.rules import WRITTEN, Kind
from apps.cards.services import draft_card, write_edition
from apps.catalog.enums import ComponentKind
from apps.changes.models import Change, RiskScenario
from apps.core import actors
from apps.insights.services import count_decisions
from apps.web.dashboards import DASHBOARDS
from tests.bench.__main__ import say
from tests.bench.fill import NOW, Size, fill
from tests.bench.pages import percentile_95, served, sign_in
from tests.bench.rows import copy_in, vacuum
from tests.cards.filled import whole

CALLS, WARM, FEW = 40, 5, 12
SIZE = Size(entries=50_000, open_requirements=2_000)
YEAR = "start=2025-12-01&end=2026-11-30"
TIER = f"{YEAR}&tier=2"
PAGES = 10
"""The PDF of the card has at least so many."""
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
PARAGRAPH = (
    "The model answers for **one** question, and this section says how it was built, on which data, and what was found"
    " when it was tried on cases that it had not seen. What is known to be weak is named with its reason.\n\n"
    "- It was trained on the orders of two years, without returns.\n- It was tried on the quarter after that.\n\n"
)


def measure() -> dict[str, float]:
    """Fill a portal, serve it, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    filled = fill(SIZE)
    tell(filled["approver"])
    card = written(filled["detail"], filled["approver"])
    spread()
    with served() as address:
        cookies = {"Cookie": sign_in(address, filled["approver"].username)}
        figures = {
            f"dashboard_{name}_p95_ms": p95(address, f"/dashboards/{name}/?{YEAR}", cookies)
            for name in DASHBOARDS
        }
        of_tier = [p95(address, f"/dashboards/{name}/?{TIER}", cookies) for name in DASHBOARDS]
        card_ms = p95(address, f"/models/{card.ref}/", cookies)
        briefing = times(address, f"/briefings/{NOW:%G-W%V}/", cookies, FEW)[0]
        pdf, content = times(address, f"/models/{card.ref}/files/pdf/", cookies, FEW)
    pages = len(PdfReader(io.BytesIO(content)).pages)
    assert pages >= PAGES, f"The card has {pages} pages, not {PAGES}."
    say(f"a card of {pages} pages")
    return figures | {
        "dashboard_p95_ms": max(figures.values()),
        "dashboard_tier_p95_ms": max(of_tier),
        "briefing_s": round(percentile_95(briefing) / 1000, 3),
        "card_p95_ms": card_ms,
        "pdf_s": round(percentile_95(pdf) / 1000, 3),
    }


def tell(leader: User) -> None:
    """Give what is open what a briefing says of it: risks with their likelihood and harm, and what waiting costs."""
    open_ones = Change.objects.filter(state__in=["in_review", "approved"])
    open_ones.update(cost_of_waiting="Each week costs about 40 wrong answers a day.")
    copy_in(
        RiskScenario,
        (
            RiskScenario(
                change=change, text=f"Good customers wait longer, case {n}", likelihood=likely, harm=harm
            )
            for change in open_ones.only("pk")
            for n, (likely, harm) in enumerate((("unlikely", "severe"), ("possible", "minor")))
        ),
    )


def written(change: Change, person: User) -> ModelCard:
    """Return a card of a model that the bench's change moves, or of another, long enough for a report of ten pages."""
    item = change.items.filter(component__kind=ComponentKind.MODEL).first()
    moved = item or Change.objects.filter(items__component__kind=ComponentKind.MODEL).latest(
        "number"
    ).items.get(component__kind=ComponentKind.MODEL)
    said: dict[str, Any] = whole(person) | {
        field.name: PARAGRAPH * 6 for field in WRITTEN if field.kind == Kind.MARKDOWN
    }
    said["metrics"] = [
        {"name": name, "slice": f"Group {n}", "value": 0.8 + n / 200, "low": 0.78, "high": 0.95}
        for name in ("auc", "recall", "precision")
        for n in range(12)
    ]
    system = actors.system("bench")
    card = draft_card(actor=system, version=moved.to_version)
    return write_edition(actor=system, card=card, fields=said)


def spread() -> None:
    """Spread submissions and signatures over the time before each change, and take the decisions in."""
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute(SPREAD)
    started = time.perf_counter()
    number = count_decisions()
    say(f"{number:,} decisions taken in within {time.perf_counter() - started:.0f} s")
    vacuum()
    connection.close()


def p95(address: str, path: str, headers: dict[str, str]) -> float:
    """Return the 95th percentile of opening a page, in milliseconds."""
    return round(percentile_95(times(address, path, headers, CALLS)[0]), 1)


def times(address: str, path: str, headers: dict[str, str], calls: int) -> tuple[list[float], bytes]:
    """Return how long each call of a page took once it is warm, in milliseconds, and what the last one answered."""
    taken, content = [], b""
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        for _ in range(WARM + calls):
            started = time.perf_counter()
            answer = client.get(path)
            taken.append((time.perf_counter() - started) * 1000)
            content = answer.content
            assert answer.status_code == 200, content[:300]
    kept = taken[WARM:]
    say(f"{path}: half within {statistics.median(kept):.0f} ms, 95% within {percentile_95(kept):.0f} ms")
    return kept, content
