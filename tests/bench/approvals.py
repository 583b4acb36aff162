"""The ``approvals`` section: how fast signatures are taken, and what an inbox costs with 10,000 open requirements.

A signature is one POST to gunicorn, with everything that is checked for a person at a page: session and CSRF token, the
showing that it answers (shown before the clock starts, as a page is read before it is signed), who may sign, quorum,
attestation, ledger, and the approval of the change where it is the last. **Password hashing is left out**: it is slow
by design. The policy lets the proof given at sign-in serve, so every other check of a proof stays.
"""

import itertools
import os
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of
from apps.approvals.enums import PolicyState
from apps.approvals.models import PolicyVersion, Requirement, Signature
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.rules.checklists import checklist
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, RiskInput, StepInput
from apps.changes.services import (
    save_how_back,
    save_impact,
    save_what,
    save_when,
    save_why,
    start_draft,
    submit_change,
)
from apps.core import actors, clock
from apps.core.canonical import digest
from tests.bench.__main__ import say
from tests.bench.fill import NOW, PASSWORD, Size, fill
from tests.bench.pages import measure_one, percentile_95, served, sign_in, statements
from tests.bench.rows import vacuum

SIZE = Size(changes=20_000, entries=100_000)
SIGNERS = {Role.SPONSOR: 2, Role.VALIDATOR: 3, Role.OWNER: 3}
"""How many of the eight sign in which role: one person fills one role on a change."""
TOGETHER, ALONE = 110, 40
"""So many changes are signed by eight clients at a time, and by one."""
EACH = 40
"""So many signatures does each of eight clients give: all work from the first to the last moment."""
INBOX = ("GET", "/inbox/", None)


@dataclass(frozen=True)
class Task:
    """One signature that somebody is about to give: where, with which cookies, and what their form sends."""

    path: str
    cookies: str
    form: dict[str, Any]


def measure() -> dict[str, float]:
    """Fill a portal, serve it, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    filled = fill(SIZE)
    few = somebody_with_few(filled["approver"])
    signers = make_signers()
    asked = make_changes(filled["approver"], filled["components"])
    vacuum()
    with served() as address:
        figures = inbox(address, filled["approver"], few) | signing(address, signers, asked)
    figures = {key: round(value, 1) for key, value in figures.items()}
    say("  ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


# ---------------------------------------------------------------- what is filled in


def somebody_with_few(approver: User) -> User:
    """Return someone in the approver's roles, of whom no more is asked than what concerns one component."""
    one = Requirement.objects.filter(role=Role.OWNER, state="open").order_by("pk")[0]
    user = add_person("few")
    for role in {held.role for held in grants_of(approver)}:
        grant(user, role, scope=GrantScope.COMPONENT, component_key=one.component_key)
    return user


def make_signers() -> dict[Role, list[User]]:
    """Return eight people who sign, by their role, which reaches everything."""
    found = {role: [add_person(f"{role}-{n}") for n in range(many)] for role, many in SIGNERS.items()}
    for role, people in found.items():
        for user in people:
            grant(user, role)
    return found


