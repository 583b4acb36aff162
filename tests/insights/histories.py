"""Small histories of changes by chance, on the edges of the period more often than chance would."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.models import Team
from apps.approvals.models import Requirement, Round, Signature
from apps.calendar.models import Booking
from apps.cards.models import ModelCard
from apps.catalog.models import ComponentVersion
from apps.changes.models import Change, ChangeItem, Revision
from apps.gates.models import GateDecision
from apps.insights.rules.measures import Span
from apps.insights.rules.scope import Scope
from apps.insights.services import count_decisions
from apps.playbooks.models import Completion, Course, CourseVersion
from apps.policy.enums import STOPPING
from apps.policy.models import RuleWaiver
from apps.policy.rules import starter_set
from apps.reviews.models import Review
from tests.changes.estate import Estate, add_component

ZONE = ZoneInfo("America/New_York")
SPAN = Span(datetime(2026, 9, 1, 4, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = (-1, 0, 29, 30, 89, 90)
RULES = [rule.id for rule in starter_set().rules if rule.effect in STOPPING][:3]
SCOPES = (
    Scope(SPAN, ZONE),
    Scope(SPAN, ZONE, tier=1),
    Scope(SPAN, ZONE, team="credit", kind="model"),
    Scope(SPAN, ZONE, change_class="urgent"),
    Scope(SPAN, ZONE, team="pricing", change_class="normal"),
)


def some_time(draw: random.Random) -> datetime:
    edges = [SPAN.start, SPAN.end, datetime(2026, 10, 1, 4, tzinfo=UTC), NOW]
    if draw.random() < 0.3:
        return draw.choice(edges) - timedelta(microseconds=draw.choice([0, 1]))
    return SPAN.start + timedelta(minutes=draw.randint(-30_000, 160_000))


def fill(estate: Estate, seed: int, number: int = 26) -> None:
    """Make changes in any state, with what was signed, reviewed, waived and asked at the gate of them."""
    draw = random.Random(seed)
    team = Team.objects.create(slug="pricing", name="Pricing")
    for name, tier in (("fares", 1), ("offers", 3)):
        estate.components[name] = add_component("service", name, team, tier)
    for n in range(number):
        make_change(estate, draw, 5000 + n)
    train(estate, draw)
    for n, version in enumerate(ComponentVersion.objects.order_by("pk")):
        ModelCard.objects.create(
            number=n + 1,
            version=version,
            state=draw.choice(["approved", "approved", "draft"]),
            content=draw.choice(
                [{}, *({"next_validation": f"{NOW + timedelta(days=each):%Y-%m-%d}"} for each in DAYS)]
            ),
        )
    count_decisions()


def make_change(estate: Estate, draw: random.Random, number: int) -> None:
    state = draw.choice(["draft", "in_review", "rejected", *["closed", "completed", "rolled_back"] * 2])
    over = state in ("closed", "completed", "rolled_back")
    end, people = some_time(draw), [estate.people[name] for name in ("amara", "henrik", "ruth")]
    planned = some_time(draw)
    change = Change.objects.create(
        number=number,
        requester=draw.choice(people),
        title=f"Change {number}",
        state=state,
        change_class=draw.choice(["standard", "normal", "urgent"]),
        risk=draw.randint(1, 4),
        planned_start=planned,
        planned_end=planned + timedelta(hours=2),
        actual_start=end - timedelta(seconds=draw.randint(1, 9000)) if over and draw.random() < 0.9 else None,
        actual_end=end if over else None,
        first_submitted_at=end - timedelta(seconds=draw.randint(1, 900_000)) if draw.random() < 0.9 else None,
        booking=Booking.objects.create(
            ref=f"CHG-{number}", title="A change", url="/", start=planned, end=planned + timedelta(hours=2),
            stands=draw.randint(0, 2), state=draw.choice(["planned", "done"]),
        ),
    )  # fmt: skip
    if state != "draft" or draw.random() < 0.5:
        for revision in (1, 2):
            change.revision = Revision.objects.create(
                change=change, number=revision, content={}, digest="d" * 64, submitted_by=people[0],
                submitted_at=SPAN.start - timedelta(days=9),
            )  # fmt: skip
            change.round = make_round(draw, change, people, revision)
        change.save()
    for name in draw.sample(sorted(estate.components), draw.randint(1, 2)):
        component = estate.components[name]
        ChangeItem.objects.create(
            change=change, component=component, to_version=component.versions.get(version="2")
        )
    if over and draw.random() < 0.9:
        signed = draw.choice([None, some_time(draw)])
        Review.objects.create(
            change=change,
            due_at=some_time(draw),
            outcome=draw.choice(["successful", "rolled_back", "failed", ""]),
            state="signed" if signed else "open",
            signed_at=signed,
            actual_end=change.actual_end,
        )
    make_waiver(draw, change, people[0], estate)
    for _ in range(draw.randint(0, 3)):
        make_answer(draw, change, people[0])


def make_round(draw: random.Random, change: Change, people: list, revision: int) -> Round:
    round_ = Round.objects.create(
        subject_type="change", subject_ref=change.ref, subject_title="A change", subject_url="/",
        revision=revision, digest=f"{revision}" * 64, state="approved",
    )  # fmt: skip
    for place, role in enumerate(("sponsor", "steward", "validator", "owner")):
        due = some_time(draw)
        asked = Requirement.objects.create(
            round=round_, role=role, question="?", reason="!", due_at=due, next_step_at=due,
            stage=1 + place // 2, state=draw.choice(["open", "met"]), paused_for=timedelta(hours=draw.randint(0, 2)),
        )  # fmt: skip
        for signer in people[: draw.randint(0, 2)]:
            Signature.objects.create(
                requirement=asked, signer=signer, decision=draw.choice(["approve", "reject", "abstain"]),
                digest=round_.digest, meaning="I judged it", auth_method="password", signed_at=some_time(draw),
                withdrawn_at=draw.choice([None, None, SPAN.end]),
            )  # fmt: skip
    return round_


def make_waiver(draw: random.Random, change: Change, person: object, estate: Estate) -> None:
    if draw.random() < 0.5:
        RuleWaiver.objects.create(
            number=change.number, rule=draw.choice(RULES), reason="?", compensating="!", asked_by=person,
            scope=draw.choice([change.ref, estate.components[draw.choice(sorted(estate.components))].key]),
            until=SPAN.end + timedelta(days=90), content={"title": "A rule"}, digest="d" * 64,
            asked_at=SPAN.start - timedelta(days=90), granted_at=draw.choice([None, some_time(draw)]),
        )  # fmt: skip


def make_answer(draw: random.Random, change: Change, person: object) -> None:
    passed = draw.random() < 0.5
    named = draw.sample(RULES, draw.randint(1, 2))
    GateDecision.objects.create(
        change=change,
        revision=change.revision,
        stage="promotion",
        answer="pass" if passed else "denied",
        reasons=[] if passed else [{"rule": name, "says": "No."} for name in (*named, named[0])],
        rules=[{"rule": name, "outcome": draw.choice(["met", "waived"]), "reason": ""} for name in named],
        attestation="{}" if passed else "",
        expires_at=SPAN.end if passed else None,
        checks_version=1,
        rules_version=1,
        asked_by=person,
        asked_at=some_time(draw),
    )


def train(estate: Estate, draw: random.Random) -> None:
    """Ask courses of roles, and have people complete them, so that some run out on the edges; some are withdrawn."""
    people = list(estate.people.values())
    today = NOW.date()
    for number, roles in enumerate((["validator", "owner"], ["sponsor", "owner"], ["executive"]), 1):
        course = Course.objects.create(
            number=number, owner=people[0], state="retired" if number == 3 else "active"
        )
        version = CourseVersion.objects.create(
            course=course,
            number=1,
            title=f"Course {number}",
            teaches="It.",
            roles=roles,
            days=30,
            written_at=NOW,
        )
        for person in people:
            for _ in range(draw.randint(0, 2)):
                after = today + timedelta(days=draw.choice([0, 1, 30, 31]))
                Completion.objects.create(
                    version=version,
                    person=person,
                    completed_on=after - timedelta(days=60),
                    runs_out_on=after,
                    recorded_by=people[0],
                    recorded_at=NOW,
                    withdrawn_at=draw.choice([None, None, NOW]),
                )
