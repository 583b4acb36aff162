"""Let the demo organisation live through its last two months, through the portal's own services."""

import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command

from apps.accounts.enums import TokenScope
from apps.accounts.models import Team, User
from apps.accounts.services import create_person, grant_role, issue_token, join_team
from apps.approvals.selectors import standing
from apps.audit.services import seal_pending
from apps.calendar.enums import PeriodKind
from apps.calendar.rules import Recurrence, scope_of_one
from apps.calendar.services import PeriodPlan, plan_period
from apps.catalog.models import Component
from apps.catalog.selectors import version_in_use
from apps.catalog.services import add_version, import_backstage
from apps.changes import services as changes
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, RiskInput, StepInput
from apps.core import actors, clock
from apps.core.actors import Actor
from apps.playbooks.services import load_templates
from apps.reviews import services as reviews
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from demo.briefings import write_briefings
from demo.cards import write_cards
from demo.checks import approve_checks
from demo.drills import rehearse
from demo.measured import ask, send_evidence
from demo.people import PEOPLE, Person
from demo.playbooks import write_playbooks
from demo.rules import approve_rules
from demo.signing import actor, collect, decide
from demo.standards import approve_standards, begin
from demo.stories import STORIES, Story
from demo.training import write_training
from demo.versions import VERSIONS

HERE = Path(__file__).parent
ZONE = ZoneInfo("Europe/London")
LOADER = actors.system("demo")


def load() -> bool:
    """Fill an empty portal with the demo organisation. Return False, and do nothing, when there is anybody in it."""
    if User.objects.exists():
        return False
    now = clock.now().replace(second=0, microsecond=0)
    with clock.moved_to(now - timedelta(days=400)):
        passwords = {person.username: make_person(person) for person in PEOPLE}
        import_backstage(actor=LOADER, paths=[HERE / "catalog"])
        for person in PEOPLE:
            give_roles(person)
    with clock.moved_to(now - timedelta(days=75)):
        call_command("import_mlflow", str(HERE / "mlflow"), verbosity=0)
    make_versions(now)
    with clock.moved_to(now - timedelta(days=120)):
        load_templates(actor=LOADER)
    write_cards(now)
    with clock.moved_to(now - timedelta(days=21)):
        freeze_for_the_peak(now)
        plan_what_comes_again(now)
    approve_standards(now, actor("noor.rahimi"))
    approve_checks(now, actor("leila.haddad"))
    approve_rules(now, actor("leila.haddad"))
    write_playbooks(now, actor("leila.haddad"), actor("tomasz.wojcik"))
    write_training(now, actor("leila.haddad"))
    for story in sorted(STORIES, key=lambda story: story.opens):
        live(story, now)
    rehearse(now, actor("amara.okafor"), actor("leila.haddad"))
    write_briefings(now)
    while seal_pending():
        pass
    write_credentials(passwords)
    return True


def make_person(person: Person) -> str:
    """Add a person and return the password they sign in with."""
    password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-{secrets.token_hex(3)}"
    create_person(
        actor=LOADER,
        username=person.username,
        name=person.name,
        email=person.email,
        password=password,
        job_title=person.job_title,
    )
    return password


def give_roles(person: Person) -> None:
    """Put a person into their teams and give them their roles."""
    user = User.objects.get(username=person.username)
    for slug in person.teams:
        join_team(actor=LOADER, user=user, team=Team.objects.get(slug=slug))
    for grant in person.grants:
        team = Team.objects.get(slug=grant.team) if grant.team else None
        grant_role(actor=LOADER, user=user, role=grant.role, team=team, component_key=grant.component)


def make_versions(now: datetime) -> None:
    """Record the versions that no registry holds, each on its day."""
    for key, version, days, text in VERSIONS:
        component = Component.objects.get(key=key)
        datasets = [{"name": component.name, "digest": secrets.token_hex(8), "context": "built"}]
        with clock.moved_to(now - timedelta(days=days)):
            add_version(
                actor=LOADER, component=component, version=version, description=text, datasets=datasets
            )


def freeze_for_the_peak(now: datetime) -> None:
    """Freeze the stores for the days before Christmas shopping."""
    team = Team.objects.get(slug="retail-and-stores")
    leila = User.objects.get(username="leila.haddad")
    plan = PeriodPlan(
        name="Christmas peak in the stores",
        reason="The busiest days of the year. A store that cannot order loses a day's sales.",
        recurrence=Recurrence(wall(now, 12, "18:00"), wall(now, 33, "06:00"), "Europe/London"),
        scope=scope_of_one("team", team.slug),
        owner=leila,
    )
    plan_period(actor=actors.person(leila), plan=plan)


