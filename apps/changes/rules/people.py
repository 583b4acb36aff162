"""Who may do what to a change. Nobody approves through these: that takes signatures."""

from dataclasses import dataclass

from apps.accounts.enums import Role
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied

_RUN = {"start": "start", "complete": "complete", "roll_back": "roll back", "fail": "mark as failed"}

BY_ITSELF = frozenset({"approve", "reject", "expire", "give_back", "reopen"})
"""Nobody asks for these: they follow from signatures and from time."""
MAY_PROPOSE = frozenset({Role.REQUESTER, Role.CHANGE_MANAGER})


@dataclass(frozen=True)
class Standing:
    """What an actor is to a change; the selectors fill it in."""

    is_requester: bool = False
    is_lead: bool = False
    roles: frozenset[str] = frozenset()

    @property
    def manages(self) -> bool:
        return Role.CHANGE_MANAGER in self.roles


def may_propose(standing: Standing) -> Decision:
    """Say whether somebody may start a draft: a requester or a change manager."""
    if standing.roles & MAY_PROPOSE:
        return ALLOWED
    return denied(
        "Only a Requester or a Change Manager can propose a change.",
        "Ask a Change Manager for the Requester role.",
    )


def may_do(event: str, change: Change, standing: Standing) -> Decision:
    """Say whether somebody with this standing may ask for an event, whatever the state of the change."""
    if event in ("edit", "submit", "revise"):
        return _requester_only(event, change, standing)
    if event == "withdraw":
        return _requester_or_manager("withdraw", change, standing)
    if event in ("hold", "resume"):
        if standing.manages:
            return ALLOWED
        return denied(f"Only a Change Manager can {event} a change.", "Ask a Change Manager.")
    if event in _RUN:
        return _those_who_run(_RUN[event], change, standing)
    if event == "close":
        return _requester_or_manager("close", change, standing)
    if event in BY_ITSELF:
        return denied("No one can do this by hand. It follows from signatures and from time.")
    return denied(f"There is no such step as “{event}”.")


def may_attach(change: Change, standing: Standing) -> Decision:
    """Say whether somebody with this standing may give documents to a change: whoever runs it, until it is over."""
    if change.state in (ChangeState.CLOSED, ChangeState.WITHDRAWN, ChangeState.REJECTED):
        state = change.get_state_display().lower()
        return denied(f"{change.ref} is {state}, so it takes no more documents.")
    return _those_who_run("add documents to", change, standing)


def _requester_only(event: str, change: Change, standing: Standing) -> Decision:
    if standing.is_requester:
        return ALLOWED
    return denied(
        f"Only {change.requester}, who asked for this change, can {event} it.",
        f"Ask {change.requester} to do it.",
    )


def _requester_or_manager(verb: str, change: Change, standing: Standing) -> Decision:
    if standing.is_requester or standing.manages:
        return ALLOWED
    return denied(
        f"Only {change.requester}, who asked for this change, or a Change Manager can {verb} it.",
        f"Ask {change.requester} or a Change Manager.",
    )


def _those_who_run(verb: str, change: Change, standing: Standing) -> Decision:
    if standing.is_requester or standing.is_lead or standing.manages:
        return ALLOWED
    return denied(
        f"Only {change.requester}, a lead of the plan or a Change Manager can {verb} this change.",
        f"Ask {change.requester} or a lead of the plan.",
    )


def actor_is_requester(change: Change, actor: Actor) -> bool:
    """Return whether the person behind an actor asked for this change."""
    return actor.user is not None and actor.user.pk == change.requester_id