def add_person(username: str) -> User:
    user = User(username=username, first_name=username.capitalize(), email=f"{username}@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def grant(user: User, role: str, **where: Any) -> None:
    RoleGrant.objects.create(user=user, role=role, valid_from=NOW - timedelta(days=900), **where)


def make_changes(requester: User, components: list[Component]) -> list[Change]:
    """Submit changes through the services, each moving a model of its own, under a policy by which a proof serves."""
    say(f"{TOGETHER + ALONE} changes to sign")
    document = {**FIRST_POLICY, "signing": {"fresh_minutes": 60, "least_seconds": 0}}
    PolicyVersion.objects.create(
        number=2,
        document=document,
        digest=digest(document),
        reason="Password hashing is left out of the bench.",
        author=requester,
        state=PolicyState.IN_FORCE,
        settled_at=NOW,
    )
    models = (component for component in components if component.kind == ComponentKind.MODEL)
    return [
        submitted(requester, model, day)
        for day, model in enumerate(itertools.islice(models, TOGETHER + ALONE))
    ]


def submitted(requester: User, model: Component, day: int) -> Change:
    """Return a change in review that moves a model, in a window that nothing else has."""
    actor = actors.person(requester)
    change = start_draft(actor=actor)
    save_what(actor=actor, change=change, items=[ItemInput(model.key, "2")])
    save_why(
        actor=actor,
        change=change,
        title=f"Retrain {model.name}",
        summary="We teach the model with data up to September.",
        outcome="Three more bad loans in a thousand are found.",
        metrics=[MetricInput("AUC", 0.84, baseline=0.83, bound=0.82)],
    )
    save_impact(actor=actor, change=change, notes=[])
    opens = clock.now() + timedelta(days=90 + day)
    save_when(
        actor=actor,
        change=change,
        change_class="normal",
        time_zone="UTC",
        local_start=opens.strftime("%Y-%m-%dT06:00"),
        local_end=opens.strftime("%Y-%m-%dT08:00"),
    )
    save_how_back(
        actor=actor,
        change=change,
        rollback_plan="Set the alias back to version 1.",
        rollback_minutes=4,
        criteria=["Approvals fall by two points in an hour"],
        risks=[RiskInput("Good applicants are refused", mitigation="Shadow first")],
        steps=[StepInput("Switch", requester.username, 15, "Switch back")],
    )
    return submit_change(actor=actor, change=change)


# ---------------------------------------------------------------- the inbox


def inbox(address: str, approver: User, few: User) -> dict[str, float]:
    """The inbox of someone of whom 10,000 signatures are asked; and its statements beside those for one signature."""
    cookies = {user.username: {"Cookie": sign_in(address, user.username)} for user in (approver, few)}
    figures = measure_one("inbox", address, INBOX, cookies[approver.username])
    return {
        "inbox_p50_ms": figures["inbox_p50_ms"],
        "inbox_p95_ms": figures["inbox_p95_ms"],
        "inbox_p95_ms_4": figures["inbox_p95_ms_4"],
        "inbox_queries": figures["inbox_sql"],
        "inbox_queries_of_one": statements(*INBOX, cookies[few.username]),
    }


# ---------------------------------------------------------------- signing


def signing(address: str, signers: dict[Role, list[User]], changes: list[Change]) -> dict[str, float]:
    """Signatures a second by eight clients, each one person, and by one client that is all of them in turn."""
    cookies = {user.pk: sign_in(address, user.username) for people in signers.values() for user in people}
    say(f"signing, with a load of {os.getloadavg()[0]:.1f}")
    work = shares(signers, changes[:TOGETHER])
    eight = timed(address, prepared(address, {pk: mine[:EACH] for pk, mine in work.items()}, cookies))
    mixed = shares(signers, changes[TOGETHER:])
    ready = prepared(address, mixed, cookies)
    last = ready[0].pop()
    in_turn = [task for round_ in itertools.zip_longest(*ready) for task in round_ if task]
    one = timed(address, [in_turn])
    say(
        f"{Change.objects.filter(pk__in=[one.pk for one in changes], state=ChangeState.APPROVED).count()} approved"
    )
    return {
        **{f"sign_{name}_8": value for name, value in eight.items()},
        **{f"sign_{name}_1": value for name, value in one.items()},
        "sign_queries": queries_of(last),
    }


def shares(signers: dict[Role, list[User]], changes: Sequence[Change]) -> dict[int, list[Requirement]]:
    """Return what each signs: each role's requirements in turn, change by change, one person for a role of a change."""
    mine: dict[int, list[Requirement]] = {user.pk: [] for people in signers.values() for user in people}
    place = {change.round_id: number for number, change in enumerate(changes)}
    asked = Requirement.objects.filter(round__in=place, role__in=signers, state="open").select_related(
        "round"
    )
    for one in sorted(asked, key=lambda one: (place[one.round_id], one.pk)):
        people = signers[Role(one.role)]
        mine[people[place[one.round_id] % len(people)].pk].append(one)
    return mine


def prepared(address: str, work: dict[int, list[Requirement]], cookies: dict[int, str]) -> list[list[Task]]:
    """Open each signing page, and return what its form then sends, by person."""

    def open_all(person: int) -> list[Task]:
        with httpx.Client(base_url=address, headers={"Cookie": cookies[person]}, timeout=60) as client:
            return [opened(client, one, cookies[person]) for one in work[person]]

    with ThreadPoolExecutor(len(work)) as people:
        return list(people.map(open_all, work))


def opened(client: httpx.Client, one: Requirement, cookies: str) -> Task:
    path = f"/approvals/{one.pk}/sign/"
    text = client.get(path).text
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|nonce|digest)" value="([^"]+)"', text))
    assert len(hidden) == 3, f"{path} cannot be signed: {re.sub('<[^>]*>', ' ', text)[:2000]}"
    return Task(path, cookies, {**hidden, "decision": "approve", "checked": list(checklist(one.role))})


def timed(address: str, work: list[list[Task]]) -> dict[str, float]:
    """Let each client send its signatures one after another, and return what that took."""
    before = Signature.objects.count()

    def send(mine: list[Task]) -> list[float]:
        with httpx.Client(base_url=address, timeout=60) as client:
            return list(sent(client, mine))

    began = time.perf_counter()
    with ThreadPoolExecutor(len(work)) as clients:
        taken = [ms for each in clients.map(send, work) for ms in each]
    seconds = time.perf_counter() - began
    assert Signature.objects.count() == before + len(taken), "a signature is missing"
    return {
        "rps": len(taken) / seconds,
        "p50_ms": statistics.median(taken),
        "p95_ms": percentile_95(taken),
    }


def sent(client: httpx.Client, mine: list[Task]) -> Iterator[float]:
    for task in mine:
        began = time.perf_counter()
        answer = client.post(task.path, data=task.form, headers={"Cookie": task.cookies})
        yield (time.perf_counter() - began) * 1000
        assert answer.status_code == 302, f"{task.path}: {answer.status_code} {answer.text[:2000]}"


@override_settings(ALLOWED_HOSTS=["*"])
def queries_of(task: Task) -> int:
    """Count the statements of one signature, given in this process."""
    client = Client(headers={"Cookie": task.cookies})
    client.get("/account/")
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(task.path, task.form)
    assert answer.status_code == 302, answer.status_code
    return len(captured)
