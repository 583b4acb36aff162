"""The life of a drill, who leads it, and what it must say."""

from collections.abc import Mapping

from apps.accounts.enums import Role
from apps.core.decisions import ALLOWED, Decision, denied
from apps.lifecycle.machine import Transition
from apps.playbooks.enums import DrillState, DrillStep

DRILL_TRANSITIONS = [
    Transition("start", frozenset({DrillState.PLANNED}), DrillState.RUNNING, "started"),
    Transition("finish", frozenset({DrillState.RUNNING}), DrillState.FINISHED, "finished"),
    Transition(
        "cancel", frozenset({DrillState.PLANNED, DrillState.RUNNING}), DrillState.CANCELLED, "cancelled"
    ),
]
LONGEST_TARGET = 100_000
"""Minutes: about ten weeks."""
MOST_COMPONENTS = 20
_LEAD = {Role.REQUESTER, Role.CHANGE_MANAGER}


def may_plan_drills(roles: set[str]) -> Decision:
    """Say whether somebody with these roles may plan drills: whoever may propose a change, as a drill makes one."""
    if roles & _LEAD:
        return ALLOWED
    return denied(
        "Only a Requester or a Change Manager can plan a drill, because a drill makes a change.",
        "Ask a Change Manager for the Requester role.",
    )


def may_start_drill(owner: int, person: int | None, name: str) -> Decision:
    """Say whether a person may start a drill: its owner asks for the change that it makes."""
    if owner == person:
        return ALLOWED
    return denied(f"Only {name}, who planned this drill, can start it.", f"Ask {name}.")


def may_cancel_drill(owner: int, person: int | None, name: str, roles: set[str]) -> Decision:
    """Say whether a person may cancel a drill. ``roles`` are those over everything."""
    if owner == person or Role.CHANGE_MANAGER in roles:
        return ALLOWED
    return denied(
        f"Only {name}, who planned this drill, or a Change Manager can cancel it.",
        f"Ask {name} or a Change Manager.",
    )


def targets_in(said: Mapping[str, int | None]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return the targets that are given, in the order of the steps, and what is wrong with them by step."""
    wrong = {
        step: [f"Enter a whole number of minutes from 1 to {LONGEST_TARGET:,}."]
        for step, minutes in said.items()
        if minutes is not None and not 1 <= minutes <= LONGEST_TARGET
    } | {step: ["There is no such step."] for step in said if step not in DrillStep.values}
    given = {step.value: minutes for step in DrillStep if (minutes := said.get(step)) is not None}
    return given, wrong
