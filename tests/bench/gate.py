"""The ``gate`` section: asking the gate, working out rules, a dry run over history, and taking in evidence.

One change with 200 pieces of evidence is asked about, under 60 rules and the starter plan of checks, by POST to
gunicorn with a token, each answer kept and in the ledger. The dry run judges facts that are built on the way, by two
processes.
"""

import json
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from typing import Any

import httpx
from django.core.management import call_command

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.changes.models import Change
from apps.changes.selectors import facts_of, measured_of
from apps.core import actors, clock
from apps.evidence.enums import PlanState
from apps.evidence.rules.checks import STARTER
from apps.evidence.services import Order, propose_checks, receive_evidence, settle_checks
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import Rules, digest_of, document_of, dry_run, judge, rules_from, sheet_of, starter_set
from tests.bench.__main__ import say
from tests.bench.approvals import submitted
from tests.bench.pages import percentile_95, served
from tests.bench.rows import vacuum
from tests.changes.estate import make_estate

RULES, PIECES = 60, 200
ALONE, EACH, CLIENTS = 100, 40, 8
HISTORY = 100_000
FIVE_MEGABYTES = 5_000_000
OUTCOMES = ("passed", "passed", "passed", "failed")


def measure() -> dict[str, float]:
    """Fill a portal, serve it, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    estate = make_estate()
    user = estate.people["amara"]
    rules = put_in_force(estate.people["leila"])
    change = submitted(user, estate.components["credit-risk"], 0)
    ingest = take_in(user, change)
    vacuum()
    _, secret = issue_token(
        actor=actors.person(user),
        user=user,
        name="bench",
        scopes=[TokenScope.EVIDENCE],
        expires_at=clock.now() + timedelta(days=1),
    )
    with served() as address:
        figures = asking(address, secret, change)
    figures |= {
        "ingest_5mb_s": ingest,
        "eval_per_s": evaluating(change, rules),
        "dry_run_s": rehearsing(rules),
    }
    figures = {key: round(value, 2) for key, value in figures.items()}
    say("  ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


def put_in_force(author: User) -> Rules:
    """Put the starter plan of checks in force, and the starter rules with copies of them up to 60."""
    actor = actors.person(author)
    plan = propose_checks(actor=actor, document=STARTER.document(), reason="For the bench.")
    settle_checks(actor=actor, plan=plan, state=PlanState.IN_FORCE)
    document = document_of(starter_set())
    starters = list(document["rules"])
    for number in range(RULES - len(starters)):
        document["rules"].append(deepcopy(starters[number]) | {"id": f"{starters[number]['id']}-{number}"})
    rules = rules_from(document)
    PolicySet.objects.create(
        number=2,
        document=document_of(rules),
        digest=digest_of(rules),
        reason="For the bench.",
        author=author,
        state=SetState.IN_FORCE,
        settled_at=clock.now(),
    )
    return rules


# ---------------------------------------------------------------- evidence


def take_in(user: User, change: Change) -> float:
    """Send 200 pieces of evidence, then a Great Expectations result of 5 MB; return the seconds that this one takes."""
    say(f"{PIECES} pieces of evidence")
    version = change.items.get().to_version
    for number in range(PIECES):
        rows = [
            {"name": f"check {row}", "category": category, "outcome": "passed", "value": number}
            for row, category in enumerate(("tests", "drift", "schema", "completeness", "latency"))
        ]
        content = json.dumps({"countersign": "checks/1", "checks": rows, "number": number}).encode()
        order = Order(version=version, content=content, measured_at=clock.now(), artifact="ab" * 32)
        receive_evidence(actor=actors.person(user), order=order, carries=True)
    order = Order(version=version, content=five_megabytes(), measured_at=clock.now(), stage="data")
    started = time.perf_counter()
    received = receive_evidence(actor=actors.person(user), order=order, carries=True)
    taken = time.perf_counter() - started
    say(f"{received.report.counts} in {taken:.2f} s")
    return taken


def five_megabytes() -> bytes:
    """Return a validation result with as many expectations as 5 MB hold, each with a list of unexpected values."""
    one: dict[str, Any] = {
        "success": True,
        "expectation_config": {
            "type": "expect_column_values_to_be_between",
            "kwargs": {
                "batch_id": "applications-2026-10",
                "column": "income",
                "min_value": 0,
                "max_value": 1_000_000,
            },
            "meta": {},
            "severity": "critical",
        },
        "result": {
            "element_count": 1_311_906,
            "unexpected_count": 0,
            "unexpected_percent": 0.0,
            "partial_unexpected_list": list(range(20)),
            "missing_count": 0,
        },
        "meta": {},
        "exception_info": {"raised_exception": False, "exception_traceback": None, "exception_message": None},
    }
    many = FIVE_MEGABYTES // len(json.dumps(one))
    whole = {
        "success": True,
        "results": [one] * many,
        "suite_name": "applications",
        "statistics": {"evaluated_expectations": many, "successful_expectations": many},
        "meta": {"great_expectations_version": "1.24.1"},
    }
    return json.dumps(whole).encode()


# ---------------------------------------------------------------- asking


def asking(address: str, secret: str, change: Change) -> dict[str, float]:
    """One client, then eight at once, each asking one question after another."""
    headers = {"Authorization": f"Bearer {secret}"}
    question = {
        "change": change.ref,
        "stage": "promotion",
        "artifact": "ab" * 32,
        "environment": "production",
    }

    def ask(times: int) -> list[float]:
        taken = []
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            for _ in range(times):
                started = time.perf_counter()
                answer = client.post("/api/v1/gate/", json=question)
                taken.append((time.perf_counter() - started) * 1000)
                if "verdict" not in answer.json():
                    raise SystemExit(f"The gate answered {answer.status_code}: {answer.text[:300]}")
        return taken

    ask(10)
    say(f"asking, with a load of {os.getloadavg()[0]:.1f}")
    alone = ask(ALONE)
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        eight = [one for taken in pool.map(ask, [EACH] * CLIENTS) for one in taken]
    seconds = time.perf_counter() - started
    return {
        "gate_p50_ms_1": statistics.median(alone),
        "gate_p95_ms_1": percentile_95(alone),
        "gate_p50_ms_8": statistics.median(eight),
        "gate_p95_ms_8": percentile_95(eight),
        "gate_rps_8": len(eight) / seconds,
    }


# ---------------------------------------------------------------- rules


def evaluating(change: Change, rules: Rules) -> float:
    """Return how many rules a second are worked out over the facts of the change, which are read once."""
    facts = facts_of(change, measured_of(change), rules.prior)
    judge(rules, sheet_of(facts))
    started, rounds = time.perf_counter(), 0
    while time.perf_counter() - started < 5:
        judge(rules, sheet_of(facts))
        rounds += 1
    return rounds * len(rules.rules) / (time.perf_counter() - started)


def past(number: int) -> dict[str, Any]:
    """Return the facts of a change that might have been."""
    checks = [
        {"category": category, "outcome": OUTCOMES[(number + place) % 4], "value": 0.8, "age_hours": 5.0}
        for place, category in enumerate(("tests", "drift", "schema", "performance"))
    ]
    return {
        "change.class": ("normal", "normal", "urgent", "standard")[number % 4],
        "change.is_standard": number % 4 == 3,
        "change.tier": number % 4 + 1,
        "change.reached": number % 40,
        "change.kinds": ["model"],
        "change.data_class": ("internal", "personal")[number % 2],
        "change.notice_hours": float(number % 100),
        "change.window_hours": 2.0,
        "change.weekend": number % 7 == 0,
        "evidence.checks": checks,
        "artifacts.present": ["rollback_plan"],
        "people.asked": ["owner", "validator"],
        "people.signed": ["owner", "validator"],
        "calendar.blocking": 0,
        "calendar.frozen": False,
        "history.team_failure_rate": 0.1,
        "history.component_failure_rate": 0.1,
        "model.champion_moved": False,
        "model.lineage_named": True,
    }


def rehearsed(first: int, after: dict[str, Any], before: dict[str, Any]) -> int:
    """Judge half of the history, in a process of its own; return how many changes would go another way."""
    history = ((f"CHG-{number}", past(number)) for number in range(first, HISTORY, 2))
    return len(dry_run(history, before=rules_from(before), after=rules_from(after)).differences)


def rehearsing(rules: Rules) -> float:
    """Return the seconds that a draft takes over 100,000 past changes: it differs in one rule."""
    say(f"dry run over {HISTORY:,} changes")
    before = document_of(rules)
    after = deepcopy(before)
    notice = next(rule for rule in after["rules"] if rule["id"] == "notice-given")
    notice["expression"] = "change.notice_hours >= 24.0"
    notice["examples"] = []
    started = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        differences = sum(pool.map(rehearsed, (0, 1), (after, after), (before, before)))
    taken = time.perf_counter() - started
    say(f"{differences:,} would go another way, in {taken:.1f} s")
    return taken