def plan_what_comes_again(now: datetime) -> None:
    """Plan what the calendar of a bank's week holds: a settlement, a monthly retraining, a day of the team."""
    leila = User.objects.get(username="leila.haddad")
    saturday = 5 - now.astimezone(ZONE).weekday() - 7
    plans = [
        PeriodPlan(
            name="Overnight settlement",
            reason="The card schemes settle the week. A change now would leave payments in two books.",
            recurrence=Recurrence(
                wall(now, saturday, "23:00"), wall(now, saturday + 1, "07:00"), "Europe/London", "FREQ=WEEKLY"
            ),
            scope=scope_of_one("team", "checkout-and-payments"),
            owner=leila,
        ),
        PeriodPlan(
            name="Monthly retraining",
            reason="The models of the bank are trained on the month that has closed.",
            recurrence=Recurrence(
                wall(now, 2, "01:00"), wall(now, 2, "05:00"), "Europe/London", "FREQ=MONTHLY"
            ),
            kind=PeriodKind.RETRAINING,
            scope=scope_of_one("kind", "model"),
            owner=leila,
        ),
        PeriodPlan(
            name="Day of the platform team",
            reason="The team is away together. Somebody is on call.",
            recurrence=Recurrence(wall(now, 8, "09:00"), wall(now, 8, "17:00"), "Europe/London"),
            kind=PeriodKind.EVENT,
            owner=leila,
        ),
    ]
    for plan in plans:
        plan_period(actor=actors.person(leila), plan=plan)


def wall(now: datetime, days: int, at: str) -> str:
    """Return a wall-clock in London, some days from now."""
    return f"{(now.astimezone(ZONE) + timedelta(days=days)).date()}T{at}"


def live(story: Story, now: datetime) -> None:
    """Take one change as far as its story goes."""
    start = opening(story, now)
    # Urgent signatures are due within 4 hours, others within 3 days: what waits for one was sent lately.
    ahead = timedelta(hours=3) if story.change_class == "urgent" else timedelta(hours=26)
    asked = now - ahead if start > now else start - timedelta(days=7)
    with clock.moved_to(asked):
        change = propose(story, start)
    if story.end == "draft":
        return
    with clock.moved_to(asked + ahead * 0.1):
        changes.submit_change(actor=actor(story.requester), change=change)
    send_evidence(change, actor(story.requester), asked + ahead * 0.4)
    with clock.moved_to(asked + ahead * 0.9):
        change.refresh_from_db()
        collect(change, story.unsigned)
        leave(change, story)
    ask(change, actor(story.requester), story.asks, asked + ahead * 0.95)
    run(change, story, start)


def opening(story: Story, now: datetime) -> datetime:
    """Return when the window opens; a story at "now" opened half an hour ago."""
    if story.at == "now":
        return now - timedelta(minutes=30)
    return datetime.fromisoformat(wall(now, story.opens, story.at)).replace(tzinfo=ZONE)


def propose(story: Story, start: datetime) -> Change:
    """Write the draft, step by step as the wizard does."""
    who = actor(story.requester)
    complete = story.end != "draft"
    change = begin(story, who)
    changes.save_what(
        actor=who,
        change=change,
        items=[item(key, version) for key, version in story.items],
        complete=complete,
    )
    changes.save_why(
        actor=who,
        change=change,
        title=story.title,
        summary=story.summary,
        outcome=story.outcome,
        cost_of_waiting=story.waiting,
        metrics=[
            MetricInput(one.name, one.target, one.unit, one.direction, one.baseline, one.bound)
            for one in story.metrics
        ],
        complete=complete,
    )
    end = start + timedelta(hours=story.hours)
    changes.save_when(
        actor=who,
        change=change,
        change_class=story.change_class,
        time_zone="Europe/London",
        local_start=start.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"),
        local_end=end.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"),
        complete=complete,
    )
    changes.save_how_back(
        actor=who,
        change=change,
        rollback_plan=story.back,
        rollback_minutes=story.back_minutes or None,
        criteria=story.criteria,
        risks=[RiskInput(*row) for row in story.risks],
        steps=[
            StepInput(text, lead, minutes, back, (position,) if position else ())
            for position, (text, lead, minutes, back) in enumerate(story.steps)
        ],
        complete=complete,
    )
    if story.brings:
        contract, text = story.brings
        changes.propose_contract(
            actor=who, change=change, contract=contract, content=text.encode(), file_name="openapi.yaml"
        )
    change.refresh_from_db()
    return change


