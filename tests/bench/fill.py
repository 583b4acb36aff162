"""Fill a scratch portal with as much as a large organisation keeps: realistic states, items and signatures.

Rows are written in bulk, past the services, because a million service calls would take hours. The
ledger entries are well-formed and are sealed by the portal's own sealer.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, Team, User
from apps.approvals.enums import AuthMethod, RequirementState, RoundState, SignatureDecision
from apps.approvals.models import Requirement, Round, Signature
from apps.audit.services.protection import owner_connection
from apps.calendar.enums import BookingState
from apps.calendar.models import BookedComponent, Booking
from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.models import Component, ComponentVersion, Dependency
from apps.changes.enums import ChangeState
from apps.changes.models import Change, ChangeItem, PlanStep, Revision, SuccessMetric
from apps.changes.selectors import content_of
from apps.core.canonical import digest
from apps.reviews.enums import Outcome, ReviewState
from apps.reviews.models import Review
from tests.bench.__main__ import say
from tests.bench.fill_ledger import ENTRIES, make_ledger
from tests.bench.rows import copy_in, in_batches, vacuum

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
PASSWORD = "bench-passphrase-2026"
TEAMS = 40
PEOPLE = 400
COMPONENTS = 20_000
OPEN_REQUIREMENTS = 10_000
STATES = [
    (ChangeState.CLOSED, 78),
    (ChangeState.COMPLETED, 4),
    (ChangeState.ROLLED_BACK, 4),
    (ChangeState.REJECTED, 3),
    (ChangeState.WITHDRAWN, 3),
    (ChangeState.DRAFT, 3),
    (ChangeState.APPROVED, 2),
]
KINDS = [
    (ComponentKind.DATASET, 25),
    (ComponentKind.FEATURE_SET, 15),
    (ComponentKind.PIPELINE, 15),
    (ComponentKind.MODEL, 20),
    (ComponentKind.SERVICE, 20),
    (ComponentKind.PRODUCT, 5),
]
VERBS = [
    "Retrain",
    "Move",
    "Refresh",
    "Replace",
    "Tighten",
    "Extend",
    "Split",
    "Roll out",
    "Recalibrate",
    "Retire",
]
THINGS = ["credit", "fraud", "demand", "churn", "pricing", "basket", "claims", "routing", "search", "loyalty"]
REASONS = [
    "on newer data",
    "to the new feature set",
    "for the autumn range",
    "after the audit",
    "to cut false alarms",
]


@dataclass(frozen=True)
class Size:
    """How much to fill in, beside the components, which are as many each time.

    What is open takes longest, for each has the whole content of its change.
    """

    changes: int = 100_000
    entries: int = ENTRIES
    open_requirements: int = OPEN_REQUIREMENTS


WHOLE = Size()


def fill(size: Size = WHOLE) -> dict[str, Any]:
    """Fill the portal, and return the people and things that the bench signs in as and asks for."""
    draw = random.Random(1042)
    approver, people = make_people(draw)
    components = make_catalog(draw)
    detail = make_changes(draw, approver, people, components, size)
    make_ledger(draw, people, NOW, size.entries)
    vacuum()
    return {"approver": approver, "detail": detail, "components": components}


def make_people(draw: random.Random) -> tuple[User, list[User]]:
    """Make teams and people; the approver validates, owns and may propose, over everything."""
    in_batches(
        Team,
        (Team(slug=f"team-{n}", name=f"Team {n}", department=f"Department {n % 8}") for n in range(TEAMS)),
    )
    people = [
        User(
            username=f"person-{n}",
            first_name=f"Person{n}",
            last_name=f"Lastname{n}",
            email=f"p{n}@example.com",
        )
        for n in range(PEOPLE)
    ]
    approver = people[0]
    approver.set_password(PASSWORD)
    in_batches(User, people)
    own = (Role.VALIDATOR, Role.OWNER, Role.REQUESTER)
    grants = [RoleGrant(user=approver, role=role, valid_from=NOW) for role in own]
    grants += [
        RoleGrant(user=person, role=draw.choice(list(Role)), scope=GrantScope.EVERYTHING, valid_from=NOW)
        for person in people[1:]
    ]
    for grant in grants:
        grant.valid_from = NOW - timedelta(days=900)
    in_batches(RoleGrant, grants)
    return approver, people


def make_catalog(draw: random.Random) -> list[Component]:
    """Make components in layers, each relying on a few of the layer before, with two versions each."""
    say(f"{COMPONENTS:,} components")
    teams = list(Team.objects.all())
    weighted = draw.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=COMPONENTS)
    components = [
        Component(
            key=f"{kind}:default/{THINGS[n % 10]}-{kind.replace('_', '-')}-{n}",
            kind=kind,
            name=f"{THINGS[n % 10]}-{kind.replace('_', '-')}-{n}",
            owner_team=teams[n % TEAMS],
            tier=draw.choice([1, 2, 2, 3, 3, 3, 4, 4]),
            source="backstage",
        )
        for n, kind in enumerate(weighted)
    ]
    in_batches(Component, components)
    layers = [[one for one in components if one.kind == kind] for kind, _ in KINDS]
    copy_in(Dependency, edges(draw, layers))
    copy_in(
        ComponentVersion,
        (
            ComponentVersion(
                component=component,
                version=str(number),
                released_at=NOW - timedelta(days=60 * (3 - number)),
                metrics={"auc": round(draw.uniform(0.7, 0.95), 3)} if component.kind == "model" else {},
            )
            for component in components
            for number in (1, 2)
        ),
    )
    return components


def edges(draw: random.Random, layers: list[list[Component]]) -> Iterator[Dependency]:
    """Yield two dependencies a component on the layer before, by chance."""
    for providers, consumers in zip(layers, layers[1:], strict=False):
        for consumer in consumers:
            for provider in draw.sample(providers, 2):
                yield Dependency(
                    consumer=consumer, provider=provider, kind=DependencyKind.READS, source="backstage"
                )


def make_changes(
    draw: random.Random, approver: User, people: list[User], components: list[Component], size: Size
) -> Change:
    """Make the changes with all that hangs on them, and return one in review with six items."""
    number = size.changes
    say(f"{number:,} changes")
    versions: dict[int, dict[str, ComponentVersion]] = {}
    for version in ComponentVersion.objects.iterator():
        versions.setdefault(version.component_id, {})[version.version] = version
    open_changes = size.open_requirements // 2
    ended = draw.choices([s for s, _ in STATES], [w for _, w in STATES], k=number - open_changes)
    states = [*ended, *([ChangeState.IN_REVIEW] * open_changes)]
    for first in range(0, number, 5_000):
        make_batch(draw, approver, people, components, versions, states[first : first + 5_000], 1001 + first)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE changes_change SET search ="
            " setweight(to_tsvector('english', title || ' CHG-' || number), 'A')"
            " || setweight(to_tsvector('english', summary || ' ' || outcome), 'B')"
        )
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute("SELECT setval('changes_change_number', %s)", [1001 + number])
    return Change.objects.filter(state=ChangeState.IN_REVIEW).order_by("-number")[0]


def make_batch(
    draw: random.Random,
    approver: User,
    people: list[User],
    components: list[Component],
    versions: dict[int, dict[str, ComponentVersion]],
    states: list[ChangeState],
    first: int,
    make: Callable[[random.Random, list[User], ChangeState, int], Change] | None = None,
) -> None:
    """Make one batch of changes, submitted ones with all that hangs on them."""
    changes = [(make or make_change)(draw, people, state, first + n) for n, state in enumerate(states)]
    submitted = [change for change in changes if change.state != ChangeState.DRAFT]
    rounds = [make_round(change) for change in submitted]
    bookings = [make_booking(change) for change in submitted]
    Round.objects.bulk_create(rounds)
    Booking.objects.bulk_create(bookings)
    for change, one, booking in zip(submitted, rounds, bookings, strict=True):
        change.round, change.booking = one, booking
    Change.objects.bulk_create(changes)
    items = [item for change in changes for item in make_items(draw, change, components, versions)]
    copy_in(ChangeItem, items)
    moved: dict[int, list[ChangeItem]] = {}
    for item in items:
        moved.setdefault(item.change_id, []).append(item)
    copy_in(
        BookedComponent,
        (
            BookedComponent(booking=change.booking, component=item.component)
            for change in submitted
            for item in moved[change.pk]
        ),
    )
    copy_in(SuccessMetric, (SuccessMetric(change=change, name="AUC", target=0.84) for change in changes))
    copy_in(
        PlanStep,
        (
            PlanStep(change=change, position=n, text=f"Step {n}", lead=change.requester)
            for change in changes
            for n in (1, 2, 3)
        ),
    )
    copy_in(Review, (make_review(change, approver) for change in submitted if change.state in ENDED))
    asked = [one for change in submitted for one in make_requirements(change, moved[change.pk])]
    in_batches(Requirement, asked)
    copy_in(Signature, (signed for one in asked if (signed := make_signature(draw, one, approver, people))))
    freeze_revisions(submitted)


def make_change(draw: random.Random, people: list[User], state: ChangeState, number: int) -> Change:
    thing = draw.choice(THINGS)
    start = (
        NOW + timedelta(days=draw.randint(1, 60))
        if state in OPEN_STATES
        else NOW - timedelta(hours=number % 17000)
    )
    start = start.replace(minute=0)
    local = start.strftime("%Y-%m-%dT%H:%M")
    end = start + timedelta(hours=2)
    if state in ENDED and end < NOW - timedelta(days=30):
        # Reviews are due within days: what ended long ago is closed.
        state = ChangeState.CLOSED
    return Change(
        number=number,
        state=state,
        requester=draw.choice(people),
        title=f"{draw.choice(VERBS)} the {thing} model {draw.choice(REASONS)}",
        summary=f"We move the {thing} model and what relies on it. Customers see better {thing} answers.",
        outcome=f"Fewer wrong {thing} answers, for every customer.",
        rollback_plan="Point the alias back.",
        rollback_minutes=10,
        risk=draw.choice([1, 2, 2, 3, 4]),
        time_zone="UTC",
        local_start=local,
        local_end=end.strftime("%Y-%m-%dT%H:%M"),
        planned_start=start,
        planned_end=end,
        actual_start=start if state in ENDED else None,
        actual_end=end if state in ENDED else None,
    )


OPEN_STATES = {ChangeState.IN_REVIEW, ChangeState.APPROVED, ChangeState.DRAFT}


ENDED = {ChangeState.CLOSED, ChangeState.COMPLETED, ChangeState.ROLLED_BACK}


def make_review(change: Change, signer: User) -> Review:
    """Signed for what is closed, else written and still to be signed."""
    closed = change.state == ChangeState.CLOSED
    return Review(
        change=change,
        state=ReviewState.SIGNED if closed else ReviewState.OPEN,
        due_at=change.planned_end + timedelta(days=10),
        planned_start=change.planned_start,
        planned_end=change.planned_end,
        actual_start=change.planned_start,
        actual_end=change.planned_end,
        outcome=Outcome.ROLLED_BACK if change.number % 20 == 0 else Outcome.SUCCESSFUL,
        what_happened="It went as planned, and the figures held for the first week.",
        signed_by=signer if closed else None,
        signed_at=change.planned_end + timedelta(days=3) if closed else None,
    )


def make_round(change: Change) -> Round:
    state = RoundState.OPEN if change.state == ChangeState.IN_REVIEW else RoundState.APPROVED
    return Round(
        subject_type="change",
        subject_ref=change.ref,
        subject_title=change.title,
        subject_url=f"/changes/{change.ref}/",
        revision=1,
        digest=hashlib.sha256(change.ref.encode()).hexdigest(),
        risk=change.risk,
        starts_at=change.planned_start,
        opened_by=change.requester,
        state=state,
    )


def make_booking(change: Change) -> Booking:
    live = change.state in OPEN_STATES
    return Booking(
        ref=change.ref,
        title=change.title,
        url=f"/changes/{change.ref}/",
        state=BookingState.PLANNED if live else BookingState.RELEASED,
        start=change.planned_start,
        end=change.planned_end,
        time_zone=change.time_zone,
        local_start=change.local_start,
        local_end=change.local_end,
    )


def make_items(
    draw: random.Random,
    change: Change,
    components: list[Component],
    versions: dict[int, dict[str, ComponentVersion]],
) -> Iterator[ChangeItem]:
    for component in draw.sample(components, 6 if change.number % 100 == 0 else draw.choice([2, 2, 3])):
        old, new = versions[component.pk]["1"], versions[component.pk]["2"]
        yield ChangeItem(change=change, component=component, from_version=old, to_version=new)


def make_requirements(change: Change, items: list[ChangeItem]) -> Iterator[Requirement]:
    """Two open ones a change in review; four met ones on every other."""
    is_open = change.state == ChangeState.IN_REVIEW
    wanted = [
        (Role.VALIDATOR, items[0].component),
        (Role.OWNER, items[1].component),
        (Role.SPONSOR, None),
        (Role.STEWARD, items[0].component),
    ]
    for position, (role, component) in enumerate(wanted):
        yield Requirement(
            round=change.round,
            role=role,
            component_key=component.key if component else "",
            component_label=component.name if component else "",
            team_id=component.owner_team_id if component else None,
            question="Is it fit for its use?",
            reason="The change moves it.",
            due_at=(change.planned_start or NOW) - timedelta(days=2),
            next_step_at=(change.planned_start or NOW) - timedelta(days=2),
            state=RequirementState.OPEN if is_open and position < 2 else RequirementState.MET,
        )


def make_signature(
    draw: random.Random, requirement: Requirement, approver: User, people: list[User]
) -> Signature | None:
    if requirement.state == RequirementState.OPEN:
        return None
    return Signature(
        requirement=requirement,
        signer=approver if draw.random() < 0.01 else draw.choice(people),
        decision=SignatureDecision.APPROVE,
        digest=requirement.round.digest,
        meaning="I approve this change.",
        auth_method=AuthMethod.PASSWORD,
        signed_at=NOW - timedelta(days=3),
    )


def freeze_revisions(submitted: list[Change]) -> None:
    """Give every submitted change its first revision; those in review with their whole content."""
    revisions = []
    for change in submitted:
        content = content_of(change) if change.state == ChangeState.IN_REVIEW else {}
        revisions.append(
            Revision(
                change=change,
                number=1,
                content=content,
                digest=digest(content),
                submitted_by=change.requester,
                submitted_at=NOW - timedelta(days=5),
            )
        )
    Revision.objects.bulk_create(revisions)
    for change, revision in zip(submitted, revisions, strict=True):
        change.revision = revision
    Change.objects.bulk_update(submitted, ["revision"], batch_size=2_000)
