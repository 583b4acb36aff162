"""Reading changes.

- ``changes_visible_to``, ``change_for``, ``list_changes``: what a person may see.
- ``impact_of``, ``risk_for``, ``needs_for``: what a change reaches, how risky that is, and who must sign it.
- ``blockers_of``, ``timeline_of``, ``may_do_now``: where it stands, and what a person can do about it.
- ``content_of``: everything that is signed.
- ``standards_for``, ``cover_of``: standard changes, and whether a change stays within its own.
- ``replay_policy``: what a version of the approval policy would ask of the open changes.
"""

from apps.changes.selectors.artifacts import Attached, attach_decision, attachable_to, attached_to
from apps.changes.selectors.blockers import Blocker, blockers_of
from apps.changes.selectors.completeness import missing_of, offered_by
from apps.changes.selectors.content import content_of
from apps.changes.selectors.contracts import (
    Shown,
    contract_decision,
    contracts_of,
    contracts_offered,
    contracts_shown,
    proposal_of,
)
from apps.changes.selectors.covered import Cover, class_within, cover_of, said_within
from apps.changes.selectors.earlier import changed_since, earlier_for, since_signed
from apps.changes.selectors.emergency import (
    WentAhead,
    may_let_go_ahead_now,
    reach_of,
    went_ahead,
    who_may_let_it_go_ahead,
)
from apps.changes.selectors.facts import facts_of
from apps.changes.selectors.facts_of_many import facts_of_many
from apps.changes.selectors.facts_of_plan import facts_of_plan
from apps.changes.selectors.frozen import submitted_parts
from apps.changes.selectors.going import goes_after_nothing, is_what_was_signed, nothing_is_retired
from apps.changes.selectors.impact import impact_of, reached_by
from apps.changes.selectors.items import items_of, open_changes_moving
from apps.changes.selectors.kept_back import KeptBack, changes_kept_back, signed_with_other_times
from apps.changes.selectors.listing import ChangePage, Filters, Row, Tab, list_changes, matching, tab_counts
from apps.changes.selectors.measured import (
    Measured,
    carries_out,
    evidence_decision,
    evidence_of,
    measured_of,
    measured_version,
    report_seen,
)
from apps.changes.selectors.moving import (
    Given,
    may_ask_to_move,
    may_move,
    moves_open_to,
    signatures_after_move,
)
from apps.changes.selectors.needed import approvers_of, leads_of, people_of
from apps.changes.selectors.needs import barred_for, needs_for, risk_for
from apps.changes.selectors.planned import planned, supposed
from apps.changes.selectors.policy_replay import Replay, Replayed, Would, replay_policy
from apps.changes.selectors.reading import Reading, reading_of
from apps.changes.selectors.revisions import Difference, differences, named_content, revision_of
from apps.changes.selectors.settling import (
    changes_in,
    end_decision,
    exception_roles,
    order_decision,
    round_of_waiver,
    rounds_of_ended,
    settle_decision,
    signers_of,
    waiver_barred,
    waiver_needs,
)
from apps.changes.selectors.snapshots import Snapshot
from apps.changes.selectors.standards import (
    components_named,
    life_of,
    may_edit_now,
    may_retire_now,
    may_take_back_now,
    may_use_now,
    may_write_standards_now,
    open_uses_of,
    shown_version,
    standard_exists,
    standard_for,
    standard_needs,
    standard_risk,
    standards_for,
    times_used,
    uses_of,
    version_in_hand,
)
from apps.changes.selectors.standing import (
    actions_for,
    beyond_reach,
    manages,
    may_do_now,
    may_propose_now,
    standing_of,
)
from apps.changes.selectors.timeline import timeline_of
from apps.changes.selectors.track_record import TrackRecord, track_record
from apps.changes.selectors.versions import (
    moves_coming,
    moves_past,
    version_at_work,
    version_left,
    versions_to_rehearse,
)
from apps.changes.selectors.visible import (
    as_seen_by,
    change_exists,
    change_for,
    changes_to_read,
    changes_visible_to,
    is_revised_by_other,
    plannable_changes,
    rehearsal_refs,
    waiting_to_settle,
    window_passed,
)
from apps.changes.selectors.world import (
    World,
    moved_after,
    surroundings_of,
    watched_changes,
    world_in,
    world_mark,
    world_of,
)

__all__ = [
    "as_seen_by",
    "report_seen",
    "approvers_of",
    "KeptBack",
    "changes_kept_back",
    "signed_with_other_times",
    "leads_of",
    "people_of",
    "planned",
    "proposal_of",
    "supposed",
    "Attached",
    "Blocker",
    "ChangePage",
    "Cover",
    "Difference",
    "Filters",
    "Given",
    "Reading",
    "Replay",
    "Replayed",
    "Row",
    "Shown",
    "Tab",
    "surroundings_of",
    "WentAhead",
    "World",
    "Would",
    "actions_for",
    "attach_decision",
    "attachable_to",
    "attached_to",
    "barred_for",
    "beyond_reach",
    "blockers_of",
    "change_exists",
    "change_for",
    "changed_since",
    "changes_in",
    "changes_to_read",
    "changes_visible_to",
    "rehearsal_refs",
    "versions_to_rehearse",
    "class_within",
    "components_named",
    "content_of",
    "contract_decision",
    "contracts_of",
    "contracts_offered",
    "contracts_shown",
    "cover_of",
    "differences",
    "earlier_for",
    "end_decision",
    "carries_out",
    "evidence_decision",
    "evidence_of",
    "goes_after_nothing",
    "is_what_was_signed",
    "nothing_is_retired",
    "impact_of",
    "is_revised_by_other",
    "items_of",
    "reached_by",
    "open_changes_moving",
    "life_of",
    "list_changes",
    "manages",
    "matching",
    "may_do_now",
    "may_edit_now",
    "may_let_go_ahead_now",
    "may_ask_to_move",
    "moves_open_to",
    "may_move",
    "may_propose_now",
    "may_retire_now",
    "may_take_back_now",
    "may_use_now",
    "may_write_standards_now",
    "Measured",
    "facts_of",
    "facts_of_many",
    "facts_of_plan",
    "Snapshot",
    "TrackRecord",
    "track_record",
    "measured_of",
    "measured_version",
    "missing_of",
    "offered_by",
    "moved_after",
    "moves_coming",
    "moves_past",
    "named_content",
    "needs_for",
    "open_uses_of",
    "plannable_changes",
    "reach_of",
    "reading_of",
    "replay_policy",
    "revision_of",
    "risk_for",
    "said_within",
    "exception_roles",
    "settle_decision",
    "order_decision",
    "round_of_waiver",
    "rounds_of_ended",
    "signers_of",
    "shown_version",
    "signatures_after_move",
    "since_signed",
    "standard_exists",
    "standard_for",
    "standard_needs",
    "standard_risk",
    "standards_for",
    "standing_of",
    "submitted_parts",
    "tab_counts",
    "timeline_of",
    "times_used",
    "uses_of",
    "version_at_work",
    "version_in_hand",
    "version_left",
    "waiting_to_settle",
    "waiver_barred",
    "waiver_needs",
    "watched_changes",
    "went_ahead",
    "who_may_let_it_go_ahead",
    "window_passed",
    "world_mark",
    "world_of",
    "world_in",
]