def item(key: str, version: str) -> ItemInput:
    """Return what moves a component from the version in use, saying what is different."""
    component = Component.objects.get(key=key)
    to_version = component.versions.get(version=version)
    before = version_in_use(component, other_than=version)
    difference = to_version.description or "Trained again"
    return ItemInput(key, version, before.version if before else "", difference)


def leave(change: Change, story: Story) -> None:
    """Stop where the story stops before the window."""
    change.refresh_from_db()
    if story.end == "rejected":
        assert change.round is not None
        row = next(row for row in standing(change.round) if row.is_open)
        decide(row.eligible[0], row.requirement, "reject", story.reason)
    elif story.end == "withdrawn":
        changes.withdraw_change(actor=actor(story.requester), change=change, reason=story.reason)
    elif story.end == "on_hold":
        changes.hold_change(actor=actor("leila.haddad"), change=change, reason=story.reason)


def run(change: Change, story: Story, start: datetime) -> None:
    """Carry the change out in its window, and learn from it."""
    change.refresh_from_db()
    end = start + timedelta(hours=story.hours)
    who = actor(story.requester)
    if story.end == "expired":
        with clock.moved_to(end + timedelta(minutes=1)):
            changes.expire_change(actor=actors.system("clock"), change=change)
    if story.end not in ("in_progress", "completed", "rolled_back", "failed", "closed"):
        return
    with clock.moved_to(start + timedelta(minutes=2)):
        changes.start_change(actor=who, change=change)
    if story.end == "in_progress":
        return
    outcome = story.lesson.outcome if story.lesson else story.end
    with clock.moved_to(end - timedelta(minutes=10)):
        finish(change, story, outcome, who)
    if story.lesson:
        with clock.moved_to(end + timedelta(days=3)):
            learn(change, story, who)


def finish(change: Change, story: Story, outcome: str, who: Actor) -> None:
    change.refresh_from_db()
    if outcome == "rolled_back":
        changes.roll_back_change(actor=who, change=change, reason=story.reason)
    elif outcome == "failed":
        changes.fail_change(actor=who, change=change, reason=story.reason)
    else:
        changes.complete_change(actor=who, change=change)


def learn(change: Change, story: Story, who: Actor) -> None:
    """Write the review, sign it and close the change."""
    assert story.lesson is not None
    change.refresh_from_db()
    review = change.review
    promised = {metric.name: metric.realised for metric in story.metrics}
    reviews.record_review(
        actor=who,
        review=review,
        digest=digest_of(review),
        outcome=story.lesson.outcome,
        what_happened=story.lesson.happened,
        went_well=story.lesson.well,
        realised={metric.pk: promised[metric.name] for metric in review.metrics.all()},
    )
    factors = [
        reviews.add_factor(actor=who, review=review, theme=theme, text=text)
        for theme, text in story.lesson.factors
    ]
    for text, owner, days in story.lesson.actions:
        due = clock.now().date() + timedelta(days=max(days, 7))
        reviews.add_action(
            actor=who,
            review=review,
            text=text,
            owner=User.objects.get(username=owner),
            due_on=due,
            factor=factors[0] if factors else None,
        )
    answer(review)
    manager = actor("leila.haddad")
    review.refresh_from_db()
    reviews.sign_review(actor=manager, review=review, digest=digest_of(review))
    changes.close_change(actor=manager, change=change)


def answer(review: Review) -> None:
    """Let those who were asked say how a change was for their services; the first of each service answers."""
    for asked in review.feedback.prefetch_related("asked"):
        for owner in asked.asked.all()[:1]:
            felt = "as_expected" if review.outcome == "successful" else "worse"
            saw = "" if review.outcome == "successful" else "Pages for our people, and calls from customers."
            reviews.answer_feedback(actor=actors.person(owner), feedback=asked, felt=felt, saw=saw, better="")


def write_credentials(passwords: dict[str, str]) -> None:
    """Give each person a token, and write how to sign in to ``demo-credentials.json``, for its owner alone."""
    rows: list[dict[str, Any]] = []
    for person in PEOPLE:
        user = User.objects.get(username=person.username)
        _, token = issue_token(
            actor=actors.person(user),
            user=user,
            name="Demonstration",
            scopes=list(TokenScope.values),
            expires_at=clock.now() + timedelta(days=180),
        )
        roles = [grant.role.value for grant in person.grants]
        rows.append(
            {
                "username": person.username,
                "name": person.name,
                "password": passwords[person.username],
                "roles": sorted(set(roles)),
                "token": token,
            }
        )
    path = Path(settings.PORTAL_HOME) / "demo-credentials.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(rows, stream, indent=2)
