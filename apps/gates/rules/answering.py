"""The answer of the gate: closed until nothing speaks against it. The gravest reason names it (DESIGN 4.7)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from apps.evidence.enums import Stage
from apps.evidence.rules.checks import Checked, State
from apps.gates.enums import Answer

_ORDER = list(Answer)
_OF_STATE = {
    State.FAILED: Answer.DENIED,
    State.STALE: Answer.STALE,
    State.MISSING: Answer.PENDING,
    State.INCONCLUSIVE: Answer.PENDING,
}


@dataclass(frozen=True)
class Reason:
    """One thing that keeps the gate closed: its code, what says so, what clears it, and where.

    ``rule`` is the identity of a check or a rule of policy; empty for what always holds.
    """

    code: Answer
    says: str
    remedy: str = ""
    rule: str = ""
    url: str = ""

    def document(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def answer_of(reasons: Iterable[Reason]) -> Answer:
    """Return the answer: a pass when nothing speaks against it, else the gravest code."""
    return min((reason.code for reason in reasons), key=_ORDER.index, default=Answer.PASS)


def reason_of_check(checked: Checked, component: str, url: str) -> Reason | None:
    """Return why a check keeps the gate closed, or None when it lets through.

    A check that only warns lets through a bad result, and the lack of one.
    """
    if checked.lets_through or not checked.check.blocks:
        return None
    says = f"{checked.check.name}, {component}: {checked.reason}"
    return Reason(_OF_STATE[checked.state], says, checked.remedy, checked.check.id, url)


def stages_up_to(stage: Stage) -> tuple[Stage, ...]:
    """Return a stage and all before it: a stage opens once those before it pass."""
    every = list(Stage)
    return tuple(every[: every.index(stage) + 1])
