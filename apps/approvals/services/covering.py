"""Offering, accepting and ending delegations, and telling everyone concerned.

Told are both people, the Change Managers, and those who work in the team whose components it is about.
"""

from datetime import date

from django.db import transaction

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import Team, User
from apps.accounts.selectors import active_people, grants_of, people_with_role, roles_of
from apps.approvals.models import Delegation
from apps.approvals.rules.cover import may_accept, may_end, may_offer, may_stand_in, period
from apps.approvals.selectors.cover import holds_for_cover, team_of
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid
from apps.outbox.services import notify

URL = "/account/cover/"


@transaction.atomic
def offer_delegation(
    *,
    actor: Actor,
    delegate: User,
    first: date,
    last: date,
    role: str = "",
    team: Team | None = None,
    component_key: str = "",
    away: bool = False,
) -> Delegation:
    """Ask a person to sign in one's place, from the first day to the last, by the giver's clocks.

    Without a ``role`` it is for every role that the giver holds, so that an absence is one offer. It counts for
    nothing until the delegate accepts it.

    Raises:
        Forbidden: the actor is no person signed in.
        Invalid (``first``, ``last``, ``delegate``, ``role``): the days are wrong, this person cannot stand in, or the
            actor does not hold what they would give.
    """
    may_offer(actor).require()
    giver = _person(actor)
    span = period(first, last, giver.time_zone, clock.now())
    suits = may_stand_in(giver.pk, delegate.pk, delegate.is_active, set(roles_of(delegate)))
    if not suits:
        raise Invalid({"delegate": [f"{suits.reason} {suits.remedy}"]})
    if not holds_for_cover(giver, role, team, component_key):
        raise Invalid({"role": ["You do not hold this, so nobody can sign it in your place."]})
    scope = GrantScope.TEAM if team else GrantScope.COMPONENT if component_key else GrantScope.EVERYTHING
    delegation = Delegation(
        giver=giver, delegate=delegate, role=role, scope=scope, team=team, component_key=component_key,
        away=away, starts_at=span.start, ends_at=span.end,
    )  # fmt: skip
    delegation.save(force_insert=True)
    _record(actor, delegation, "cover.offered")
    _tell(delegation, "cover.offered", [delegate], f"{giver} asks you to sign in their place")
    return delegation


@transaction.atomic
def accept_delegation(*, actor: Actor, delegation: Delegation) -> Delegation:
    """Accept to sign in another's place. A second time changes nothing.

    Raises:
        Forbidden: the actor is not the delegate, or the offer has ended.
    """
    held = _held(delegation)
    over = held.ended_at is not None or held.ends_at <= clock.now()
    if held.accepted_at is not None and not over and actor.user == held.delegate:
        return held
    decision = may_accept(
        actor, delegate_id=held.delegate_id, accepted=held.accepted_at is not None, over=over
    )
    decision.require()
    held.accepted_at = clock.now()
    held.save(update_fields=["accepted_at", "updated_at"])
    _record(actor, held, "cover.accepted")
    _tell(held, "cover.accepted", _concerned(held), f"{held.delegate} signs for {held.giver}")
    return held


@transaction.atomic
def end_delegation(*, actor: Actor, delegation: Delegation) -> Delegation:
    """End a delegation now, or decline an offer. A second time changes nothing.

    Raises:
        Forbidden: the actor neither gave nor took it.
    """
    held = _held(delegation)
    may_end(actor, giver_id=held.giver_id, delegate_id=held.delegate_id).require()
    if held.ended_at is not None:
        return held
    held.ended_at, held.ended_by = clock.now(), _person(actor)
    held.save(update_fields=["ended_at", "ended_by", "updated_at"])
    _record(actor, held, "cover.ended")
    told = _concerned(held) if held.accepted_at else [held.giver, held.delegate]
    _tell(held, "cover.ended", told, f"{held.delegate} does not sign for {held.giver} any more")
    return held


def in_place_of(delegation: Delegation | None) -> dict[str, object]:
    """Return the facts of an entry about a signature that a deputy gave; none for one in their own right."""
    if delegation is None:
        return {}
    return {"for": f"person:{delegation.giver_id}", "delegation": delegation.pk}


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can do this.")
    return actor.user


def _held(delegation: Delegation) -> Delegation:
    locked = Delegation.objects.select_for_update(of=("self",)).select_related("giver", "delegate", "team")
    return locked.get(pk=delegation.pk)


def _record(actor: Actor, delegation: Delegation, event: str) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=delegation,
        data={
            "delegation": delegation.pk,
            "delegate": f"person:{delegation.delegate_id}",
            "role": delegation.role,
            "scope": str(delegation.scope),
            "team": delegation.team.slug if delegation.team else "",
            "component": delegation.component_key,
            "away": delegation.away,
            "starts": clock.iso(delegation.starts_at),
            "ends": clock.iso(delegation.ends_at),
        },
    )


def _concerned(delegation: Delegation) -> list[User]:
    """Return everyone who must know who signs: each once."""
    people = [delegation.giver, delegation.delegate, *people_with_role(Role.CHANGE_MANAGER)]
    people += active_people().filter(teams__in=_teams(delegation)).distinct()
    return list({person.pk: person for person in people if person.is_active}.values())


def _teams(delegation: Delegation) -> set[int]:
    """Return the teams whose components it is about; none when it is about everything."""
    if delegation.scope == GrantScope.TEAM and delegation.team_id:
        return {delegation.team_id}
    if delegation.scope == GrantScope.COMPONENT:
        return {found for found in [team_of(delegation.component_key)] if found}
    held = [grant for grant in grants_of(delegation.giver) if delegation.role in ("", grant.role)]
    owned = [grant.team_id or team_of(grant.component_key) for grant in held]
    return {team for team in owned if team}


def _tell(delegation: Delegation, rule: str, people: list[User], title: str) -> None:
    what = delegation.get_role_display() if delegation.role else "every role that they hold"
    where = delegation.team or delegation.component_key or "everything"
    for user in people:
        days = " to ".join(
            f"{moment:%d %b %Y, %H:%M}" for moment in (delegation.starts_at, delegation.ends_at)
        )
        notify(
            user=user,
            rule=rule,
            subject=("delegation", str(delegation.pk)),
            due=delegation.starts_at,
            title=title,
            body=f"{delegation.delegate} for {delegation.giver}: {what}, over {where}, {days} UTC.",
            url=URL,
        )
