"""Writing the rules and their waivers. Whoever asks people to sign stands above, and calls this once they have.

- ``start_draft``, ``write_draft``, ``withdraw_draft``: the draft of a version, one at a time.
- ``publish_set``: put a draft in force whose digest was approved.
- ``ask_waiver``, ``grant_waiver``, ``refuse_waiver``, ``end_waiver``: set a rule aside for a time.
"""

from apps.policy.services.sets import publish_set, start_draft, withdraw_draft, write_draft
from apps.policy.services.waivers import ask_waiver, end_waiver, grant_waiver, refuse_waiver

__all__ = [
    "ask_waiver",
    "end_waiver",
    "grant_waiver",
    "publish_set",
    "refuse_waiver",
    "start_draft",
    "withdraw_draft",
    "write_draft",
]
