"""Writes the teams and people of a catalog.

A person from a catalog cannot sign in: no usable password, not active. Who can sign in already keeps the name,
the address and the teams that the portal holds, and only joins the teams that the catalog adds: a file must
never be a way into somebody's account. Teams and people are not retired when a file drops them, because
signatures and roles hang on them.
"""

from collections.abc import Iterable

from apps.accounts.models import Team, User
from apps.accounts.services import create_team, join_team, set_escalation_contact
from apps.audit.services import record_event
from apps.catalog.rules.report import ImportReport
from apps.catalog.services.backstage.drafts import PersonDraft, Plan, TeamDraft
from apps.core.actors import Actor


def write_people(plan: Plan, report: ImportReport, actor: Actor) -> None:
    """Write the plan's teams and people, and count each."""
    people, outcomes = _people(plan.people, actor)
    teams = _teams(plan, people, report, actor)
    _memberships(plan, people, teams, outcomes, actor)
    for outcome in outcomes.values():
        report.count(outcome)


def _people(drafts: dict[str, PersonDraft], actor: Actor) -> tuple[dict[str, User], dict[str, str]]:
    held = {user.username: user for user in User.objects.filter(username__in=drafts)}
    outcomes: dict[str, str] = {}
    for username, draft in drafts.items():
        user = held.get(username)
        if user is None:
            held[username], outcomes[username] = _create_person(draft, actor), "created"
        elif user.is_active or user.has_usable_password():
            outcomes[username] = "unchanged"
        else:
            outcomes[username] = _update_person(user, draft, actor)
    return held, outcomes


def _create_person(draft: PersonDraft, actor: Actor) -> User:
    user = User(username=draft.username, is_active=False, **_person_fields(draft))
    user.set_unusable_password()
    user.save()
    private = {"username": user.username, "name": draft.full_name, "email": draft.email}
    record_event(event="person.imported", actor=actor, obj=user, private=private)
    return user


def _update_person(user: User, draft: PersonDraft, actor: Actor) -> str:
    changed = {name: value for name, value in _person_fields(draft).items() if getattr(user, name) != value}
    if not changed:
        return "unchanged"
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
    record_event(event="person.updated", actor=actor, obj=user, data={"fields": sorted(changed)})
    return "updated"


def _person_fields(draft: PersonDraft) -> dict[str, str]:
    first, _, last = draft.full_name.partition(" ")
    return {
        "first_name": first[:150],
        "last_name": last[:150],
        "email": draft.email,
        "job_title": draft.job_title,
    }


def _teams(plan: Plan, people: dict[str, User], report: ImportReport, actor: Actor) -> dict[str, Team]:
    wanted = set(plan.teams) | {slug for draft in plan.people.values() for slug in draft.teams}
    teams = {team.slug: team for team in Team.objects.filter(slug__in=wanted)}
    elsewhere = {draft.escalation_username for draft in plan.teams.values()} - set(people) - {""}
    contacts = people | {user.username: user for user in User.objects.filter(username__in=elsewhere)}
    for slug, draft in plan.teams.items():
        contact = contacts.get(draft.escalation_username)
        if slug in teams:
            report.count(_update_team(teams[slug], draft, contact, actor))
        else:
            teams[slug] = create_team(
                actor=actor, slug=slug, name=draft.name, department=draft.department,
                cost_centre=draft.cost_centre, escalation_contact=contact,
            )  # fmt: skip
            report.count("created")
    return teams


def _update_team(team: Team, draft: TeamDraft, contact: User | None, actor: Actor) -> str:
    """Write what the catalog says; what it leaves out stays as the portal has it."""
    said = {"name": draft.name, "department": draft.department, "cost_centre": draft.cost_centre}
    changed = {name: value for name, value in said.items() if value and getattr(team, name) != value}
    moved = contact is not None and team.escalation_contact_id != contact.pk
    if changed:
        for name, value in changed.items():
            setattr(team, name, value)
        team.save(update_fields=[*changed, "updated_at"])
        record_event(event="team.updated", actor=actor, obj=team, data=changed)
    if contact is not None and moved:
        set_escalation_contact(actor=actor, team=team, user=contact)
    return "updated" if changed or moved else "unchanged"


def _memberships(
    plan: Plan, people: dict[str, User], teams: dict[str, Team], outcomes: dict[str, str], actor: Actor
) -> None:
    held: dict[int, set[str]] = {user.pk: set() for user in people.values()}
    for user_id, slug in User.teams.through.objects.filter(user_id__in=held).values_list(
        "user_id", "team__slug"
    ):
        held[user_id].add(slug)
    for username, draft in plan.people.items():
        user = people[username]
        joins = set(draft.teams) - held[user.pk]
        leaves = set() if user.is_active or user.has_usable_password() else held[user.pk] - set(draft.teams)
        for slug in sorted(joins):
            join_team(actor=actor, user=user, team=teams[slug])
        _leave(user, sorted(leaves), actor)
        if (joins or leaves) and outcomes[username] == "unchanged":
            outcomes[username] = "updated"


def _leave(user: User, slugs: Iterable[str], actor: Actor) -> None:
    for team in Team.objects.filter(slug__in=slugs):
        user.teams.remove(team)
        record_event(event="person.left_team", actor=actor, obj=user, data={"team": team.slug})
