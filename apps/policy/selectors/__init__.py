"""Reading the rules and their waivers.

- ``rules_in_force``, ``rules_as_of``, ``rules_as_of_each``, ``rules_numbered``: what judges, by version.
- ``sets_for``, ``set_for``, ``set_exists``, ``draft_for``, ``may_write_rules``: the versions, as a person may read or
  write them; ``unready``, ``problems_in``: what keeps one from being published.
- ``waivers_now``: what is set aside for something.
- ``waivers_for``, ``waiver_for``, ``waivers_in_force``, ``waivers_by_rule``: waivers, as a person may read them.
- ``waivers_asked``: those that wait for signatures; ``waivers_ending``: those that end soon.
"""

from apps.policy.selectors.sets import (
    draft_for,
    may_write_rules,
    problems_in,
    rules_as_of,
    rules_as_of_each,
    rules_in_force,
    rules_numbered,
    rules_of,
    set_exists,
    set_for,
    set_in_force,
    sets_for,
    unready,
)
from apps.policy.selectors.waivers import (
    may_ask_waiver,
    may_end_waiver,
    waiver_exists,
    waiver_for,
    waivers_asked,
    waivers_by_rule,
    waivers_ending,
    waivers_for,
    waivers_in_force,
    waivers_now,
)

__all__ = [
    "draft_for",
    "may_ask_waiver",
    "may_end_waiver",
    "may_write_rules",
    "problems_in",
    "rules_as_of",
    "rules_as_of_each",
    "rules_in_force",
    "rules_numbered",
    "rules_of",
    "set_exists",
    "set_for",
    "set_in_force",
    "sets_for",
    "unready",
    "waiver_exists",
    "waiver_for",
    "waivers_asked",
    "waivers_by_rule",
    "waivers_ending",
    "waivers_for",
    "waivers_in_force",
    "waivers_now",
]
