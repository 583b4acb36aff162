"""The rules of the demo organisation: of those that the portal comes with, the ones that people answer for."""

from datetime import datetime, timedelta

from apps.core import clock
from apps.core.actors import Actor
from apps.policy.enums import Stage
from apps.policy.services import publish_set, start_draft, write_draft

DAYS_BEFORE = 89
REASON = (
    "What machines measure is held to the checks, which have bounds of our own. The rules keep to what people do: "
    "why a change is urgent, who judges it, how it comes back. The rest follows when our facts are complete."
)
LEFT_OUT = (
    *("notice-given", "impact-assessed", "personal-data-has-a-steward"),
    *("signed-before-it-goes", "nothing-blocks-the-window"),
)
"""What the organisation does not ask for yet, and what the gate asks by itself."""
KEPT = (Stage.SUBMISSION, Stage.PROMOTION)


def publish_rules(now: datetime, author: Actor, other: Actor) -> None:
    """Have a manager write the organisation's own version of the rules, and another put it in force."""
    with clock.moved_to(now - timedelta(days=DAYS_BEFORE)):
        draft = start_draft(actor=author, reason=REASON)
        rules = [one for one in draft.document["rules"] if one["stage"] in KEPT and one["id"] not in LEFT_OUT]
        document = draft.document | {"rules": rules}
        draft = write_draft(
            actor=author, policy_set=draft, document=document, reason=REASON, seen=draft.digest
        )
        publish_set(actor=other, policy_set=draft, approved=draft.digest)
