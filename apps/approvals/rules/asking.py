"""Who a policy asks about one change: facts in, needs out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from apps.approvals.enums import Band, Touch
from apps.approvals.rules.policy import EACH, Rule, speaks
from apps.approvals.rules.signing import Need
from apps.approvals.rules.timetable import Allowance


@dataclass(frozen=True)
class Touched:
    """A component that is moved, reached, or bound by a contract, as rules look at it. ``reason`` says how."""

    key: str
    title: str
    kind: str
    tier: int
    data_class: str
    team_id: int | None
    touch: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """What rules look at: the class, the risk from 1 low to 4 severe, and what is touched, in order."""

    change_class: str
    risk: int
    touched: tuple[Touched, ...]

    @property
    def band(self) -> str:
        """Return the band of the risk."""
        return Band.values[self.risk - 1]


@dataclass(frozen=True)
class Call:
    """A rule that speaks about the whole, or about one component."""

    rule: Rule
    about: Touched | None

    @property
    def asked(self) -> tuple[str, str]:
        """Return the role and the component's key; one requirement of each in a round."""
        return self.rule.role, self.about.key if self.about else ""


def calls(rules: Iterable[Rule], facts: Facts) -> list[Call]:
    """Return every rule that speaks, in order; the first to ask a role for a component decides quorum and stage."""
    found: dict[tuple[str, str], Call] = {}
    for rule in rules:
        if not speaks(rule, facts.change_class, facts.band):
            continue
        matching = [one for one in facts.touched if _matches(rule, one)]
        if rule.asks == EACH:
            for one in matching:
                call = Call(rule, one)
                found.setdefault(call.asked, call)
        elif matching or not rule.about_items:
            call = Call(rule, None)
            found.setdefault(call.asked, call)
    return list(found.values())


def needs_under(
    rules: Iterable[Rule], facts: Facts, *, due: datetime, allowed: Allowance | None = None
) -> list[Need]:
    """Return every signature that a policy asks for: due at one time, or before it, as long as allowed."""
    team = _one_team(facts.touched)
    return [replace(_need(call, team, due), allowed=allowed) for call in calls(rules, facts)]


def silence(rule: Rule, change_class: str, risk: int) -> str:
    """Return why a rule asked for nothing on a change of this class and risk (1 low to 4 severe), as a sentence."""
    band = Band.values[risk - 1]
    if rule.classes and change_class not in rule.classes:
        return f"It speaks about {' or '.join(rule.classes)} changes, and this one is {change_class}."
    if rule.risks and band not in rule.risks:
        return f"It speaks about {' or '.join(rule.risks)} risk, and this is {band}."
    return "Nothing that the change touches fits it, or an earlier rule had asked the same."


def _matches(rule: Rule, one: Touched) -> bool:
    return (
        (not rule.touch or one.touch in rule.touch)
        and (not rule.kinds or one.kind in rule.kinds)
        and (not rule.tiers or one.tier in rule.tiers)
        and (not rule.data or one.data_class in rule.data)
    )


def _one_team(touched: Sequence[Touched]) -> int | None:
    """Return the team that owns all that moves, if one does: its people judge the whole too."""
    teams = {one.team_id for one in touched if one.touch == Touch.MOVED}
    return teams.pop() if len(teams) == 1 else None


def _need(call: Call, team: int | None, due: datetime) -> Need:
    rule, about = call.rule, call.about
    title = about.title if about else ""
    reason = " ".join(filter(None, [about.reason if about else "", rule.why]))
    return Need(
        role=rule.role,
        question=rule.question.replace("{}", title or "this change")[:300],
        reason=reason[:300],
        due_at=due,
        component_key=about.key if about else "",
        component_label=title,
        team_id=about.team_id if about else team,
        quorum=max(1, rule.quorum.count, len(rule.quorum.people)),
        share=rule.quorum.share,
        named=rule.quorum.people,
        stage=rule.stage,
        rule=rule.id,
    )
