"""What the approver of a version of the policy judges by: what is different, and what it would ask of open changes."""

from apps.accounts.models import User
from apps.approvals.rules import Need
from apps.approvals.selectors import people_named, policy_for, policy_in_force, rules_in
from apps.changes.selectors import Replay, replay_policy
from apps.web.consequences import listed
from apps.web.evidence import Block, Prose, Table
from apps.web.policy_words import differences, rows_of


def policy_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a version such as POLICY-2, from the document whose digest is signed."""
    version = policy_for(user, int(ref.removeprefix("POLICY-")))
    if version is None:
        return []
    current = policy_in_force()
    rules, old = rules_in(version), rules_in(current)
    people = people_named([*rules, *old])
    changed = [
        [row.id, row.before or "Not there", row.after or "Taken away"]
        for row in differences(old, rules, people)
    ]
    all_rules = [
        [row.rule.id, row.role, row.when, row.quorum, str(row.rule.stage)] for row in rows_of(rules, people)
    ]
    columns = ["Rule", "Asks", "When", "How many", "Stage"]
    return [
        Prose("Why it is proposed", version.reason),
        Table(f"What is different from version {current.number}", ["Rule", "Before", "After"], changed),
        _replayed(replay_policy(user, rules)),
        Table("Its rules, in order", columns, all_rules, aside=f"{len(rules)} rules", folded=True),
    ]


def _replayed(replay: Replay) -> Table:
    rows = [
        [
            one.change.ref,
            listed([_said(would.need, too_few=would.too_few) for would in one.added]) or "None",
            listed([_said(would.need, too_few=would.too_few) for would in one.altered]) or "None",
            listed([str(asked) for asked in one.gone]) or "None",
        ]
        for one in replay.different
    ]
    aside = f"{len(rows)} of {replay.looked_at} would be asked otherwise"
    columns = ["Change", "Asked as well", "Asked otherwise", "No longer asked"]
    return Table("What it would ask of open changes", columns, rows, aside=aside)


def _said(need: Need, *, too_few: bool) -> str:
    """Return “2 times Change Sponsor (too few could sign)”."""
    many = f"{need.quorum} times " if need.quorum > 1 else ""
    return f"{many}{need.label}{' (too few could sign)' if too_few else ''}"
