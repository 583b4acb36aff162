"""Reading holds, the policy in force, and what of the ledger has gone.

The pages take those that ask for the person first; the rest is for services and operators' commands.
"""

from apps.retention.selectors.gone import (
    Gone,
    TextsFound,
    gone_from_ledger,
    retirement_of,
    texts_of_entries,
    texts_of_person,
)
from apps.retention.selectors.holds import (
    hold_exists,
    hold_for,
    holds_in_force,
    holds_over,
    holds_visible_to,
    keeps,
    record_exists,
)
from apps.retention.selectors.policy import due_leaves, policies, policy_in_force
from apps.retention.selectors.who import may_keep, may_read_retention

__all__ = [
    "Gone",
    "TextsFound",
    "due_leaves",
    "gone_from_ledger",
    "hold_exists",
    "hold_for",
    "holds_in_force",
    "holds_over",
    "holds_visible_to",
    "keeps",
    "may_keep",
    "may_read_retention",
    "policies",
    "policy_in_force",
    "record_exists",
    "retirement_of",
    "texts_of_entries",
    "texts_of_person",
]
