"""How a change stands before each stage, as its page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants
from apps.changes.enums import ENDED, ChangeState
from apps.changes.models import Change
from apps.changes.selectors import evidence_of
from apps.core import clock
from apps.evidence.enums import Stage
from apps.evidence.models import Report
from apps.evidence.rules.checks import Checked, Demand, State
from apps.evidence.selectors import PlanInForce
from apps.gates.enums import Answer
from apps.gates.rules import Reason, answer_of
from apps.gates.selectors import CHECK_WORDS, GateStanding, Part, anchor_of, reasons_against, standing_at
from apps.policy.models import RuleWaiver
from apps.policy.selectors import waivers_asked
from apps.web.consequences import listed
from apps.web.gates.risk import RiskScore, risk_score

_MOST_NAMES = 2
_COLOURS = {State.PASSED: "done", State.FAILED: "blocked"}
STATES = {state: (_COLOURS.get(state, "waiting"), word) for state, word in CHECK_WORDS.items()}
"""What a check came to: the colour of its mark, and the word."""
_OVER = ENDED | {ChangeState.CLOSED, ChangeState.REJECTED, ChangeState.WITHDRAWN, ChangeState.EXPIRED}
HEADLINES = {Answer.PASS: "Yes", Answer.DENIED: "No", Answer.EXPIRED: "No"}
"""What the title answers; all else is “Not yet”."""


@dataclass(frozen=True)
class CheckRow:
    """One check of one component, in the words and marks of the table. ``waiver`` waits for signatures."""

    checked: Checked
    part: Part
    colour: str
    word: str
    report: Report | None
    waiver: RuleWaiver | None

    @property
    def passes(self) -> bool:
        """Return whether it lets through by itself: what is waived does not."""
        return self.checked.lets_through and self.checked.state != State.WAIVED

    @property
    def fails(self) -> bool:
        return not self.checked.lets_through and self.checked.check.blocks

    @property
    def anchor(self) -> str:
        return anchor_of(self.part, self.checked)

    @property
    def says_why(self) -> bool:
        """Return whether a line below it says why, and what clears it. That nothing was sent needs no line."""
        return not self.checked.lets_through and self.checked.state != State.MISSING


@dataclass(frozen=True)
class StageRow:
    """One stage with its owner and its checks. ``mark`` is the class of its bar."""

    stage: Stage
    owner: str
    rows: tuple[CheckRow, ...]

    @property
    def passed(self) -> int:
        return sum(row.passes for row in self.rows)

    @property
    def mark(self) -> str:
        if any(row.checked.state == State.FAILED for row in self.rows):
            return "no"
        if any(row.fails and row.says_why for row in self.rows):
            return "stuck"
        return "ok" if self.rows and not any(row.fails for row in self.rows) else ""

    @property
    def said(self) -> tuple[str, str]:
        """Return the colour and the word of a stage that asks for something."""
        return {"no": ("blocked", "Fails"), "ok": ("done", "Pass")}.get(self.mark, ("waiting", "Not yet"))


@dataclass(frozen=True)
class GatePage:
    """Everything the page of a change's gates shows. ``over``: nothing of it goes out any more."""

    plan: PlanInForce
    stages: tuple[StageRow, ...]
    headline: str
    lede: str
    reasons: tuple[Reason, ...]
    compared: tuple[str, ...]
    bounds_set: datetime | None
    stale_at: datetime | None
    stale_check: str
    risk: RiskScore
    over: bool

    @property
    def passed(self) -> int:
        return sum(stage.passed for stage in self.stages)

    @property
    def total(self) -> int:
        return sum(len(stage.rows) for stage in self.stages)

    @property
    def to_clear(self) -> CheckRow | None:
        """Return the first check that was measured, and keeps the gate closed."""
        return next((row for stage in self.stages for row in stage.rows if row.fails and row.says_why), None)


