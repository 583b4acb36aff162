"""The life of a change as sealed entries tell it: what may stand in a report, for it can be proven."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.changes.enums import ChangeState

ENDINGS = {
    "change.completed": ChangeState.COMPLETED,
    "change.rolled_back": ChangeState.ROLLED_BACK,
    "change.failed": ChangeState.FAILED,
}
AHEAD = (
    "approval.went_ahead",
    "approval.afterwards_overdue",
    "approval.signed_afterwards",
    "approval.refused_afterwards",
    "approval.go_ahead_unused",
)
DECISIONS = ("approval.signed", "approval.rejected", "approval.abstained", "approval.withdrawn")
KEPT = "approval.kept"


@dataclass(frozen=True)
class Step:
    """One sealed entry. ``texts`` holds its private texts by name, None where a text is erased or withheld."""

    leaf: int
    event: str
    at: datetime
    actor: str
    subject: str
    data: dict[str, Any]
    texts: dict[str, str | None] = field(default_factory=dict)

    @property
    def people(self) -> tuple[str, ...]:
        """Return who acted, and of a signature in another's place also for whom: “person:7”, “person:12”."""
        giver = self.data.get("for")
        return (self.actor, str(giver)) if giver else (self.actor,)


@dataclass(frozen=True)
class Meeting:
    """A conflict: the step that found it, and the one that cleared it, if any."""

    found: Step
    cleared: Step | None


@dataclass(frozen=True)
class Asking:
    """One asking of all who must sign a revision, with the decisions given, and earlier ones that were kept."""

    asked: Step
    decisions: tuple[Step, ...]
    closed: Step | None
    kept: tuple[Step, ...] = ()
    ahead: tuple[Step, ...] = ()
    """That it went ahead before everyone had signed, and what came of that."""

    @property
    def revision(self) -> int:
        return int(self.asked.data["revision"])

    @property
    def digest(self) -> str:
        return str(self.asked.data["digest"])

    def decided(self, asked: dict[str, Any]) -> bool:
        """Return whether one of what was asked was rejected, or has as many approvals as its quorum takes.

        An earlier one that was kept counts. A signature that was taken back counts no more; an abstention counts
        neither for nor against.
        """
        kept = [step.data for step in self.kept if step.data["requirement"] == asked["requirement"]]
        approved = {str(one["signer"]) for one in kept}
        for step in self.decisions:
            if step.data["requirement"] != asked["requirement"]:
                continue
            if step.event == "approval.rejected":
                return True
            if step.event == "approval.signed":
                approved.add(step.actor)
            elif step.event == "approval.withdrawn":
                approved.discard(step.actor)
        return len(approved) >= int(asked.get("quorum", 1))


@dataclass(frozen=True)
class Life:
    """The steps of one change, of its window and of its review, in the order of their leaves.

    ``retired`` counts the entries of which only a tombstone is left.
    """

    ref: str
    steps: tuple[Step, ...]
    retired: int = 0

    @property
    def own(self) -> Iterator[Step]:
        """Yield the steps of the change itself."""
        return (step for step in self.steps if step.subject == "change")

    @property
    def state(self) -> ChangeState:
        """Return the state that the last transition led to."""
        reached = [step.data["to"] for step in self.own if "to" in step.data and "from" in step.data]
        return ChangeState(reached[-1]) if reached else ChangeState.DRAFT

    @property
    def submitted(self) -> Step | None:
        """Return the last submission."""
        return self.last("change.submitted")

    @property
    def frozen(self) -> Step | None:
        """Return the step that made the last revision: a submission, or the portal when the world had moved."""
        return self.last("change.submitted", "change.refreshed")

    @property
    def ended(self) -> Step | None:
        """Return the step by which the work ended, well or not."""
        return self.last(*ENDINGS)

    def first(self, *events: str) -> Step | None:
        """Return the first step that is one of these events."""
        return next((step for step in self.steps if step.event in events), None)

    def last(self, *events: str) -> Step | None:
        """Return the last step that is one of these events."""
        return next((step for step in reversed(self.steps) if step.event in events), None)

    @property
    def denials(self) -> list[Step]:
        """Return who was refused what, over this change or its review."""
        return [step for step in self.steps if step.event == "access.denied"]

    @property
    def askings(self) -> list[Asking]:
        """Return every round of signing, the first one first."""
        rounds = [step for step in self.own if step.event == "approval.asked"]
        return [self._asking(step) for step in rounds]

    def _asking(self, asked: Step) -> Asking:
        names = {one["requirement"] for one in asked.data["asked"]}
        decisions = [
            step for step in self.own if step.event in DECISIONS and step.data["requirement"] in names
        ]
        ends = ("approval.round_closed", "approval.unreachable", "approval.round_expired")
        closed = [
            step for step in self.own if step.event in ends and step.data["round"] == asked.data["round"]
        ]
        kept = [step for step in self.own if step.event == KEPT and step.data["requirement"] in names]
        ahead = [
            step for step in self.own if step.event in AHEAD and step.data["round"] == asked.data["round"]
        ]
        return Asking(asked, tuple(decisions), closed[-1] if closed else None, tuple(kept), tuple(ahead))

    @property
    def meetings(self) -> list[Meeting]:
        """Return every conflict that was found, with what became of it. One that came back stands again."""
        found: list[Meeting] = []
        open_at: dict[int, int] = {}
        for step in self.steps:
            if step.event == "conflict.found":
                open_at[step.data["conflict"]] = len(found)
                found.append(Meeting(step, None))
            elif step.event == "conflict.cleared" and step.data["conflict"] in open_at:
                place = open_at.pop(step.data["conflict"])
                found[place] = Meeting(found[place].found, step)
        return found
