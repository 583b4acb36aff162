"""What keeps a change from passing a stage: everything that speaks against it, each with what clears it."""

from apps.accounts.enums import Role
from apps.approvals.enums import RequirementState, RoundState
from apps.calendar.enums import ConflictKind
from apps.calendar.selectors import Found
from apps.changes.enums import ENDED, ChangeState
from apps.changes.models import Change
from apps.changes.rules.window import is_open, said
from apps.changes.selectors import goes_after_nothing, is_what_was_signed, nothing_is_retired, world_of
from apps.core import clock
from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.rules import Reason, reason_of_check, stages_up_to
from apps.gates.selectors.standing import GateStanding, anchor_of
from apps.playbooks.models import Drill
from apps.policy.enums import Outcome
from apps.policy.enums import Stage as PolicyStage

GOES_OUT = (Stage.PRE_DEPLOY, Stage.PROMOTION)
"""The stages after which something runs: they need signatures, and the artifact that will run."""
_MEASURES = (PolicyStage.DATA, PolicyStage.FEATURES, PolicyStage.MODEL, PolicyStage.INTEGRATION)
_FROZEN = (ConflictKind.FREEZE, ConflictKind.OUTSIDE)
_OVER = {
    ChangeState.REJECTED: "was rejected",
    ChangeState.WITHDRAWN: "was withdrawn",
    ChangeState.ROLLED_BACK: "was rolled back",
    ChangeState.FAILED: "failed",
    ChangeState.CLOSED: "is closed",
    ChangeState.COMPLETED: "is completed",
}


def reasons_against(
    change: Change, held: GateStanding, stage: Stage, *, component_key: str = "", artifact: str = ""
) -> list[Reason]:
    """Return everything that keeps a change from passing a stage now; nothing when it may.

    A rehearsal passes none, whatever was signed and measured: nothing is deployed for it.
    """
    if change.drill is not None:
        return [_of_drill(change, change.drill)]
    found = spoken_against(change, held, stage)
    found += _of_state(change)
    if stage in GOES_OUT:
        found += _of_artifact(change, held, component_key, artifact)
        found += _of_signatures(change, held)
        found += _of_what_goes(change)
    if stage == Stage.PROMOTION:
        found += _of_calendar(change, held)
    return found


def spoken_against(change: Change, held: GateStanding, stage: Stage) -> list[Reason]:
    """Return what the checks and the rules of a stage and those before it say against a change.

    What went ahead in an emergency is measured afterwards (``owed_afterwards``): until then it is kept by the rules
    about people and plans, and by a check that was measured and is not met. So is a rehearsal, for which nothing is
    measured at all.
    """
    said = [*_of_checks(change, held, stage), *_of_rules(held, stage)]
    unmeasured = _went_ahead(change) or change.drill_id is not None
    return [one for one in said if not _may_wait(held, one)] if unmeasured else said


def owed_afterwards(change: Change, held: GateStanding) -> list[Reason]:
    """Return what has still to be measured of a change that went ahead; nothing of any other."""
    if not _went_ahead(change):
        return []
    said = [*_of_checks(change, held, Stage.PRE_DEPLOY), *_of_rules(held, Stage.PRE_DEPLOY)]
    return [one for one in said if _may_wait(held, one)]


def _went_ahead(change: Change) -> bool:
    return change.round is not None and change.round.went_ahead_at is not None


def _may_wait(held: GateStanding, reason: Reason) -> bool:
    """Return whether an emergency may go out before this is settled: it is about what was not measured yet."""
    rule = next((one.rule for one in held.verdict.results if one.rule.id == reason.rule), None)
    return reason.code != Answer.DENIED if rule is None else rule.stage in _MEASURES


def _of_checks(change: Change, held: GateStanding, stage: Stage) -> list[Reason]:
    stages, url = stages_up_to(stage), f"/changes/{change.ref}/gates/"
    return [
        reason
        for part in held.parts
        for one in part.checks
        if one.check.stage in stages
        and (reason := reason_of_check(one, str(part.item.component), f"{url}#{anchor_of(part, one)}"))
    ]


def _of_rules(held: GateStanding, stage: Stage) -> list[Reason]:
    """Return what the rules of this stage and those before it say against a change. What is not known stops it too."""
    stages = {PolicyStage.SUBMISSION, *(PolicyStage(one) for one in stages_up_to(stage))}
    return [
        Reason(
            Answer.DENIED if one.outcome == Outcome.NOT_MET else Answer.PENDING,
            f"{one.rule.title}: {one.reason}",
            one.remedy,
            one.rule.id,
            f"/rules/versions/{held.rules_version}/#{one.rule.id}",
        )
        for one in held.verdict.reasons
        if one.rule.stage in stages
    ]


def _of_drill(change: Change, drill: Drill) -> Reason:
    says = f"{change.ref} is a rehearsal, for {drill.ref}: nothing goes out for it."
    return Reason(Answer.DENIED, says, "Propose a change to deploy anything.", url=f"/drills/{drill.ref}/")


