"""What a version of the approval policy would ask of the changes that are open now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.approvals.models import Requirement, Round
from apps.approvals.rules import Need, Rule, needs_under, with_quorum
from apps.approvals.selectors import people_for_needs
from apps.catalog.models import Contract
from apps.changes.enums import PLANNED
from apps.changes.models import Change
from apps.changes.rules.contracts import with_consumers
from apps.changes.rules.impact import row_from_content
from apps.changes.selectors.contracts import proposed_in
from apps.changes.selectors.impact import owners_by_key
from apps.changes.selectors.items import read_items
from apps.changes.selectors.needs import facts_of, promises_of
from apps.changes.selectors.visible import changes_visible_to
from apps.core import clock

MOST_REPLAYED = 200


@dataclass(frozen=True)
class Would:
    """A signature that a version would ask for, and the people who could give it."""

    need: Need
    people: list[User]
    before: Requirement | None = None

    @property
    def too_few(self) -> bool:
        """Return whether the quorum could not be reached: the change could not be submitted again."""
        return len(self.people) < self.need.quorum


@dataclass
class Replayed:
    """What would be different for one change: signatures asked anew, asked otherwise, and no longer asked."""

    change: Change
    added: list[Would] = field(default_factory=list)
    altered: list[Would] = field(default_factory=list)
    gone: list[Requirement] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Return whether anything would be asked otherwise."""
        return bool(self.added or self.altered or self.gone)


@dataclass(frozen=True)
class Replay:
    """The open changes for which something would be different, and how many were looked at, of how many."""

    different: list[Replayed]
    looked_at: int
    total: int


def replay_policy(user: User, rules: tuple[Rule, ...]) -> Replay:
    """Return what these rules would ask of the open changes that a person sees, soonest first; 13 queries at most.

    Nothing is asked by this: a change stays under the version that it was submitted under.
    """
    found = changes_visible_to(user).filter(state__in=PLANNED, revision__isnull=False, round__isnull=False)
    changes = list(_with_parts(found.order_by("planned_start", "pk"))[:MOST_REPLAYED])
    read_items(changes)
    asked = [(change, need) for change, needs in _needs(changes, rules) for need in needs]
    people = people_for_needs([need for _, need in asked])
    woulds: dict[int, list[Would]] = {change.pk: [] for change in changes}
    for (change, need), holders in zip(asked, people, strict=True):
        able = _able(change.round, need, holders)
        woulds[change.pk].append(Would(with_quorum(need, len(able)), able))
    replayed = [_compared(change, woulds[change.pk]) for change in changes]
    total = len(changes) if len(changes) < MOST_REPLAYED else found.count()
    return Replay([one for one in replayed if one.differs], len(changes), total)


def _with_parts(changes: QuerySet[Change]) -> QuerySet[Change]:
    return changes.select_related("revision", "round", "requester").prefetch_related(
        "round__requirements", "round__bars"
    )


def _needs(changes: list[Change], rules: tuple[Rule, ...]) -> Iterator[tuple[Change, list[Need]]]:
    impacts = {
        change.pk: [row_from_content(row) for row in change.revision.content.get("impact", [])]
        for change in changes
        if change.revision is not None
    }
    owners = owners_by_key(sorted({row.key for rows in impacts.values() for row in rows}))
    promises, proposed = _promises(changes), proposed_in(changes)
    for change in changes:
        impact = [
            row_from_content(
                row.as_content(),
                team_id=owners[row.key].owner_team_id if row.key in owners else None,
                data_class=owners[row.key].data_class if row.key in owners else "",
            )
            for row in impacts[change.pk]
        ]
        moved = [item.component for item in change.items.all()]
        facts = facts_of(change, moved, impact, promises, risk=change.risk)
        asked = needs_under(rules, facts, due=clock.now())
        yield change, with_consumers(asked, proposed[change.pk], due=clock.now(), allowed=None)


def _promises(changes: Iterable[Change]) -> list[Contract]:
    return promises_of([item.component for change in changes for item in change.items.all()])


def _able(round_: Round | None, need: Need, holders: list[User]) -> list[User]:
    """Return the holders of a role less those whom the round bars from it."""
    if round_ is None:
        return holders
    asked = {
        requirement.pk: (requirement.role, requirement.component_key)
        for requirement in round_.requirements.all()
    }
    out = {
        bar.user_id
        for bar in round_.bars.all()
        if bar.requirement_id is None or asked.get(bar.requirement_id) == (need.role, need.component_key)
    }
    return [user for user in holders if user.pk not in out]


def _compared(change: Change, woulds: list[Would]) -> Replayed:
    assert change.round is not None
    before = {(one.role, one.component_key): one for one in change.round.requirements.all()}
    result = Replayed(change)
    for would in woulds:
        asked = before.pop((would.need.role, would.need.component_key), None)
        if asked is None:
            result.added.append(would)
        elif _otherwise(asked, would.need):
            result.altered.append(Would(would.need, would.people, asked))
    result.gone = list(before.values())
    return result


def _otherwise(asked: Requirement, need: Need) -> bool:
    return (asked.quorum, asked.stage, sorted(asked.named)) != (need.quorum, need.stage, sorted(need.named))
