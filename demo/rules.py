"""The rules of the demo organisation: those that the portal comes with, less what the demo has no papers for.

It publishes a version of its own, so that a reader sees how one comes into force. What machines measure it leaves to
its checks, which have bounds of their own, and its changes carry no documents.
"""

from datetime import datetime, timedelta

from apps.core import clock
from apps.core.actors import Actor
from apps.gates.services import ask_rules_approval, write_rules
from apps.policy.enums import Stage
from apps.policy.services import start_draft
from demo.signing import decide_all

DAYS_BEFORE = 89
REASON = (
    "What machines measure will be held to checks, with bounds of our own. The rules keep to what people do: "
    "why a change is urgent, who judges it, how it comes back. Documents follow when every team writes them."
)
LEFT_OUT = (
    *("notice-given", "notice-advised", "impact-assessed", "test-report-there", "test-report-advised"),
    "measured-at-all",
)
KEPT = (Stage.SUBMISSION, Stage.PRE_DEPLOY)


def approve_rules(now: datetime, author: Actor) -> None:
    """Have a manager write the organisation's own version of the rules, and another sign that it comes into force."""
    with clock.moved_to(now - timedelta(days=DAYS_BEFORE)):
        draft = start_draft(actor=author, reason=REASON)
        rules = [one for one in draft.document["rules"] if one["stage"] in KEPT and one["id"] not in LEFT_OUT]
        document = draft.document | {"rules": rules}
        draft = write_rules(
            actor=author, policy_set=draft, document=document, reason=REASON, seen=draft.digest
        )
        decide_all(ask_rules_approval(actor=author, policy_set=draft))