def _of_state(change: Change) -> list[Reason]:
    if change.state in _OVER:
        return [
            Reason(
                Answer.DENIED, f"{change.ref} {_OVER[ChangeState(change.state)]}.", "Propose a new change."
            )
        ]
    if change.state == ChangeState.EXPIRED:
        return [Reason(Answer.EXPIRED, f"{change.ref} ran out of time.", "Propose it again.")]
    if change.state == ChangeState.ON_HOLD:
        return [Reason(Answer.PENDING, f"{change.ref} is on hold.", "A Change Manager takes it off hold.")]
    if change.state == ChangeState.DRAFT:
        return [Reason(Answer.PENDING, f"{change.ref} is a draft.", "Its requester submits it.")]
    return []


def _of_artifact(change: Change, held: GateStanding, component_key: str, artifact: str) -> list[Reason]:
    """Return why what is to run is not what is known: it must be named, and measured under that name."""
    if not artifact:
        return [
            Reason(
                Answer.UNKNOWN, "No artifact was named.", "Send the SHA-256 of what is to run as “artifact”."
            )
        ]
    found = next((one for one in held.measured if one.item.component.key == component_key), None)
    if found is None:
        return [
            Reason(
                Answer.UNKNOWN,
                f"{change.ref} does not move {component_key}.",
                "Name a component that it moves.",
            )
        ]
    if any(piece.artifact == artifact for piece in found.pieces):
        return []
    says = f"Nothing that was measured of {found.item.to_version} names this artifact."
    return [
        Reason(Answer.UNKNOWN, says, "Send evidence that names it, or deploy the artifact that was measured.")
    ]


def _of_signatures(change: Change, held: GateStanding) -> list[Reason]:
    if change.state in ENDED or change.state in _OVER:
        return []
    if change.revision is None or change.round is None:
        return [Reason(Answer.PENDING, "Nobody was asked to sign yet.", "Its requester submits it.")]
    if change.round.digest != change.revision.digest:
        return [
            Reason(
                Answer.STALE,
                "The signatures are on an earlier revision.",
                "Those who judge what moved sign again.",
            )
        ]
    if moved := _moved(change, held):
        says = f"Something moved since this was signed. {moved[0].rstrip('.')}."
        return [Reason(Answer.STALE, says, "Those who judge it are asked again soon.")]
    if change.round.state in (RoundState.REJECTED, RoundState.EXPIRED):
        # Who went ahead in an emergency runs on; what a person has refused since goes no further.
        word = "was refused" if change.round.state == RoundState.REJECTED else "was not signed in time"
        return [Reason(Answer.DENIED, f"{change.ref} {word}.", "Roll it back, or revise it.")]
    if change.round.state == RoundState.OPEN and change.round.went_ahead_at is None:
        asked = change.round.requirements.all()
        roles = sorted({str(Role(one.role).label) for one in asked if one.state == RequirementState.OPEN})
        return [Reason(Answer.PENDING, f"Not signed yet: {', '.join(roles)}.", "They sign in the portal.")]
    return []


def _of_what_goes(change: Change) -> list[Reason]:
    """Return why what would run now is not what was signed, or is no longer there. Its start asks the same."""
    if change.revision is None or change.round is None:
        return []
    found = [(Answer.STALE, is_what_was_signed(change)), (Answer.DENIED, nothing_is_retired(change))]
    return [Reason(code, said.reason, said.remedy) for code, said in found if not said]


def _moved(change: Change, held: GateStanding) -> list[str]:
    """Return what moved since it was signed; nothing once it has begun or is over."""
    if change.state not in (ChangeState.APPROVED, ChangeState.IN_REVIEW):
        return []
    named = {one.item.component_id: one.named for one in held.measured if one.named is not None}
    return world_of(change, named=named).moved


def _of_calendar(change: Change, held: GateStanding) -> list[Reason]:
    now = clock.now()
    found = [_of_conflict(one) for one in held.conflicts if one.blocking]
    if not (first := goes_after_nothing(change)):
        found.append(Reason(Answer.PENDING, first.reason, first.remedy))
    if change.state == ChangeState.IN_PROGRESS:
        # In flight when a freeze starts: the stage is finished, then it is held. The window bounds its start.
        return found
    if change.planned_end is not None and now >= change.planned_end:
        says = f"The window ended {said(change.planned_end, change.time_zone)}."
        return [*found, Reason(Answer.EXPIRED, says, "Revise the change and choose a new one.")]
    opened = is_open(change, now)
    return found if opened else [*found, Reason(Answer.PENDING, opened.reason, opened.remedy)]


def _of_conflict(found: Found) -> Reason:
    code = Answer.FROZEN if found.kind in _FROZEN else Answer.PENDING
    return Reason(code, found.sentence, "Move one of the two, or settle the conflict.", url=found.url)
