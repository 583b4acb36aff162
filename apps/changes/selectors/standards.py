"""Standard changes: those that a person may read, who may write and end them, and how often each was used."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.expressions import BaseExpression

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of, with_any_role
from apps.approvals.models import PolicyVersion
from apps.approvals.rules import Facts, Need, needs_under
from apps.approvals.selectors import rules_in, times_in
from apps.catalog.models import Component
from apps.changes.enums import IN_HAND, OPEN, ChangeClass, ChangeState, StandardState
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.rules.people import MAY_PROPOSE, may_propose
from apps.changes.rules.risk import Moved, Risk, risk_of
from apps.changes.rules.standards import LOW, Life, why_not_used
from apps.changes.selectors.impact import reached_from
from apps.changes.selectors.needs import facts_over, promises_of
from apps.changes.selectors.standing import holds_over, standing_of
from apps.changes.selectors.visible import changes_visible_to
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied

NEVER_WENT = (ChangeState.WITHDRAWN, ChangeState.REJECTED)
_ONCE = "This approves a standard change once, for all its uses."
_FIRST = (StandardState.IN_FORCE, StandardState.SUSPENDED)


def standards_for(user: User, **told: BaseExpression) -> QuerySet[Standard]:
    """Return the standard changes that a person may read, each with its versions, newest first: none without a role.

    Each version comes with what is ``told`` of it, read in the same query.
    """
    versions = StandardVersion.objects.select_related("author", "round", "stopped_by").order_by("-number")
    versions = versions.annotate(**told)
    found = Standard.objects.filter(with_any_role(user)).select_related("retired_by")
    return found.prefetch_related(Prefetch("versions", versions))


def standard_for(user: User, ref: str, **told: BaseExpression) -> Standard | None:
    """Return a standard change that a person may read, by its name such as STD-3, or None; ``told`` as above."""
    number = number_of(ref)
    return standards_for(user, **told).filter(number=number).first() if number is not None else None


def standard_exists(ref: str) -> bool:
    """Return whether there is such a standard change, whoever may see it; for the record of a denial alone."""
    number = number_of(ref)
    return number is not None and Standard.objects.filter(number=number).exists()


def number_of(ref: str) -> int | None:
    """Return the number in STD-3, or None."""
    digits = ref.removeprefix("STD-")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 6 else None


def shown_version(standard: Standard) -> StandardVersion:
    """Return the version that stands for a standard change: in force, else suspended, else the newest."""
    versions = list(standard.versions.all())
    return next((one for state in _FIRST for one in versions if one.state == state), versions[0])


def version_in_hand(standard: Standard) -> StandardVersion | None:
    """Return the version that is being written, or is out for approval."""
    return next((one for one in standard.versions.all() if one.state in IN_HAND), None)


def times_used(versions: Iterable[StandardVersion], *, but: int = 0) -> dict[int, int]:
    """Return how often each version was used, by id; one query.

    Each change that was submitted within it counts, from then on, unless it was withdrawn or rejected. ``but`` leaves
    out one change by id.
    """
    used = Change.objects.filter(
        standard__in=list(versions), change_class=ChangeClass.STANDARD, revision__isnull=False
    )
    rows = used.exclude(Q(state__in=NEVER_WENT) | Q(pk=but)).order_by().values("standard")
    return dict(rows.annotate(many=Count("pk")).values_list("standard", "many"))


def uses_of(user: User, standard: Standard) -> QuerySet[Change]:
    """Return the changes made from a standard change that a person may see, newest first."""
    made = changes_visible_to(user).filter(standard__standard=standard)
    return made.select_related("requester", "revision", "standard")


def open_uses_of(standard: Standard) -> QuerySet[Change]:
    """Return the changes made from a standard change that are not over. For telling their requesters."""
    made = Change.objects.filter(standard__standard=standard, state__in=sorted(OPEN))
    return made.select_related("requester").order_by("number")


def life_of(version: StandardVersion, uses: int, *, under_way: bool = False) -> Life:
    """Return where a version is, for whoever would use it."""
    return Life(
        name=str(version),
        state=version.state,
        today=clock.now().date(),
        retired=version.standard.retired_at is not None,
        review_by=version.content["review_by"],
        most_uses=version.content["most_uses"],
        uses=uses,
        stopped_by=version.stopped_by.ref if version.stopped_by else "",
        under_way=under_way,
    )


def may_use_now(actor: Actor, version: StandardVersion, uses: int) -> Decision:
    """Return whether an actor may make a change from a version now, and why not."""
    decision = may_propose(standing_of(actor))
    if not decision:
        return decision
    why_not = why_not_used(life_of(version, uses))
    return denied(why_not, "Propose a change of your own, or a new version of it.") if why_not else ALLOWED


def may_write_standards_now(actor: Actor) -> Decision:
    """Return whether an actor may write a standard change: whoever may propose changes, in person.

    It may name only what their roles reach; nobody uses it before others have approved it.
    """
    if not isinstance(actor.user, User) or actor.kind != "person":
        return denied("Only a person, signed in, writes standard changes.")
    if standing_of(actor).roles & MAY_PROPOSE:
        return ALLOWED
    return denied(
        "Only a Requester or a Change Manager writes standard changes.",
        "Ask a Change Manager for the Requester role.",
    )


def may_retire_now(actor: Actor, standard: Standard) -> Decision:
    """Return whether an actor may retire a standard change: a Change Manager over all that it moves, in person."""
    if isinstance(actor.user, User) and actor.kind == "person" and _manages(actor.user, standard):
        return ALLOWED
    return denied("Only a Change Manager over all that it moves retires it.", "Ask a Change Manager.")


def may_take_back_now(actor: Actor, version: StandardVersion) -> Decision:
    """Return whether an actor may take back a version that is not decided: its author, or who may retire the whole."""
    if isinstance(actor.user, User) and actor.kind == "person" and actor.user.pk == version.author_id:
        return ALLOWED
    if may_retire_now(actor, version.standard):
        return ALLOWED
    return denied(
        f"Only {version.author}, who wrote it, or a Change Manager takes it back.", f"Ask {version.author}."
    )


def may_edit_now(actor: Actor, version: StandardVersion) -> Decision:
    """Return whether an actor may write on a version, or send it for approval: its author, while it is a draft."""
    decision = may_write_standards_now(actor)
    if not decision:
        return decision
    if actor.user is not None and actor.user.pk != version.author_id:
        return denied(
            f"{version.author} is writing {version}.", f"Ask {version.author} to finish or take it back."
        )
    if version.state != StandardState.DRAFT:
        return denied(f"{version} never changes: it was sent for approval.", "Write another version.")
    return ALLOWED


def _manages(user: User, standard: Standard) -> bool:
    managing = [grant for grant in grants_of(user) if grant.role == Role.CHANGE_MANAGER]
    keys = shown_version(standard).content["components"]
    return holds_over(managing, Component.objects.filter(key__in=keys) if managing else [])


def components_named(keys: Iterable[str]) -> dict[str, Component]:
    """Return the components in the catalog with these keys; one query."""
    found = Component.objects.filter(key__in=list(keys), retired_at=None)
    return {one.key: one for one in found.order_by("key")}


def standard_risk(components: Iterable[Component]) -> Risk:
    """Return the risk of moving all of these components in one standard change."""
    moved = list(components)
    impact = reached_from([one.pk for one in moved])
    return risk_of([Moved(one.tier, one.data_class) for one in moved], impact, ChangeClass.STANDARD)


def standard_needs(components: Iterable[Component], policy: PolicyVersion, *, due: datetime) -> list[Need]:
    """Return everyone whom the policy would ask about a normal change that moves all of these components.

    They approve a version, so that nothing is asked less of its uses than those who are asked less have agreed to.
    """
    moved = list(components)
    impact = reached_from([one.pk for one in moved])
    facts: Facts = facts_over(ChangeClass.NORMAL, moved, impact, promises_of(moved), risk=LOW)
    found = needs_under(rules_in(policy), facts, due=due, allowed=times_in(policy)[ChangeClass.NORMAL])
    return [replace(need, reason=f"{_ONCE} {need.reason}"[:300]) for need in found]
