"""The rounds that checks, rules, their waivers and model cards went through, and what a waiver may be for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.selectors import Standing, standing
from apps.catalog.models import Component
from apps.catalog.selectors import component_for
from apps.changes.models import Change
from apps.changes.selectors import change_for, items_of, open_changes_moving
from apps.core.actors import Actor

CARD = "card"
CHECKS = "checks"
RULES = "rules"
RULE_WAIVER = "rule_waiver"


@dataclass(frozen=True)
class WaiverScope:
    """What a waiver is for. Where it is one component, whoever judges that one may grant it.

    ``barred`` says why somebody may not: who asked for what it frees, and who made or recorded it.
    """

    ref: str
    component_key: str = ""
    component_label: str = ""
    team_id: int | None = None
    change: Change | None = None
    barred: Mapping[int, str] = field(default_factory=dict)


def round_over(subject: str, ref: str) -> Round | None:
    """Return the open round over a version of the checks, the rules, a waiver or a card, or None."""
    return next((one for one in rounds_over(subject, ref) if one.state == RoundState.OPEN), None)


def rounds_over(subject: str, ref: str) -> list[Round]:
    """Return every round over a version of the checks, the rules, a waiver or a card, the last first."""
    return list(Round.objects.filter(subject_type=subject, subject_ref=ref).order_by("-revision"))


def asked_over(subject: str, ref: str) -> list[Standing]:
    """Return who was asked last about a version of the checks, the rules, a waiver or a card, and how each stands."""
    return [one for round_ in rounds_over(subject, ref)[:1] for one in standing(round_)]


def waiting_for(user: User, asked: Iterable[Standing]) -> Standing | None:
    """Return what waits for this person's signature among what is asked, or None."""
    return next((one for one in asked if one.is_open and user in one.waited_on), None)


def waiver_scope(actor: Actor, ref: str) -> WaiverScope | None:
    """Return the change or the component that a reference names, as the actor may see it, or None."""
    if not isinstance(actor.user, User):
        return None
    change = change_for(actor.user, ref.strip())
    if change is not None:
        items = items_of(change)
        alone = items[0].component if len(items) == 1 else None
        return _of(change.ref, alone, _barred([change]), change)
    component = component_for(actor.user, ref.strip())
    return _of(component.key, component, _barred(open_changes_moving(component.pk))) if component else None


def _of(
    ref: str, component: Component | None, barred: Mapping[int, str], change: Change | None = None
) -> WaiverScope:
    if component is None:
        return WaiverScope(ref, change=change, barred=barred)
    return WaiverScope(ref, component.key, component.name, component.owner_team_id, change, barred)


def _barred(changes: Iterable[Change]) -> dict[int, str]:
    """Return who may not free these changes, with why: who asked for them, and who made what they move to."""
    said: dict[int, str] = {}
    for change in changes:
        for item in items_of(change):
            for person in (item.to_version.author_id, item.to_version.committer_id):
                if person is not None:
                    said[person] = (
                        f"You made {item.component} {item.to_version.version}. Nobody frees their own."
                    )
        said[change.requester_id] = f"You asked for {change.ref}. Nobody waives a rule for their own change."
    return said
