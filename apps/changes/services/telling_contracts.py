"""Telling those who rely on a contract of a new version that breaks nothing: who is not asked is told."""

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.rules import Need
from apps.approvals.selectors import people_for_needs
from apps.changes.models import Change
from apps.changes.rules.contracts import Consumer, Proposed
from apps.changes.selectors.contracts import proposed_of
from apps.core import clock
from apps.outbox.services import notify


def tell_consumers(change: Change) -> None:
    """Tell the owners of the consumers of each contract that the change alters without breaking it, once."""
    altered = [one for one in proposed_of(change) if not one.breaks and one.breaking + one.risky + one.safe]
    consumers = list(dict.fromkeys(consumer for one in altered for consumer in one.consumers))
    owners = dict(zip(consumers, people_for_needs([_owner_of(one) for one in consumers]), strict=True))
    for one in altered:
        mine: dict[User, list[Consumer]] = {}
        for consumer in one.consumers:
            for user in owners[consumer]:
                if user.pk != change.requester_id:
                    mine.setdefault(user, []).append(consumer)
        for user, theirs in mine.items():
            _tell(user, change, one, theirs)


def _owner_of(consumer: Consumer) -> Need:
    return Need(Role.OWNER, "", "", clock.now(), component_key=consumer.key, team_id=consumer.team_id)


def _tell(user: User, change: Change, one: Proposed, theirs: list[Consumer]) -> None:
    assert change.revision is not None
    names = [consumer.title for consumer in theirs[:5]]
    more = f" and {len(theirs) - 5} more" if len(theirs) > 5 else ""
    said = "may break what relies on it" if one.risky else "breaks nothing"
    notify(
        user=user,
        rule="contract.changes",
        subject=("change", f"{change.ref}/{one.key}/{one.definition[:12]}"),
        due=change.revision.submitted_at,
        title=f"{change.ref} brings a new version of {one.title}, which {said}",
        body=(
            f"{change.title}\n\nYou answer for {', '.join(names)}{more}. {one.worst}\n\n"
            "Nothing is asked of you. Say so in the discussion if you see it otherwise."
        ),
        url=f"/changes/{change.ref}/contracts/",
    )