def gate_page(user: User, change: Change) -> GatePage:
    """Return what the page shows of a change that the person was given."""
    held = standing_at(change)
    reports = {report.ref: report for report in evidence_of(user, change)}
    owning = {role for role in held.plan.plan.owners.values() if role != Role.REQUESTER}
    grants = list(active_grants().filter(role__in=owning).select_related("user").order_by("user__username"))
    waiting = waivers_asked(user, [change.ref, *(part.item.component.key for part in held.parts)])
    stages = tuple(_stage(stage, change, held, reports, grants, waiting) for stage in Stage)
    every = reasons_against(change, held, Stage.PROMOTION)
    # Which artifact is to run is known to whoever asks the gate, and not to a page.
    against = [reason for reason in every if reason.code != Answer.UNKNOWN]
    checks = {one.check.id for part in held.parts for one in part.checks}
    counting = [one for part in held.parts for one in part.checks if one.lets_through and one.stale_at]
    first = min(counting, key=lambda one: one.stale_at or clock.now(), default=None)
    return GatePage(
        plan=held.plan,
        stages=stages,
        headline=HEADLINES.get(answer_of(against), "Not yet"),
        lede=_lede(stages),
        reasons=tuple(reason for reason in against if reason.rule not in checks),
        compared=tuple(f"{part.item.component} {part.champion}" for part in held.parts if _compares(part)),
        bounds_set=max(_since(held), default=None),
        stale_at=first.stale_at if first else None,
        stale_check=first.check.name if first else "",
        risk=risk_score(held),
        over=change.state in _OVER,
    )


def _compares(part: Part) -> bool:
    return bool(part.champion) and any(one.check.demand == Demand.CHAMPION for one in part.checks)


def _since(held: GateStanding) -> list[datetime]:
    """Return since when each bound stands that a number is held to."""
    checks = [one.check for part in held.parts for one in part.checks]
    return [check.since for check in checks if check.judges_a_number and check.since]


def _stage(
    stage: Stage,
    change: Change,
    held: GateStanding,
    reports: dict[str, Report],
    grants: Iterable[RoleGrant],
    waiting: Mapping[tuple[str, str], RuleWaiver],
) -> StageRow:
    found = held.checks_of(stage)
    rows = tuple(_row(part, one, reports, change, waiting) for part, one in found)
    owner = _owner(held.owner_of(stage), change, [part for part, _ in found], grants)
    return StageRow(stage, owner if rows else "", rows)


def _row(
    part: Part,
    one: Checked,
    reports: Mapping[str, Report],
    change: Change,
    waiting: Mapping[tuple[str, str], RuleWaiver],
) -> CheckRow:
    colour, word = STATES[one.state]
    name, key = one.check.id, part.item.component.key
    waiver = waiting.get((name, change.ref)) or waiting.get((name, key))
    return CheckRow(one, part, colour, word, reports.get(one.ref), waiver)


def _owner(role: Role | None, change: Change, parts: Iterable[Part], grants: Iterable[RoleGrant]) -> str:
    """Return who owns a stage: the people who hold its role over what is checked there, and the role."""
    if role is None:
        return "Nobody owns it"
    if role == Role.REQUESTER:
        return f"{change.requester}, requester"
    components = [part.item.component for part in parts]
    people = {
        grant.user_id: str(grant.user)
        for component in components
        for grant in grants
        if grant.role == role and reaches(grant, component.key, component.owner_team_id)
    }
    names = list(people.values())
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES} more"]
    return f"{listed(names)}, {role.label}" if names else str(role.label)


def _lede(stages: Iterable[StageRow]) -> str:
    """Return the counts in one or two sentences."""
    rows = [row for stage in stages for row in stage.rows]
    if not rows:
        return "Nothing has to be measured of what it moves."
    passed = sum(row.passes for row in rows)
    said = f"{passed} of {len(rows)} check{'s pass' if len(rows) != 1 else ' passes'}."
    for state, words in (
        (State.FAILED, "fail"),
        (State.STALE, "out of date"),
        (State.INCONCLUSIVE, "without a clear result"),
        (State.MISSING, "not sent yet"),
        (State.WAIVED, "waived"),
    ):
        count = sum(row.checked.state == state for row in rows)
        if count:
            verb = (
                ("fails" if count == 1 else "fail")
                if words == "fail"
                else f"{'is' if count == 1 else 'are'} {words}"
            )
            said += f" {count} {verb}."
    return said
