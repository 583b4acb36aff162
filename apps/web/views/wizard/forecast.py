"""What follows from a draft as it is now: what it reaches, who will be asked to sign, and how risky it is."""

from dataclasses import dataclass

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.rules import Barred, Need, with_quorum
from apps.approvals.selectors import people_for_needs, policy_in_force
from apps.catalog.models import Contract
from apps.catalog.selectors import graph
from apps.changes.models import Change, ChangeItem
from apps.changes.rules.impact import ImpactRow
from apps.changes.rules.risk import Risk
from apps.changes.selectors import (
    Cover,
    barred_for,
    class_within,
    contracts_of,
    cover_of,
    impact_of,
    items_of,
    needs_for,
    risk_for,
)
from apps.core import clock
from apps.web import pictures
from apps.web.pictures import Picture


@dataclass(frozen=True)
class Asked:
    """What will be asked of a role: who can give it, how many must, and in which stage."""

    role: str
    subject: str
    reason: str
    people: list[str]
    role_key: str = ""
    key: str = ""
    ids: frozenset[int] = frozenset()
    quorum: int = 1
    stage: int = 1

    @property
    def too_few(self) -> bool:
        """Return whether it could not be submitted, because too few can sign."""
        return len(self.people) < self.quorum

    @property
    def who(self) -> str:
        """Return the names: one, two, or the first two and how many more; and how many of them must sign."""
        many = f"{self.quorum} of " if self.quorum > 1 else ""
        if len(self.people) <= 3:
            return many + " or ".join(self.people)
        return f"{many}{', '.join(self.people[:2])} or {len(self.people) - 2} others"


@dataclass(frozen=True)
class Forecast:
    """What follows from a draft."""

    impact: list[ImpactRow]
    asked: list[Asked]
    risk: Risk
    needs: list[Need]
    contracts: list[Contract]
    """The contracts in use of what moves."""

    cover: Cover
    """The standard change that the draft was made from, and why it is outside of it."""

    @property
    def reached(self) -> list[ImpactRow]:
        """Return what is reached, without what was ticked off."""
        return [row for row in self.impact if row.included]

    @property
    def farthest(self) -> int:
        """Return how many steps away the farthest of them is."""
        return max((row.depth for row in self.impact), default=0)


def forecast(change: Change) -> Forecast:
    """Work out what follows from a draft. The number of queries does not grow with what it moves or reaches."""
    impact = impact_of(change)
    risk = risk_for(change, impact)
    cover = cover_of(change, risk.level)
    contracts = contracts_of(item.component_id for item in items_of(change))
    needs = needs_for(
        change,
        impact,
        now=clock.now(),
        policy=policy_in_force(),
        change_class=class_within(change, cover),
        contracts=contracts,
    )
    barred = barred_for(change, impact)
    asked = [_asked(need, able, barred) for need, able in zip(needs, people_for_needs(needs), strict=True)]
    return Forecast(impact, asked, risk, needs, contracts, cover)


def _asked(need: Need, able: list[User], barred: list[Barred]) -> Asked:
    free = [user for user in able if not any(bar.user_id == user.pk and bar.bars(need) for bar in barred)]
    return Asked(
        role=Role(need.role).label,
        subject=need.component_label,
        reason=need.reason,
        people=[str(user) for user in free],
        role_key=need.role,
        key=need.component_key,
        ids=frozenset(user.pk for user in free),
        quorum=with_quorum(need, len(free)).quorum,
        stage=need.stage,
    )


def picture(items: list[ChangeItem]) -> Picture | None:
    """Draw what a change moves and what it reaches, or None when it moves nothing yet."""
    if not items:
        return None
    known = graph()
    hits = known.reach(item.component_id for item in items)
    changed = {item.component_id: _moves(item) for item in items}
    title = (
        f"Blast radius: {_count(len(items))} that move on the left, {_count(len(hits))} reached to the right. "
        "The table below says the same."
    )
    return pictures.blast(known, changed, hits, title=title)


def _moves(item: ChangeItem) -> str:
    return f"{item.from_version.version} to {item.to_version.version}" if item.from_version else "New"


def _count(number: int) -> str:
    return "1 component" if number == 1 else f"{number} components"
