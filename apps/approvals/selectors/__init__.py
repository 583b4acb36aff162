"""What waits for whom: the inbox, how a round stands, and who may sign what."""

from apps.approvals.selectors.attested import (
    Verified,
    signature_exists,
    signature_for,
    verified,
    verified_signature,
)
from apps.approvals.selectors.cover import (
    delegation_exists,
    delegation_for,
    delegations_in_force,
    delegations_of,
)
from apps.approvals.selectors.inbox import (
    BADGE_LIMIT,
    Tab,
    inbox_for,
    open_count_for,
    requirement_exists,
    requirement_for,
    waiting_count_for,
)
from apps.approvals.selectors.inquiries import (
    clocks_of,
    is_open,
    may_answer_now,
    may_take_back_now,
    open_questions,
    question_exists,
    question_for,
    questions_about,
    questions_to,
)
from apps.approvals.selectors.looking import lookings_for
from apps.approvals.selectors.ownership import check_exists, check_for, checks_of
from apps.approvals.selectors.people import STANDING, eligible_people, people_for_needs, with_deputies
from apps.approvals.selectors.policy import (
    document_by_name,
    may_propose_policy,
    people_named,
    policy_as_kept,
    policy_for,
    policy_in_force,
    policy_numbered,
    policy_versions,
    rules_in,
)
from apps.approvals.selectors.quorums import Tally, approvals_given, counts_for, open_rounds, tallies
from apps.approvals.selectors.signing import Right, may_sign_now, my_signature, right_to_sign
from apps.approvals.selectors.standing import Standing, open_counts, standing

__all__ = [
    "BADGE_LIMIT",
    "Right",
    "STANDING",
    "Standing",
    "Tab",
    "Tally",
    "Verified",
    "approvals_given",
    "check_exists",
    "check_for",
    "checks_of",
    "clocks_of",
    "counts_for",
    "delegation_exists",
    "delegation_for",
    "delegations_in_force",
    "delegations_of",
    "document_by_name",
    "eligible_people",
    "inbox_for",
    "is_open",
    "lookings_for",
    "may_answer_now",
    "may_propose_policy",
    "may_sign_now",
    "may_take_back_now",
    "my_signature",
    "open_count_for",
    "open_counts",
    "open_questions",
    "open_rounds",
    "people_for_needs",
    "people_named",
    "policy_as_kept",
    "policy_for",
    "policy_in_force",
    "policy_numbered",
    "policy_versions",
    "question_exists",
    "question_for",
    "questions_about",
    "questions_to",
    "requirement_exists",
    "requirement_for",
    "right_to_sign",
    "rules_in",
    "signature_exists",
    "signature_for",
    "standing",
    "tallies",
    "verified",
    "verified_signature",
    "waiting_count_for",
    "with_deputies",
]
