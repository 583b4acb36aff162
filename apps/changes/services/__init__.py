"""Writing changes.

- drafts: ``start_draft``, then one save for each step of the wizard: ``save_what``, ``save_why``, ``save_impact``,
  ``save_when``, ``save_how_back``. ``complete=False`` keeps what is there without asking for what is missing.
- contracts: ``propose_contract``, ``drop_contract``, ``compare_contracts``.
- review: ``submit_change``, ``revise_change``, ``withdraw_change``, ``hold_change``, ``resume_change``, ``settle``,
  ``settle_all``.
- in an emergency: ``show_letting_go``, ``let_go_ahead``.
- going out: ``start_change``, ``complete_change``, ``roll_back_change``, ``fail_change``, ``close_change``.
- standard changes: ``write_standard``, ``propose_standard``, ``withdraw_standard``, ``retire_standard``,
  ``start_from_standard``.
- the world: ``refresh_change``, ``refresh_all``, ``refresh_if_due``.
- conflicts: ``link_after``, ``ask_waiver``, ``end_disposition``, ``end_overdue``, ``withdraw_moot``.
- periods that keep changes back: ``declare_period``, ``replan_period``, ``change_outcome``, ``tell_to_hold``,
  ``say_what_was_not_said``.
- telling: ``plan_message``, ``drop_message``, ``send_due_messages``.
- rehearsals: ``start_drill``, ``cancel_drill``.
- time: ``move_change``, ``ask_to_move``, ``expire_change``, ``remind_of_windows``.
"""

from apps.changes.services.artifacts import attach_document, begin_document
from apps.changes.services.contracts import compare_contracts, drop_contract, propose_contract
from apps.changes.services.drafting import (
    save_how_back,
    save_impact,
    save_what,
    save_when,
    save_why,
    start_draft,
)
from apps.changes.services.drills import cancel_drill, start_drill
from apps.changes.services.emergency import let_go_ahead, show_letting_go
from apps.changes.services.freezing import (
    change_outcome,
    declare_period,
    replan_period,
    say_what_was_not_said,
    tell_to_hold,
)
from apps.changes.services.messages import drop_message, plan_message, send_due_messages
from apps.changes.services.moving import ask_to_move, move_change
from apps.changes.services.refreshing import refresh_all, refresh_change, refresh_if_due
from apps.changes.services.reviewing import (
    hold_change,
    resume_change,
    revise_change,
    settle,
    settle_all,
    submit_change,
    withdraw_change,
)
from apps.changes.services.running import (
    close_change,
    complete_change,
    fail_change,
    roll_back_change,
    start_change,
)
from apps.changes.services.standards import (
    propose_standard,
    retire_standard,
    withdraw_standard,
    write_standard,
)
from apps.changes.services.timing import expire_change, remind_of_windows
from apps.changes.services.using_standards import start_from_standard
from apps.changes.services.waivers import (
    ask_waiver,
    end_disposition,
    end_overdue,
    link_after,
    withdraw_moot,
)

__all__ = [
    "cancel_drill",
    "start_drill",
    "ask_to_move",
    "ask_waiver",
    "attach_document",
    "begin_document",
    "change_outcome",
    "close_change",
    "compare_contracts",
    "complete_change",
    "declare_period",
    "end_disposition",
    "end_overdue",
    "drop_contract",
    "drop_message",
    "expire_change",
    "fail_change",
    "hold_change",
    "refresh_all",
    "refresh_change",
    "refresh_if_due",
    "let_go_ahead",
    "link_after",
    "move_change",
    "plan_message",
    "propose_contract",
    "propose_standard",
    "remind_of_windows",
    "replan_period",
    "resume_change",
    "retire_standard",
    "revise_change",
    "roll_back_change",
    "save_how_back",
    "save_impact",
    "save_what",
    "save_when",
    "save_why",
    "say_what_was_not_said",
    "send_due_messages",
    "settle",
    "settle_all",
    "show_letting_go",
    "start_change",
    "start_draft",
    "start_from_standard",
    "submit_change",
    "tell_to_hold",
    "withdraw_change",
    "withdraw_moot",
    "withdraw_standard",
    "write_standard",
]
