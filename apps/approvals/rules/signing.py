"""What is asked of whom, and who may sign it. Pure: no database, no clock."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from apps.accounts.enums import Role
from apps.approvals.enums import RequirementState, RoundState, SignatureDecision
from apps.approvals.rules.timetable import Allowance
from apps.core.decisions import ALLOWED, Decision, denied


@dataclass(frozen=True)
class Subject:
    """What is signed: its type and name in the ledger, its title, and the page that shows it."""

    type: str
    ref: str
    title: str
    url: str


@dataclass(frozen=True)
class Need:
    """A role that must sign, what it judges, why and by when; for one component, or for the whole.

    With ``share``, the quorum is that percentage of those who can sign when they are asked. With ``named``, those
    people alone may sign, and each must. A later ``stage`` is asked once the earlier ones are met. ``rule`` is the
    rule of the policy that asks.
    With ``allowed``, people get that time by their own clocks, and ``due_at`` is the latest that it may be.
    """

    role: str
    question: str
    reason: str
    due_at: datetime
    component_key: str = ""
    component_label: str = ""
    team_id: int | None = None
    quorum: int = 1
    share: int = 0
    named: tuple[int, ...] = ()
    stage: int = 1
    rule: str = ""
    allowed: Allowance | None = None

    @property
    def label(self) -> str:
        """Return the role and what it is for, as a person says it."""
        return describe(self.role, self.component_label or self.component_key)


def with_quorum(need: Need, able: int) -> Need:
    """Return a need with its quorum in people: a share of ``able``, rounded up, at least 1; fixed from then on."""
    return replace(need, quorum=max(1, -(-need.share * able // 100))) if need.share else need


@dataclass(frozen=True)
class Barred:
    """A person who may not sign: the whole round, or only as ``role``, or only for ``component_key``."""

    user_id: int
    reason: str
    role: str | None = None
    component_key: str = ""

    def bars(self, need: Need) -> bool:
        """Return whether this keeps the person from one need."""
        if self.role is not None and self.role != need.role:
            return False
        return not self.component_key or self.component_key == need.component_key

    @property
    def bars_all(self) -> bool:
        """Return whether this keeps the person from the whole round."""
        return self.role is None and not self.component_key


@dataclass(frozen=True)
class Earlier:
    """A decision on an earlier revision, for a need of the new one: whether nothing that it judged has changed.

    ``lines`` says in words what did.
    """

    signature_id: int
    role: str
    component_key: str
    counts: bool
    because: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """A need with the people who could meet it, for the arithmetic of quorums."""

    role: str
    label: str
    quorum: int
    eligible: frozenset[int]


@dataclass(frozen=True)
class Signing:
    """Everything that decides whether one person may sign one requirement now."""

    role: str
    where: str
    person_active: bool
    holds_role: bool
    round_state: str
    requirement_state: str
    is_named: bool = True
    bar_reason: str = ""
    own_decision: str = ""
    signed_by: str = ""
    """Who signed this in the person's place."""
    other_roles: frozenset[str] = field(default_factory=frozenset)


def describe(role: str, where: str) -> str:
    """Return “Model Validator for credit-risk”, or the role alone when it judges the whole."""
    label = Role(role).label
    return f"{label} for {where}" if where else label


_DONE = {
    SignatureDecision.APPROVE.value: "signed",
    SignatureDecision.REJECT.value: "rejected",
    SignatureDecision.ABSTAIN.value: "abstained from",
}


def may_sign(signing: Signing) -> Decision:
    """Return whether a person may sign, with the reason and the remedy when not.

    Nothing here asks whether the person is an administrator: there is no way round (DESIGN 4.3, 4.4).
    """
    if not signing.person_active:
        return denied("This person's account is closed.", "Someone else who holds the role must sign.")
    if signing.own_decision:
        return denied(
            f"You have {_DONE[signing.own_decision]} this already. A signature is not given twice, nor changed."
        )
    if signing.signed_by:
        return denied(f"{signing.signed_by} has signed this for you.", "It counts once, as yours.")
    if signing.round_state != RoundState.OPEN:
        return denied("This round of approval is closed.", "Open the page again to see what came of it.")
    if signing.requirement_state == RequirementState.WAITING:
        return denied("This is asked later.", "First those of the stage before sign.")
    if signing.requirement_state != RequirementState.OPEN:
        return denied("This has all the signatures it needs.")
    # Before what others can mend: a role can be given, who asked for a change cannot be changed.
    if signing.bar_reason:
        return denied(signing.bar_reason, "Someone else who holds the role must sign.")
    if not signing.holds_role:
        return denied(
            f"You do not hold the role {describe(signing.role, signing.where)}.",
            "Someone who holds it must sign. A Change Manager gives roles.",
        )
    if not signing.is_named:
        return denied(
            "The policy names the people who sign this. You are not one of them.", "One of them must sign."
        )
    return _one_role_a_round(signing)


def _one_role_a_round(signing: Signing) -> Decision:
    others = signing.other_roles - {signing.role}
    if not others:
        return ALLOWED
    used = Role(min(others)).label
    return denied(
        f"You have signed this as {used}. One person never fills two roles here.",
        f"Another {Role(signing.role).label} must sign.",
    )


def may_leave_the_rest(unmet: Ask | None) -> Decision:
    """Refuse a signature that would use up the last person for ``unmet``, an ask of another role."""
    if unmet is None:
        return ALLOWED
    return denied(
        f"If you sign here, nobody is left who can sign as {unmet.label}.",
        "Sign there instead, or ask a Change Manager to name another person for one of the two.",
    )


_ROOM = 170  # for the name of a component in a meaning that says more; a meaning has 300 characters


def meaning(
    role: str, decision: str, subject: str, where: str, *, afterwards: bool = False, says: str = ""
) -> str:
    """Return what a signature says, in words (21 CFR 11.50(a)(3)).

    ``subject`` is what is signed, such as “CHG-1042, revision 4”; ``where`` is the component, or blank.
    ``afterwards`` says that it had gone ahead before. ``says`` is what the role says by approving where that is not a
    change; ``{what}`` in it is what is signed.
    """
    if afterwards and len(where) > _ROOM:
        where = f"{where[: _ROOM - 1]}…"
    what = f"{where} in {subject}" if where else subject
    approvals = {
        Role.SPONSOR: f"I judge {what} worth doing, and accept its risk",
        Role.STEWARD: f"I judge that the data of {what} may be used in this way",
        Role.VALIDATOR: f"I judge {what} fit for its use",
        Role.OWNER: f"I accept what {what} does to the service, at the time planned",
    }
    judged = {
        SignatureDecision.APPROVE.value: says.format(what=what)
        or approvals.get(Role(role), f"I approve {what}"),
        SignatureDecision.REJECT.value: f"I reject {what}, for the reason that I gave",
        SignatureDecision.ABSTAIN.value: f"I abstain on {what}, for the reason that I gave",
        SignatureDecision.WITHDRAW.value: f"I take back what I signed on {what}, for the reason that I gave",
    }[decision]
    late = ", now that it has gone ahead" if afterwards else ""
    return f"{judged}{late}, as {Role(role).label}."
